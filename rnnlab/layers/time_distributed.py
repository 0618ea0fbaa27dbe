"""`layer: time_distributed`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from rnnlab.cells import Contradiction
from rnnlab.layers.activation import Activation
from rnnlab.layers.average_pooling1d import AveragePooling1D
from rnnlab.layers.conv1d import Conv1D
from rnnlab.layers.dense import Dense
from rnnlab.layers.flatten import Flatten
from rnnlab.layers.global_average_pooling1d import GlobalAveragePooling1D
from rnnlab.layers.global_max_pooling1d import GlobalMaxPooling1D
from rnnlab.layers.gru import GRU
from rnnlab.layers.layer import Layer, LayerProblemError, Planned, Signal, WeightedLayer, times, volume
from rnnlab.layers.layer_normalization import LayerNormalization
from rnnlab.layers.lstm import LSTM
from rnnlab.layers.max_pooling1d import MaxPooling1D
from rnnlab.layers.permute import Permute
from rnnlab.layers.recurrent import RecurrentLayer
from rnnlab.layers.repeat_vector import RepeatVector
from rnnlab.layers.reshape import Reshape
from rnnlab.layers.sequence import read_numbers
from rnnlab.layers.simple_rnn import SimpleRNN
from rnnlab.spec import Choice

Inner = Annotated[
    Dense
    | Conv1D
    | MaxPooling1D
    | AveragePooling1D
    | GlobalMaxPooling1D
    | GlobalAveragePooling1D
    | Flatten
    | Reshape
    | Permute
    | RepeatVector
    | Activation
    | LayerNormalization
    | SimpleRNN
    | LSTM
    | GRU,
    Choice("layer"),
]


REFUSED = {
    "repeat": "be stacked",
    "source": "read elsewhere",
    "initial_state": "start from given states",
    "dtype": "have its own `dtype`",
    "autocast": "have its own `autocast`",
}


class TimeDistributed(Layer):
    """Another layer at each timestep, with the same weights: (T, R, F) to T times what it makes of (R, F)."""

    keras_class: ClassVar[str] = "TimeDistributed"
    reads_sequence: ClassVar[bool] = True
    layer: Literal["time_distributed"] = "time_distributed"
    inner: Inner
    """The layer, as in `{layer: dense, units: 3}`."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        read_numbers(self.layer, signal)
        if len(signal.shape) < 2:
            raise LayerProblemError(
                "RL212",
                "`time_distributed` reads timesteps, but gets one vector per sample",
                help=f"use `{self.inner.layer}` itself, or move it above the layer that drops the timesteps",
            )
        timesteps, inner, name = signal.shape[0], self.inner, self.inner.name or self.inner.default_name
        planned = inner.plan(Signal(signal.shape[1:]), sequences=False)
        trainable = not isinstance(inner, WeightedLayer) or inner.trainable
        weights = tuple(
            replace(
                weight,
                path=f"{name}/{weight.path.replace('{name}', name)}",
                trainable=weight.trainable and trainable,
            )
            for weight in planned.weights
        )
        shape = (timesteps, *planned.output.shape)
        both_ways = isinstance(inner, RecurrentLayer) and inner.bidirectional
        return Planned(
            output=Signal(shape, mask=signal.mask),
            weights=weights,
            formula=planned.formula,
            flops=None if planned.flops is None else times(timesteps, planned.flops),
            activations=volume(shape) if planned.activations is None else times(timesteps, planned.activations),
            keras_arguments={
                "layer": inner.keras_class,
                "name": name,
                "arguments": planned.keras_arguments | ({"use_cudnn": False} if _has_cudnn(inner) else {}),
                "merge_mode": getattr(inner, "merge_mode", None) if both_ways else None,
            },
        )

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        inner: Layer = self.inner
        for problem in inner.contradictions():
            yield replace(problem, path=("inner", *problem.path))
        for field, words in REFUSED.items():
            if inner.departs(field):
                key = "from" if field == "source" else field
                message = f"the layer inside `time_distributed` cannot {words}"
                yield Contradiction(key, message, f"remove `{key}`", path=("inner",))
        if isinstance(inner, RecurrentLayer) and inner.bidirectional and inner.merge_mode is None:
            message = "the layer inside `time_distributed` gives one output"
            yield Contradiction("merge_mode", message, "use `merge_mode: concat`", path=("inner",))


def _has_cudnn(layer: Layer) -> bool:
    return isinstance(layer, LSTM | GRU)
