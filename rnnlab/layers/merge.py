"""What concatenate, add and multiply share: several inputs that must fit, in shape and in mask."""

from __future__ import annotations

from collections.abc import Iterator

from rnnlab.layers.layer import LayerProblemError, LookAhead, Mask, Planned, Shape, Signal, volume
from rnnlab.layers.sequence import leaks, read_numbers, show_dimensions


def read_several(layer: str, signals: tuple[Signal, ...]) -> None:
    """Check that there are two inputs or more, of numbers.

    Raises:
        LayerProblemError: RL212.
    """
    if len(signals) < 2:
        raise LayerProblemError(
            "RL212",
            f"`{layer}` joins several tensors, but reads one",
            key="from",
            help="name them: `from: [NAME, NAME]`",
        )
    for signal in signals:
        read_numbers(layer, signal)


def plan_elementwise(layer: str, signals: tuple[Signal, ...]) -> Planned:
    """Return the plan of a layer that combines numbers at the same place; a vector meets every timestep.

    Raises:
        LayerProblemError: RL212, the shapes do not fit; RL225, the masks do not.
    """
    read_several(layer, signals)
    shape: Shape = signals[0].shape
    for signal in signals[1:]:
        shape = _broadcast(layer, shape, signal.shape)
    return Planned(output=Signal(shape, mask=merge_masks(layer, signals, shape)), activations=volume(shape))


def look_across(signals: tuple[Signal, ...], output: Signal) -> Iterator[LookAhead]:
    """Yield sequences of fewer dimensions than the output: their timesteps meet its rows, at every timestep."""
    for place, signal in enumerate(signals):
        if 1 < len(signal.shape) < len(output.shape):
            yield LookAhead(place, "joins all timesteps of one sequence with each of another", "from")


def merge_masks(layer: str, signals: tuple[Signal, ...], shape: Shape) -> Mask | None:
    """Return the mask that all inputs with timesteps share; Keras would drop it, or mask what only all of them mask.

    Args:
        layer: kind.
        signals: what is merged.
        shape: what comes out.

    Raises:
        LayerProblemError: RL225, they have different masks.
    """
    masks = {signal.mask for signal in signals if len(signal.shape) == len(shape) and signal.shape[0] != 1}
    others = {signal.mask for signal in signals} - masks - {None}
    if len(masks | others) > len(masks) or len(masks) > 1:
        mask = next(mask for mask in (*others, *masks) if mask)
        what = "joins padded timesteps with others that are not padded alike"
        raise leaks(layer, mask, what, "join what one recurrent or pooling layer gives for each", key="from")
    return next(iter(masks), None)


def _broadcast(layer: str, left: Shape, right: Shape) -> Shape:
    long, short = (left, right) if len(left) >= len(right) else (right, left)
    lead = len(long) - len(short)
    sizes = [_size(one, other) for one, other in zip(long[lead:], short, strict=True)]
    if 0 in sizes:
        raise LayerProblemError(
            "RL212",
            f"`{layer}` combines shapes that are equal, found {show_dimensions(left)} and {show_dimensions(right)}",
            key="from",
            help="bring them to the same size by a dense layer, or use `concatenate`",
        )
    return (*long[:lead], *sizes)


def _size(one: int | None, other: int | None) -> int | None:
    """Return the size of two that meet, 0 where they do not fit."""
    if one is None or other is None:
        return None
    if one == other or 1 in (one, other):
        return max(one, other)
    return 0
