"""The Keras classes of cells.py. Only the room that builds models imports them."""

from typing import Any

import keras
from keras import ops


class MinimalGatedUnit(keras.layers.Layer):
    """f = sigmoid(x W + h R + b), h' = (1 - f) h + f tanh(x W + (f h) R + b)."""

    def __init__(self, units: int, activation: str = "tanh", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.activation = activation
        self.state_size = units

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        width = 2 * self.units
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], width), initializer="glorot_uniform")
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, width), initializer="orthogonal"
        )
        self.bias = self.add_weight(name="bias", shape=(width,), initializer="zeros")

    def call(self, x_BF: Any, states: Any) -> Any:
        (h_BU,) = states
        forget_read, candidate_read = ops.split(ops.matmul(x_BF, self.kernel) + self.bias, 2, axis=-1)
        forget_kernel, candidate_kernel = ops.split(self.recurrent_kernel, 2, axis=-1)
        forget = ops.sigmoid(forget_read + ops.matmul(h_BU, forget_kernel))
        activate = keras.activations.get(self.activation)
        candidate = activate(candidate_read + ops.matmul(forget * h_BU, candidate_kernel))
        h_BU = (1 - forget) * h_BU + forget * candidate
        return h_BU, [h_BU]

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"units": self.units, "activation": self.activation}


class LongShortTermMemory(keras.layers.Layer):
    """What the variants below share: i, f, c, o side by side, the bias of f starts at 1."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.state_size = [units, units]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        width = 4 * self.units
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], width), initializer="glorot_uniform")
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, width), initializer="orthogonal"
        )
        self.bias = self.add_weight(name="bias", shape=(width,), initializer=self.first_bias)

    def first_bias(self, shape: Any, dtype: Any = None) -> Any:
        zeros = ops.zeros(self.units, dtype)
        return ops.concatenate([zeros, ops.ones(self.units, dtype), zeros, zeros])

    def products(self, x_BF: Any, h_BU: Any) -> Any:
        return ops.matmul(x_BF, self.kernel) + ops.matmul(h_BU, self.recurrent_kernel) + self.bias

    def step(self, x_BF: Any, h_BU: Any, c_BU: Any) -> tuple[Any, Any]:
        """Return (h', c')."""
        i, f, c, o = ops.split(self.products(x_BF, h_BU), 4, axis=-1)
        c_BU = ops.sigmoid(f) * c_BU + ops.sigmoid(i) * ops.tanh(c)
        return ops.sigmoid(o) * ops.tanh(c_BU), c_BU

    def call(self, x_BF: Any, states: Any) -> Any:
        h_BU, c_BU = self.step(x_BF, *states)
        return h_BU, [h_BU, c_BU]

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"units": self.units}


class PeepholeLSTM(LongShortTermMemory):
    """The gates i and f see the cell state before the step, o the one after it."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self.peepholes = self.add_weight(name="peepholes", shape=(3, self.units), initializer="zeros")

    def step(self, x_BF: Any, h_BU: Any, c_BU: Any) -> tuple[Any, Any]:
        i, f, c, o = ops.split(self.products(x_BF, h_BU), 4, axis=-1)
        see_i, see_f, see_o = ops.unstack(self.peepholes)
        kept = ops.sigmoid(f + see_f * c_BU) * c_BU
        c_BU = kept + ops.sigmoid(i + see_i * c_BU) * ops.tanh(c)
        return ops.sigmoid(o + see_o * c_BU) * ops.tanh(c_BU), c_BU


