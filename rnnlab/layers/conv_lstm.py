"""What conv_lstm1d and conv_lstm2d share: an LSTM whose products are convolutions over rows and columns."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import ClassVar, Literal

from rnnlab.cells import Contradiction, Weight
from rnnlab.cells.cell import BiasInitializer
from rnnlab.initializers import Activation, Constraint, Rate, Regularizer
from rnnlab.layers.convolution import KernelInitializer, bias_contradictions
from rnnlab.layers.layer import NOT_KERAS, LayerProblemError, LookAhead, Planned, Signal, WeightedLayer, times, volume
from rnnlab.layers.sequence import known, read_sequence
from rnnlab.layers.windows import count_windows
from rnnlab.spec import PositiveInt


class ConvLSTM(WeightedLayer):
    """An LSTM over images: (T, R…, F) to (R'…, filters), or with the timesteps (Shi et al. 2015)."""

    reads_sequence: ClassVar[bool] = True
    keeps_sequence: ClassVar[bool] = False
    rank: ClassVar[int]
    """Dimensions between timesteps and features."""

    filters: PositiveInt
    """Numbers at each place that come out."""
    padding: Literal["valid", "same"] = "valid"
    """`valid` keeps to the data, `same` goes over the edge."""
    activation: Activation = "tanh"
    """Applied to the candidate output."""
    recurrent_activation: Activation = "sigmoid"
    """Applied to the gates."""
    use_bias: bool = True
    """Add a bias."""
    kernel_initializer: KernelInitializer = "glorot_uniform"
    """First values of the input kernels."""
    recurrent_initializer: KernelInitializer = "orthogonal"
    """First values of the recurrent kernels."""
    bias_initializer: BiasInitializer = "zeros"
    """First values of the bias."""
    unit_forget_bias: bool = True
    """Start the bias of the forget gate at 1 (Jozefowicz et al. 2015)."""
    kernel_regularizer: Regularizer | None = None
    """Penalty on the input kernels: `{l1: …, l2: …}`."""
    recurrent_regularizer: Regularizer | None = None
    """Penalty on the recurrent kernels."""
    bias_regularizer: Regularizer | None = None
    """Penalty on the bias."""
    kernel_constraint: Constraint | None = None
    """Constraint on the input kernels after each step."""
    recurrent_constraint: Constraint | None = None
    """Constraint on the recurrent kernels after each step."""
    bias_constraint: Constraint | None = None
    """Constraint on the bias after each step."""
    dropout: Rate = 0.0
    """Fraction of the inputs dropped, the same ones at every timestep."""
    recurrent_dropout: Rate = 0.0
    """Fraction of the recurrent inputs dropped, the same ones at every timestep."""
    return_sequences: bool | None = None
    """Give the output of every timestep instead of the last. Follows from the layers below unless given."""
    go_backwards: bool = False
    """Read the sequence from its end."""

    def sizes(self, key: str) -> tuple[int, ...]:
        """Return a key of sizes, one for each dimension between timesteps and features."""
        value = getattr(self, key)
        return (value,) * self.rank if isinstance(value, int) else tuple(value)

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        timesteps, features = read_sequence(self.layer, signal, self.rank + 2)
        returns = self._returns(signal, sequences=sequences)
        rows = self._rows(known(self.layer, signal.shape[1:-1]))
        places = (*rows, self.filters)
        shape = (timesteps, *places) if returns else places
        area = prod(self.sizes("kernel_size"))
        kernels = f"{area}({features} + {self.filters})"
        return Planned(
            output=Signal(shape, mask=signal.mask if returns else None),
            weights=self._weights(features),
            formula=f"4·{self.filters}({kernels}{' + 1' if self.use_bias else ''})",
            flops=times(timesteps, 2 * 4 * area * (features + self.filters) * prod(places)),
            activations=times(volume((timesteps, *places)), 6),
            keras_arguments=self.model_dump(exclude=NOT_KERAS) | {"return_sequences": returns},
        )

    def _returns(self, signal: Signal, *, sequences: bool) -> bool:
        returns = sequences if self.return_sequences is None else self.return_sequences
        if sequences and not returns:
            raise LayerProblemError(
                "RL205",
                "a layer below needs every timestep, but `return_sequences` is false",
                key="return_sequences",
                help="remove `return_sequences`: it follows from the layers below",
            )
        if self.go_backwards and returns and signal.mask:
            raise LayerProblemError(
                "RL213",
                "`go_backwards` turns the timesteps round, but the mask of the padding stays as it was",
                key="go_backwards",
                help="return only the last output",
            )
        return returns

    def _rows(self, rows: tuple[int, ...]) -> tuple[int, ...]:
        """Return what is left of rows and columns."""
        keys = (self.sizes(key) for key in ("kernel_size", "strides", "dilation_rate"))
        counts = []
        for size, kernel, stride, dilation in zip(rows, *keys, strict=True):
            counts.append(count_windows(self.layer, size, dilation * (kernel - 1) + 1, stride, self.padding))
        return known(self.layer, tuple(counts))

    def _weights(self, features: int) -> tuple[Weight, ...]:
        """Return kernel (K…, F, 4·filters), recurrent_kernel (K…, filters, 4·filters) and bias (4·filters,)."""
        kernel, width = self.sizes("kernel_size"), 4 * self.filters
        bias = (Weight("conv_lstm_cell/bias", (width,)),) if self.use_bias else ()
        return (
            Weight("conv_lstm_cell/kernel", (*kernel, features, width)),
            Weight("conv_lstm_cell/recurrent_kernel", (*kernel, self.filters, width)),
            *bias,
        )

    def look_ahead(self, signals: tuple[Signal, ...], output: Signal) -> Iterator[LookAhead]:
        """Yield what it sees ahead of: see `Layer.look_ahead`."""
        if self.go_backwards:
            yield LookAhead(0, "reads the sequence from its end", "go_backwards")

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        yield from super().contradictions()
        yield from bias_contradictions(self, use_bias=self.use_bias)
        if max(self.sizes("strides")) > 1 and max(self.sizes("dilation_rate")) > 1:
            message = "`dilation_rate` and `strides` cannot both be over 1"
            yield Contradiction("dilation_rate", message, "leave one of them out")
        pairs = zip(self.sizes("kernel_size"), self.sizes("dilation_rate"), strict=True)
        if self.departs("dilation_rate") and all(kernel == 1 or rate == 1 for kernel, rate in pairs):
            message = "`dilation_rate` has nothing to spread: `kernel_size` is 1"
            yield Contradiction("dilation_rate", message, "remove it")
