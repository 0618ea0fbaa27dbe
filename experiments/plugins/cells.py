"""Five cells and a layer that Keras lacks: their keys, weights and shapes. The Keras classes stand in cells_keras.py.

rnnlab check experiments/guide_plugin_mgu.yaml --plugin experiments/plugins/cells.py
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from rnnlab.plugin import (
    NOT_KERAS,
    Activation,
    Cell,
    Planned,
    PositiveInt,
    Rate,
    Signal,
    StateSize,
    Weight,
    WeightedLayer,
    read_numbers,
    times,
    volume,
)

KERAS_FILE = "cells_keras.py"


class MinimalGatedUnit(Cell):
    """The minimal gated unit: one gate instead of the GRU's two, 2U(F + U + 1) parameters.

    Source: Zhou, Wu, Zhang & Zhou 2016, Minimal gated unit for recurrent neural networks.
    """

    keras_cell_class: ClassVar[str] = "MinimalGatedUnit"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"units": 3}, {"units": 5, "activation": "relu"})

    cell: Literal["minimal_gated_unit"] = "minimal_gated_unit"
    units: PositiveInt
    """U: numbers in the output of each timestep."""
    activation: Activation = "tanh"
    """Applied to the candidate output."""

    def weights(self, features: int) -> tuple[Weight, ...]:
        """Return kernel (F, 2U), recurrent_kernel (U, 2U) and bias (2U,): forget gate, then candidate."""
        width = 2 * self.units
        return (
            Weight("kernel", (features, width)),
            Weight("recurrent_kernel", (self.units, width)),
            Weight("bias", (width,)),
        )

    def formula(self, features: int) -> str:
        """Return the closed form of the parameter count with its numbers."""
        return f"2·{self.units}({features} + {self.units} + 1)"


class LongShortTermMemory(Cell):
    """What the variants of the LSTM below share: units, two states, gates i, f, c, o side by side."""

    states: ClassVar[tuple[str, ...]] = ("state_h", "state_c")

    units: PositiveInt
    """U: numbers in the output of each timestep."""

    @property
    def state_size(self) -> StateSize:
        """Return U for h and for c."""
        return [self.units, self.units]

    def weights(self, features: int) -> tuple[Weight, ...]:
        """Return kernel (F, 4U), recurrent_kernel (U, 4U) and bias (4U,)."""
        width = 4 * self.units
        return (
            Weight("kernel", (features, width)),
            Weight("recurrent_kernel", (self.units, width)),
            Weight("bias", (width,)),
        )

    def formula(self, features: int) -> str:
        """Return the closed form of the parameter count with its numbers."""
        return f"4·{self.units}({features} + {self.units} + 1)"


class PeepholeLSTM(LongShortTermMemory):
    """An LSTM whose gates look at the cell state: 4U(F + U + 1) + 3U parameters.

    Source: Gers & Schmidhuber 2000, Recurrent nets that time and count.
    """

    keras_cell_class: ClassVar[str] = "PeepholeLSTM"
    cell: Literal["peephole_lstm"] = "peephole_lstm"

    def weights(self, features: int) -> tuple[Weight, ...]:
        """Return those of the LSTM and the peepholes (3, U) of i, f and o."""
        return (*super().weights(features), Weight("peepholes", (3, self.units)))

    def formula(self, features: int) -> str:
        """Return the closed form of the parameter count with its numbers."""
        return f"{super().formula(features)} + 3·{self.units}"


class LayerNormLSTM(LongShortTermMemory):
    """An LSTM with layer normalization of both products and of the cell state: 4U(F + U + 1) + 10U parameters.

    Source: Ba, Kiros & Hinton 2016, Layer normalization, equations 20 to 22.
    """

    keras_cell_class: ClassVar[str] = "LayerNormLSTM"
    cell: Literal["layer_norm_lstm"] = "layer_norm_lstm"

    def weights(self, features: int) -> tuple[Weight, ...]:
        """Return those of the LSTM, then gains (and one bias) of the norms; those of the products share the LSTM's."""
        return (
            *super().weights(features),
            Weight("kernel_norm/gamma", (4 * self.units,)),
            Weight("recurrent_norm/gamma", (4 * self.units,)),
            Weight("state_norm/gamma", (self.units,)),
            Weight("state_norm/beta", (self.units,)),
        )

    def formula(self, features: int) -> str:
        """Return the closed form of the parameter count with its numbers."""
        return f"{super().formula(features)} + 10·{self.units}"


