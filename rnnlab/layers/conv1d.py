"""`layer: conv1d`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from rnnlab.cells import Contradiction, Weight
from rnnlab.cells.cell import BiasInitializer
from rnnlab.initializers import Activation, Constraint, Regularizer
from rnnlab.layers.convolution import KernelInitializer, bias_contradictions
from rnnlab.layers.layer import NOT_KERAS, LayerProblemError, LookAhead, Planned, Signal, WeightedLayer, times, volume
from rnnlab.layers.sequence import read_sequence
from rnnlab.layers.windows import check_windows_mask, count_windows
from rnnlab.spec import PositiveInt


class Conv1D(WeightedLayer):
    """A kernel that slides over the timesteps: (T, F) to (T', filters). Padding counts as zeros."""

    keras_class: ClassVar[str] = "Conv1D"
    reads_sequence: ClassVar[bool] = True
    layer: Literal["conv1d"] = "conv1d"
    filters: PositiveInt
    """Numbers per timestep that come out."""
    kernel_size: PositiveInt
    """Timesteps that the kernel covers."""
    strides: PositiveInt = 1
    """Timesteps from one place of the kernel to the next."""
    padding: Literal["valid", "same", "causal"] = "valid"
    """`valid` keeps to the data, `same` gives as many timesteps as it reads, `causal` does so and reads only the
    past."""
    dilation_rate: PositiveInt = 1
    """Timesteps from one number of the kernel to the next."""
    groups: PositiveInt = 1
    """Parts that the features are split into, each with its own filters."""
    activation: Activation = "linear"
    """Applied to the output."""
    use_bias: bool = True
    """Add a bias."""
    kernel_initializer: KernelInitializer = "glorot_uniform"
    """First values of the kernel."""
    bias_initializer: BiasInitializer = "zeros"
    """First values of the bias."""
    kernel_regularizer: Regularizer | None = None
    """Penalty on the kernel: `{l1: …, l2: …}`."""
    bias_regularizer: Regularizer | None = None
    """Penalty on the bias."""
    kernel_constraint: Constraint | None = None
    """Constraint on the kernel after each step."""
    bias_constraint: Constraint | None = None
    """Constraint on the bias after each step."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        timesteps, features = read_sequence(self.layer, signal)
        if features % self.groups:
            message = f"{features} features cannot be split into {self.groups} equal groups"
            raise LayerProblemError("RL212", message, key="groups", help=f"use a divisor of {features}")
        exact = "`padding: same` or `padding: causal`"
        check_windows_mask(self.layer, signal, self.strides, self.padding, exact)
        span = self.dilation_rate * (self.kernel_size - 1) + 1
        shape = (count_windows(self.layer, timesteps, span, self.strides, self.padding), self.filters)
        each = self.kernel_size * features // self.groups
        bias = (Weight("bias", (self.filters,)),) if self.use_bias else ()
        return Planned(
            output=Signal(shape, mask=signal.mask),
            weights=(Weight("kernel", (self.kernel_size, features // self.groups, self.filters)), *bias),
            formula=f"{self.filters}({each} + 1)" if self.use_bias else f"{self.filters}·{each}",
            flops=times(shape[0], 2 * each * self.filters),
            activations=volume(shape),
            keras_arguments=self.model_dump(exclude=NOT_KERAS),
        )

    def look_ahead(self, signals: tuple[Signal, ...], output: Signal) -> Iterator[LookAhead]:
        """Yield what it sees ahead of: see `Layer.look_ahead`."""
        if self.strides > 1:
            yield LookAhead(0, "gives fewer timesteps than it reads", "strides")
        elif self.kernel_size > 1 and self.padding != "causal":
            yield LookAhead(
                0, "has windows that reach over later timesteps", "padding" if self.departs("padding") else "layer"
            )

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        yield from super().contradictions()
        yield from bias_contradictions(self, use_bias=self.use_bias)
        if self.strides > 1 and self.dilation_rate > 1:
            message = "`dilation_rate` and `strides` cannot both be over 1"
            yield Contradiction("dilation_rate", message, "leave one of them out")
        if self.departs("dilation_rate") and self.kernel_size == 1:
            message = "`dilation_rate` has nothing to spread: `kernel_size` is 1"
            yield Contradiction("dilation_rate", message, "remove it")
        if self.filters % self.groups:
            message = f"{self.filters} filters cannot be split into {self.groups} equal groups"
            yield Contradiction("groups", message, f"use a divisor of {self.filters}")
