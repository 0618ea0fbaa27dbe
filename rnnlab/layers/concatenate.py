"""`layer: concatenate`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from rnnlab.cells import Contradiction
from rnnlab.layers.layer import Layer, LayerProblemError, Planned, Shape, Signal, volume
from rnnlab.layers.merge import merge_masks, read_several
from rnnlab.layers.sequence import leaks, show_dimensions


class Concatenate(Layer):
    """Several inputs end to end: (T, F) and (T, G) to (T, F + G)."""

    keras_class: ClassVar[str] = "Concatenate"
    layer: Literal["concatenate"] = "concatenate"
    axis: int = -1
    """The dimension that grows, the batch being 0: -1 joins the features, 1 the timesteps."""

    def plan_all(self, signals: tuple[Signal, ...], *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan_all`."""
        read_several(self.layer, signals)
        place = self._place(signals)
        joined = [signal.shape[place] for signal in signals]
        known = [size for size in joined if size is not None]
        shape = list(signals[0].shape)
        shape[place] = sum(known) if len(known) == len(joined) else None
        masked = next((signal.mask for signal in signals if signal.mask), None)
        if masked and place == 0:
            raise leaks(self.layer, masked, "puts padding between data", "join the features: `axis: -1`", key="axis")
        return Planned(
            output=Signal(tuple(shape), mask=merge_masks(self.layer, signals, tuple(shape))),
            activations=volume(tuple(shape)),
            keras_arguments={"axis": self.axis},
        )

    def _place(self, signals: tuple[Signal, ...]) -> int:
        """Return which dimension of a sample grows."""
        dimensions = len(signals[0].shape)
        place = self.axis - 1 if self.axis > 0 else dimensions + self.axis
        if not 0 <= place < dimensions:
            raise LayerProblemError(
                "RL212",
                f"there is no dimension {self.axis} in {show_dimensions(signals[0].shape)}",
                key="axis",
                help="use -1, the features",
            )
        for signal in signals[1:]:
            if not _fits(signals[0].shape, signal.shape, place):
                found = f"{show_dimensions(signals[0].shape)} and {show_dimensions(signal.shape)}"
                raise LayerProblemError(
                    "RL212",
                    f"`concatenate` joins shapes that are equal but for one dimension, found {found}",
                    key="from",
                    help="join outputs of one kind: all of them with timesteps, or all without",
                )
        return place

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        if self.axis == 0:
            yield Contradiction("axis", "`axis` 0 is the batch, samples are never joined", "use -1, the features")


def _fits(shape: Shape, other: Shape, place: int) -> bool:
    if len(shape) != len(other):
        return False
    pairs = zip(shape, other, strict=True)
    return all(at == place or one == two or None in (one, two) for at, (one, two) in enumerate(pairs))
