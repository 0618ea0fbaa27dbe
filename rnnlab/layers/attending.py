"""What the attention layers share: query, value and key, and which timesteps may be looked at."""

from __future__ import annotations

from collections.abc import Iterator

from rnnlab.layers.layer import LayerProblemError, LookAhead, Mask, Signal
from rnnlab.layers.sequence import leaks, read_sequence, show_dimensions

CALL_ARGUMENTS = {"use_causal_mask"}
"""Keys that Keras takes when the layer is called, not when it is made."""


def read_attended(
    layer: str, signals: tuple[Signal, ...], *, causal: bool, alone: bool = False
) -> tuple[Signal, Signal, Signal]:
    """Return (query, value, key); the key is the value unless given.

    Args:
        layer: kind.
        signals: what `from` names.
        causal: no timestep looks at later ones.
        alone: one input may be all three.

    Raises:
        LayerProblemError: RL212, they are too many or too few, or no sequences; RL225, their masks do not fit.
    """
    if not (1 if alone else 2) <= len(signals) <= 3:
        raise LayerProblemError(
            "RL212",
            f"`{layer}` reads a query and a value, but gets {len(signals)} tensor{'s' if len(signals) > 1 else ''}",
            key="from",
            help="name them: `from: [QUERY, VALUE]` or `from: [QUERY, VALUE, KEY]`; all may be the same",
        )
    for signal in signals:
        read_sequence(layer, signal)
    query, value = signals[0], signals[min(1, len(signals) - 1)]
    key = signals[2] if len(signals) == 3 else value
    if value.shape[0] != key.shape[0] and None not in (value.shape[0], key.shape[0]):
        found = f"{value.shape[0]} and {key.shape[0]}"
        message = f"value and key of `{layer}` need the same timesteps, found {found}"
        raise LayerProblemError("RL212", message, key="from", help="take both from one layer")
    _check_masks(layer, query, value, key, causal=causal)
    return query, value, key


def _check_masks(layer: str, query: Signal, value: Signal, key: Signal, *, causal: bool) -> None:
    if value.mask != key.mask:
        mask = value.mask or key.mask
        assert mask is not None
        what = "reads a value and a key that are not padded alike"
        raise leaks(layer, mask, what, "take both from one layer", key="from")
    shifted = _shifted(query.mask) or _shifted(value.mask)
    if causal and shifted and query.mask != value.mask:
        what = "compares the places of timesteps that padding moves"
        raise leaks(layer, shifted, what, "use `padding: post`", key="use_causal_mask")


def _shifted(mask: Mask | None) -> Mask | None:
    return mask if mask and mask.side != "post" else None


def same_features(layer: str, query: Signal, key: Signal) -> int:
    """Return the features that query and key both have.

    Raises:
        LayerProblemError: RL212, they differ.
    """
    features = query.shape[-1]
    assert features is not None
    if features != key.shape[-1]:
        found = f"{show_dimensions(query.shape)} and {show_dimensions(key.shape)}"
        raise LayerProblemError(
            "RL212",
            f"`{layer}` compares a query and a key of as many features, found {found}",
            key="from",
            help="bring one of them to that size by a dense layer",
        )
    return features


def look_at_later(signals: tuple[Signal, ...], *, causal: bool) -> Iterator[LookAhead]:
    """Yield value and key, of which every query sees all timesteps unless the attention is causal."""
    if not causal:
        for place in range(1, len(signals)) if len(signals) > 1 else (0,):
            yield LookAhead(place, "looks at all timesteps")


def pairs(query: Signal, value: Signal) -> int | None:
    """Return how many pairs of timesteps are compared; None where T is unknown."""
    ahead, back = query.shape[0], value.shape[0]
    return None if ahead is None or back is None else ahead * back


def total(*counts: int | None) -> int | None:
    """Return the sum, None where one is unknown."""
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
