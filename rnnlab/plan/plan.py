"""What the model will be, known without TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rnnlab.cells import Weight
from rnnlab.datasets.facts import Per
from rnnlab.dtypes import compute_dtype
from rnnlab.layers import LookAhead, Signal
from rnnlab.tasks import Direction, HeadKind, Loss, direction_of
from rnnlab.tasks.forecasting import MEDIAN


@dataclass(frozen=True)
class LayerPlan:
    """One layer of the built model.

    Attributes:
        name: its Keras name.
        layer: its kind in the file.
        sources: names of the layers or inputs it reads.
        entry: its place in `model.layers`.
        inputs: what it reads.
        output: what it gives.
        states: what somebody reads of its states, by name; with `merge_mode: null` its two outputs.
        carries: all states by name, read by somebody or not: what it hands from one timestep to the next.
        initial_state: references of the states it starts from.
        shared_with: the layer whose weights it shares; None where they are its own.
        weights: by Keras's full path: `rnn/lstm_cell/kernel`.
        formula: closed form of the parameter count, with its numbers.
        flops: of the products, forward, for one sample; None where T is unknown.
        activations: numbers kept for the backward pass for one sample; None where T is unknown.
        kernel: how a recurrent layer is computed; None for other layers.
        kernel_reason: why not by the fastest kernel.
        takes_mask: its call has an argument `mask`.
        plugins: names of the plugins that its Keras classes come from.
        dtype: its Keras dtype policy.
        autocast: what it reads is turned into the numbers that it computes in.
        keras_class: name of its class in keras.layers.
        keras_arguments: its arguments, without the name.
        bidirectional: a second copy runs over the reversed sequence.
        merge_mode: how the two are merged; None keeps them apart.
        look_ahead: the inputs of which a timestep of its output sees later ones.
    """

    name: str
    layer: str
    sources: tuple[str, ...]
    entry: int
    inputs: tuple[Signal, ...]
    output: Signal
    weights: tuple[Weight, ...]
    formula: str
    flops: int | None
    activations: int | None
    keras_class: str
    keras_arguments: Mapping[str, Any]
    states: Mapping[str, Signal] = field(default_factory=dict)
    carries: Mapping[str, Signal] = field(default_factory=dict)
    initial_state: tuple[str, ...] = ()
    shared_with: str | None = None
    bidirectional: bool = False
    merge_mode: str | None = None
    look_ahead: tuple[LookAhead, ...] = ()
    kernel: str | None = None
    kernel_reason: str = ""
    takes_mask: bool = False
    plugins: tuple[str, ...] = ()
    dtype: str = "float32"
    autocast: bool = True

    @property
    def input(self) -> Signal:
        """Return the first of what it reads."""
        return self.inputs[0]

    @property
    def tensors(self) -> dict[str, Signal]:
        """Return everything it gives, by reference: `encoder`, `encoder.state_h`."""
        parts = {f"{self.name}.{part}": signal for part, signal in self.states.items()}
        apart = self.bidirectional and self.merge_mode is None
        return parts if apart else {self.name: self.output} | parts

    @property
    def parameters(self) -> int:
        """Return how many numbers its own weights hold: 0 where it shares another's."""
        return sum(weight.size for weight in self.weights)

    @property
    def mask(self) -> str | None:
        """Return where the padding that it is told of stands: `pre` or `post`, None where there is no mask."""
        return self.input.mask.side if self.input.mask else None


@dataclass(frozen=True)
class ForecastPlan:
    """How the outputs of a sample are a forecast: timestep by timestep, target by target, quantile by quantile.

    Attributes:
        horizon: timesteps that are forecast.
        steps: timesteps that the model gives at once; with fewer than the horizon they are fed back.
        targets: K.
        quantiles: ascending; empty where each number is given once.
    """

    horizon: int
    steps: int
    targets: int
    quantiles: tuple[float, ...] = ()

    @property
    def answers(self) -> int:
        """Return Q, how often each number is given."""
        return len(self.quantiles) or 1

    @property
    def middle(self) -> int:
        """Return which of the Q is the forecast: the median."""
        return self.quantiles.index(MEDIAN) if self.quantiles else 0

    @property
    def units(self) -> int:
        """Return the units of the head."""
        return self.steps * self.targets * self.answers