class LayerNormLSTM(LongShortTermMemory):
    """Both products and the cell state are normalized; the shared bias is the bias of the first two norms."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(units, **kwargs)
        self.kernel_norm = keras.layers.LayerNormalization(center=False, name="kernel_norm")
        self.recurrent_norm = keras.layers.LayerNormalization(center=False, name="recurrent_norm")
        self.state_norm = keras.layers.LayerNormalization(name="state_norm")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self.kernel_norm.build((None, 4 * self.units))
        self.recurrent_norm.build((None, 4 * self.units))
        self.state_norm.build((None, self.units))

    def products(self, x_BF: Any, h_BU: Any) -> Any:
        read = self.kernel_norm(ops.matmul(x_BF, self.kernel))
        return read + self.recurrent_norm(ops.matmul(h_BU, self.recurrent_kernel)) + self.bias

    def step(self, x_BF: Any, h_BU: Any, c_BU: Any) -> tuple[Any, Any]:
        i, f, c, o = ops.split(self.products(x_BF, h_BU), 4, axis=-1)
        c_BU = ops.sigmoid(f) * c_BU + ops.sigmoid(i) * ops.tanh(c)
        return ops.sigmoid(o) * ops.tanh(self.state_norm(c_BU)), c_BU


class ZoneoutLSTM(LongShortTermMemory):
    """While training each number of a state is kept with its rate; afterwards states move by their expectation."""

    def __init__(self, units: int, zoneout_h: float = 0.05, zoneout_c: float = 0.5, **kwargs: Any) -> None:
        super().__init__(units, **kwargs)
        self.zoneout_h = zoneout_h
        self.zoneout_c = zoneout_c
        self.seed_generator = keras.random.SeedGenerator()  # from the global seed; part of every checkpoint

    def call(self, x_BF: Any, states: Any, training: bool = False) -> Any:
        h_before, c_before = states
        h_BU, c_BU = self.step(x_BF, h_before, c_before)
        h_BU = self.zone(h_before, h_BU, self.zoneout_h, training)
        c_BU = self.zone(c_before, c_BU, self.zoneout_c, training)
        return h_BU, [h_BU, c_BU]

    def zone(self, before: Any, after: Any, rate: float, training: bool) -> Any:
        if not training:
            return rate * before + (1 - rate) * after
        keep = keras.random.uniform(ops.shape(after), seed=self.seed_generator) < rate
        return ops.where(keep, before, after)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"zoneout_h": self.zoneout_h, "zoneout_c": self.zoneout_c}


class TwoSpeedUnit(keras.layers.Layer):
    """h' = tanh(x W + [h, fast, slow] R + b); each trace moves towards h' at its own speed."""

    def __init__(self, units: int, fast: float = 0.5, slow: float = 0.95, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.fast = fast
        self.slow = slow
        self.state_size = [units, [units, units]]
        self.output_size = units

    def get_initial_state(self, batch_size: Any = None) -> Any:
        """Return zeros: Keras makes them itself only where states are not nested."""
        zeros = ops.zeros((batch_size, self.units), self.compute_dtype)
        return [zeros, [zeros, zeros]]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        units = self.units
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], units), initializer="glorot_uniform")
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(3 * units, units), initializer="orthogonal"
        )
        self.bias = self.add_weight(name="bias", shape=(units,), initializer="zeros")

    def call(self, x_BF: Any, states: Any) -> Any:
        h_BU, (fast, slow) = states
        seen = ops.matmul(ops.concatenate([h_BU, fast, slow], axis=-1), self.recurrent_kernel)
        h_BU = ops.tanh(ops.matmul(x_BF, self.kernel) + seen + self.bias)
        fast = self.fast * fast + (1 - self.fast) * h_BU
        slow = self.slow * slow + (1 - self.slow) * h_BU
        return h_BU, [h_BU, [fast, slow]]

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"units": self.units, "fast": self.fast, "slow": self.slow}


class Highway(keras.layers.Layer):
    """y = gate · activation(x W + b) + (1 - gate) · x, gate = sigmoid(x G + c)."""

    def __init__(self, activation: str = "relu", gate_bias: float = -1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activation
        self.first_gate_bias = gate_bias
        self.supports_masking = True  # each timestep is read alone, so the mask goes on

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        features = input_shape[-1]
        first = keras.initializers.Constant(self.first_gate_bias)
        self.kernel = self.add_weight(name="kernel", shape=(features, features), initializer="glorot_uniform")
        self.bias = self.add_weight(name="bias", shape=(features,), initializer="zeros")
        self.gate_kernel = self.add_weight(name="gate_kernel", shape=(features, features), initializer="glorot_uniform")
        self.gate_bias = self.add_weight(name="gate_bias", shape=(features,), initializer=first)

    def call(self, x: Any) -> Any:
        gate = ops.sigmoid(ops.matmul(x, self.gate_kernel) + self.gate_bias)
        dense = keras.activations.get(self.activation)(ops.matmul(x, self.kernel) + self.bias)
        return gate * dense + (1 - gate) * x

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"activation": self.activation, "gate_bias": self.first_gate_bias}
