"""A small plugin, written into a folder as its author would."""

from pathlib import Path

SPEC = '''\
from typing import ClassVar, Literal

from rnnlab.plugin import Cell, PositiveInt, Weight

KERAS_FILE = "tiny_cells_keras.py"


class Blend(Cell):
    """A cell that blends its inputs into its state: U(F + 1) parameters."""

    keras_cell_class: ClassVar[str] = "Blend"
    cell: Literal["blend"] = "blend"
    units: PositiveInt
    """U: numbers in the output of each timestep."""

    def weights(self, features: int) -> tuple[Weight, ...]:
        return (Weight("kernel", (features, self.units)), Weight("bias", (self.units,)))
'''
KERAS = """\
import keras
from keras import ops


class Blend(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], self.units))
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")

    def call(self, x, states):
        h = 0.5 * (states[0] + ops.tanh(ops.matmul(x, self.kernel) + self.bias))
        return h, [h]

    def get_config(self):
        return super().get_config() | {"units": self.units}
"""
FILE = """\
rnnlab: 1
name: x
model: {inputs: {x: {features: 4}}, layers: [{layer: rnn, cells: [{cell: blend, units: 3}], name: rnn}]}
"""


def write_plugin(folder: Path, *, spec: str = SPEC, keras: str = KERAS, name: str = "tiny_cells.py") -> Path:
    """Write both files and return the path of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tiny_cells_keras.py").write_text(keras, encoding="utf-8")
    path = folder / name
    path.write_text(spec, encoding="utf-8")
    return path