class ZoneoutLSTM(LongShortTermMemory):
    """An LSTM whose states keep some of their numbers at random while training: 4U(F + U + 1) parameters.

    Source: Krueger et al. 2017, Zoneout: regularizing RNNs by randomly preserving hidden activations.
    """

    keras_cell_class: ClassVar[str] = "ZoneoutLSTM"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"units": 3}, {"units": 2, "zoneout_h": 0.5, "zoneout_c": 0.3})
    cell: Literal["zoneout_lstm"] = "zoneout_lstm"
    zoneout_h: Rate = 0.05
    """Probability that a number of the output state is kept from the timestep before."""
    zoneout_c: Rate = 0.5
    """Probability that a number of the cell state is kept from the timestep before."""


class TwoSpeedUnit(Cell):
    """A cell whose states are lists in a list: an output, and a fast and a slow trace of it; U(F + 3U + 1) parameters.

    Both traces are moving averages of the output, so the cell remembers at two time scales.
    """

    keras_cell_class: ClassVar[str] = "TwoSpeedUnit"
    states: ClassVar[tuple[str, ...]] = ("state_h", "state_fast", "state_slow")
    cell: Literal["two_speed_unit"] = "two_speed_unit"
    units: PositiveInt
    """U: numbers in the output of each timestep."""
    fast: Rate = 0.5
    """Share of the fast trace that stays at each timestep."""
    slow: Rate = 0.95
    """Share of the slow trace that stays at each timestep."""

    @property
    def state_size(self) -> StateSize:
        """Return U for the output, and U for each trace."""
        return [self.units, [self.units, self.units]]

    def weights(self, features: int) -> tuple[Weight, ...]:
        """Return kernel (F, U), recurrent_kernel (3U, U) of the output and its traces, and bias (U,)."""
        return (
            Weight("kernel", (features, self.units)),
            Weight("recurrent_kernel", (3 * self.units, self.units)),
            Weight("bias", (self.units,)),
        )

    def formula(self, features: int) -> str:
        """Return the closed form of the parameter count with its numbers."""
        return f"{self.units}({features} + 3·{self.units} + 1)"


class Highway(WeightedLayer):
    """A dense layer beside a way that leaves its inputs as they are, and a gate between them: 2F(F + 1) parameters.

    Source: Srivastava, Greff & Schmidhuber 2015, Highway networks.
    """

    keras_class: ClassVar[str] = "Highway"
    layer: Literal["highway"] = "highway"
    activation: Activation = "relu"
    """Applied to the dense way."""
    gate_bias: float = -1.0
    """First value of the gate's bias: negative, so that training starts with the inputs as they are."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: the same shape, two kernels (F, F) and two biases (F,)."""
        features = read_numbers(self.layer, signal)
        rows = volume(signal.shape[:-1])
        return Planned(
            output=Signal(signal.shape, mask=signal.mask),
            weights=(
                Weight("kernel", (features, features)),
                Weight("bias", (features,)),
                Weight("gate_kernel", (features, features)),
                Weight("gate_bias", (features,)),
            ),
            formula=f"2·{features}({features} + 1)",
            flops=times(rows, 4 * features * features),
            activations=times(volume(signal.shape), 3),
            keras_arguments=self.model_dump(exclude=NOT_KERAS),
        )
