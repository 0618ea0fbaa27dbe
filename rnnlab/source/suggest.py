"""The nearest known name for a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None where nothing is close."""
    from difflib import get_close_matches  # needed for errors only

    candidates = sorted(known)
    folded = {candidate.lower().replace("-", "_"): candidate for candidate in candidates}
    matches = get_close_matches(name.lower().replace("-", "_"), folded, n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None


def listing(known: Iterable[str]) -> str:
    """Return the names in backticks, sorted, for `known: …`."""
    return ", ".join(f"`{name}`" for name in sorted(known))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the help for an unknown name: the nearest one, else all of them."""
    names = list(known)
    match = nearest(name, names)
    return f"did you mean `{match}`?" if match else f"known: {listing(names)}"
