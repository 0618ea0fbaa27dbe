"""What every recurrent cell has: states, weights by closed form, cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Literal

from rnnlab.spec import Spec

BiasInitializer = Literal[
    "zeros", "ones", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
    "random_normal", "random_uniform", "truncated_normal",
]  # fmt: skip


@dataclass(frozen=True)
class Weight:
    """One weight of a layer.

    Attributes:
        path: Keras's path below the layer's name: `lstm_cell/kernel`.
        shape: its shape.
        trainable: training may change it.
        dtype: in which it is kept; stamped by the plan.
    """

    path: str
    shape: tuple[int, ...]
    trainable: bool = True
    dtype: str = "float32"

    @property
    def size(self) -> int:
        """Return how many numbers it holds."""
        return prod(self.shape)


@dataclass(frozen=True)
class Contradiction:
    """A key that cannot matter beside another, or must not stand with it.

    Attributes:
        path: of the spec that has the key, below the layer.
    """

    key: str
    message: str
    help: str
    path: tuple[str | int, ...] = ()


StateSize = int | Sequence["StateSize"]
"""Numbers in a state, or a list of such where there are several; lists may stand in lists."""


class Cell(Spec):
    """A recurrent cell: its keys are the arguments of its Keras class, its weights are known from them.

    A cell of one's own says `units` (or `output_size`), `state_size`, `weights`, and better also `formula` and
    `flops_per_timestep`.
    """

    keras_cell_class: ClassVar[str]
    """Name of the cell's class: in keras.layers, or in the Keras file of its plugin."""
    states: ClassVar[tuple[str, ...]] = ()
    """Names of the states in Keras's order: `state`, or `state_0`, `state_1_0`, … by their place unless given."""
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"units": 3},)
    """Values of the keys that `rnnlab plugin check` tries."""

    @property
    def cell_name(self) -> str:
        """Return the name that Keras gives the cell inside its layer: its kind."""
        return str(getattr(self, "cell", ""))

    @property
    def output_size(self) -> int:
        """Return the numbers in the output of each timestep: U."""
        return int(getattr(self, "units"))  # noqa: B009  a key of most cells, not of all

    @property
    def state_size(self) -> StateSize:
        """Return the numbers in each state, nested as the Keras cell's `state_size` is."""
        return self.output_size

    def weights(self, features: int) -> tuple[Weight, ...]:
        """Return the weights of one direction, by Keras's path below the cell's name.

        Args:
            features: F, numbers per timestep (not timesteps).
        """
        raise NotImplementedError

    def formula(self, features: int) -> str:
        """Return the closed form of the parameter count with its numbers."""
        return " + ".join("·".join(map(str, weight.shape)) for weight in self.weights(features))

    def flops_per_timestep(self, features: int) -> int:
        """Return the floating-point operations of the products of one timestep of one sample: 2 for each weight."""
        return sum(2 * weight.size for weight in self.weights(features) if len(weight.shape) > 1)

    @property
    def numbers_per_timestep(self) -> int:
        """Return how many numbers are kept for the backward pass at each timestep of one sample."""
        return self.output_size + sum(self.state_sizes().values())

    def keras_arguments(self) -> dict[str, Any]:
        """Return the arguments of the Keras cell: the keys."""
        return self.model_dump(exclude={"cell"})

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        yield from ()

    def state_sizes(self) -> dict[str, int]:
        """Return the numbers in each state by its name, in the order in which Keras flattens them."""
        leaves = dict(_leaves(self.state_size, "state"))
        if not self.states:
            return leaves
        if len(self.states) != len(leaves):
            named = f"`states` of {type(self).__name__} names {len(self.states)}"
            raise ValueError(f"{named}, but `state_size` has {len(leaves)}")
        return dict(zip(self.states, leaves.values(), strict=True))

    @property
    def state_depth(self) -> int:
        """Return how deep the states are nested: 0 for a single one, 1 for a list."""
        return _depth(self.state_size)


def _leaves(size: StateSize, name: str) -> Iterator[tuple[str, int]]:
    if isinstance(size, int):
        yield name, size
    else:
        for index, inner in enumerate(size):
            yield from _leaves(inner, f"{name}_{index}")


def _depth(size: StateSize) -> int:
    return 0 if isinstance(size, int) else 1 + max(map(_depth, size), default=0)
