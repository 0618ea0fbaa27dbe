"""What layers say when they get something else than they read, or cannot keep padding apart from data."""

from __future__ import annotations

from rnnlab.layers.layer import LayerProblemError, Mask, Shape, Signal


def read_numbers(layer: str, signal: Signal) -> int:
    """Return F, the last dimension of anything but ids.

    Raises:
        LayerProblemError: RL212, the signal is ids, or its last dimension is not known.
    """
    if signal.is_ids:
        raise LayerProblemError(
            "RL212",
            f"`{layer}` reads numbers, but gets the ids of words or characters",
            help="put `{layer: embedding, output_dim: …}` before it",
        )
    return known(layer, signal.shape[-1:])[0]


def read_sequence(layer: str, signal: Signal, dimensions: int = 2) -> tuple[int | None, int]:
    """Return (T, F) of a sequence, first and last dimension where it has more.

    Raises:
        LayerProblemError: RL212, the signal is ids, one vector per sample, or has another number of dimensions.
    """
    features = read_numbers(layer, signal)
    if len(signal.shape) == dimensions:
        return signal.shape[0], features
    if len(signal.shape) == 1:
        raise LayerProblemError(
            "RL212",
            f"`{layer}` reads {NAMES[dimensions]}, but gets one vector per sample",
            help="move it above the layer that drops the timesteps, or put a `repeat_vector` between",
        )
    flat = "put `{layer: time_distributed, inner: {layer: flatten}}` before it"
    more = "give the input `features` of as many dimensions, as in `features: [28, 1]`, or put a `reshape` before it"
    raise LayerProblemError(
        "RL212",
        f"`{layer}` reads {NAMES[dimensions]}, but gets {show_dimensions(signal.shape)}",
        help=flat if dimensions == 2 else more,
    )


NAMES = {
    2: "(timesteps, features)",
    3: "(timesteps, rows, features)",
    4: "(timesteps, rows, columns, features)",
}


def known(layer: str, shape: Shape) -> tuple[int, ...]:
    """Return a shape without unknown dimensions.

    Raises:
        LayerProblemError: RL212, the number of timesteps is needed, and not known.
    """
    sizes = tuple(size for size in shape if size is not None)
    if len(sizes) < len(shape):
        raise LayerProblemError(
            "RL212",
            f"`{layer}` needs to know the number of timesteps",
            help="give the input its `timesteps`; with a dataset, `padding.maxlen` a number",
        )
    return sizes


def show_dimensions(shape: Shape) -> str:
    """Return `(T, 28, 1)`."""
    sizes = ["T" if size is None else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


WITHOUT = {"any": "leave the `masking` layer out", "gaps": "set `dataset.gaps: fill`"}


def leaks(layer: str, mask: Mask, why: str, instead: str, *, key: str | None = None) -> LayerProblemError:
    """Return the refusal of a layer that would let padding change results.

    Args:
        layer: kind.
        mask: what it cannot follow.
        why: ends the sentence `LAYER …`.
        instead: what to do; the way without a mask is added.
        key: that is the cause.
    """
    without = WITHOUT.get(mask.side, "set `padding.mask: false`")
    return LayerProblemError(
        "RL225", f"`{layer}` {why}, so padding would change the result", key=key, help=f"{instead}, or {without}"
    )