@dataclass(frozen=True)
class HeadPlan:
    """How the output meets the target.

    Attributes:
        kind: `binary` (one unit), `classes` (C units) or `number`.
        task: `classification`, `regression` or `sequence_to_sequence`.
        target: name of the target.
        loss: its spec.
        metrics: names.
        from_logits: the outputs are logits.
        dtype: in which loss and metrics are computed: float32, or float64 where the head computes in it.
        labels: the classes' names where known.
        per: one target per sample, or one per timestep.
        numbers: K, numbers of a target; 1 for classes.
        reads: the input of ids whose padding loss and metrics leave out; None where every timestep counts.
        forecast: how outputs are a forecast; None for other tasks.
    """

    kind: HeadKind
    task: str
    target: str
    loss: Loss
    metrics: tuple[str, ...]
    from_logits: bool
    labels: tuple[str, ...] | None = None
    per: Per = "sample"
    numbers: int = 1
    reads: str | None = None
    forecast: ForecastPlan | None = None
    dtype: str = "float32"


@dataclass(frozen=True)
class Plan:
    """What the model will be.

    Attributes:
        inputs: by name.
        outputs: by reference: `dense`, `encoder.state_h`.
        layers: in order.
        head: None for an architecture without data.
        batch_size: the memory is planned for.
        memory_bytes: weights, gradients, optimizer slots and activations at the batch size; None where T is unknown.
        xla: the step is compiled with XLA.
        stateful_batch: samples of every batch, where recurrent layers carry their states from one to the next.
        dtype: the dtype policy of layers without their own.
    """

    name: str
    inputs: Mapping[str, Signal]
    outputs: Mapping[str, Signal]
    layers: tuple[LayerPlan, ...]
    head: HeadPlan | None
    batch_size: int
    memory_bytes: int | None
    xla: bool = False
    stateful_batch: int | None = None

    @property
    def every_timestep(self) -> bool:
        """Return whether every timestep has a target."""
        return self.head is not None and self.head.per == "timestep"

    dtype: str = "float32"

    @property
    def needs_kernels(self) -> bool:
        """Return whether rnnlab's own kernels compute a layer."""
        return any(layer.kernel == "numba" for layer in self.layers)

    @property
    def parameters(self) -> int:
        """Return the parameters of the model."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def trainable_parameters(self) -> int:
        """Return the parameters that training changes."""
        return sum(weight.size for layer in self.layers for weight in layer.weights if weight.trainable)

    @property
    def scales_loss(self) -> bool:
        """Return whether training scales the loss: small gradients in float16 would become 0."""
        return any(compute_dtype(layer.dtype) == "float16" for layer in self.layers)

    @property
    def flops_per_sample(self) -> int | None:
        """Return the operations of one forward pass of one sample; None where T is unknown."""
        total = 0
        for layer in self.layers:
            if layer.flops is None:
                return None
            total += layer.flops
        return total

    @property
    def plugins(self) -> tuple[str, ...]:
        """Return the names of the plugins without which the model cannot be built or loaded."""
        return tuple(dict.fromkeys(name for layer in self.layers for name in layer.plugins))

    @property
    def directions(self) -> Mapping[str, Direction]:
        """Return which way each recorded quantity is better."""
        names = ("loss", *(self.head.metrics if self.head else ()))
        return {f"{prefix}{name}": direction_of(name) for name in names for prefix in ("", "val_", "test_")}

    def to_data(self) -> dict[str, Any]:
        """Return the plan as plain data: the JSON of `rnnlab plan --json`."""
        return {
            "name": self.name,
            "parameters": self.parameters,
            "trainable_parameters": self.trainable_parameters,
            "inputs": {name: [None, *signal.shape] for name, signal in self.inputs.items()},
            "outputs": {name: [None, *signal.shape] for name, signal in self.outputs.items()},
            "layers": [_layer_data(layer) for layer in self.layers],
            "task": self.head.task if self.head else None,
            "loss": self.head.loss.model_dump(mode="json") if self.head else None,
            "metrics": list(self.head.metrics) if self.head else [],
            "plugins": list(self.plugins),
            "flops_per_sample": self.flops_per_sample,
            "memory_bytes": self.memory_bytes,
            "batch_size": self.batch_size,
            "dtype": self.dtype,
            "scales_loss": self.scales_loss,
        }


def _layer_data(layer: LayerPlan) -> dict[str, Any]:
    return {
        "name": layer.name,
        "layer": layer.layer,
        "from": list(layer.sources),
        "outputs": [[None, *signal.shape] for signal in layer.tensors.values()],
        "initial_state": list(layer.initial_state),
        "parameters": layer.parameters,
        "formula": layer.formula,
        "shared_with": layer.shared_with,
        "weights": {weight.path: list(weight.shape) for weight in layer.weights},
        "flops": layer.flops,
        "kernel": layer.kernel,
        "kernel_reason": layer.kernel_reason,
        "mask": layer.mask,
        "dtype": layer.dtype,
    }
