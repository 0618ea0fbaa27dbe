"""Names of places that people read."""

from __future__ import annotations

from collections.abc import Sequence


def short_names(paths: Sequence[str]) -> dict[str, str]:
    """Return the shortest end of each dotted path that no other has."""
    found = {}
    for path in paths:
        parts = path.split(".")
        ends = (".".join(parts[-length:]) for length in range(1, len(parts) + 1))
        others = [other for other in paths if other != path]
        found[path] = next((end for end in ends if not any(f".{other}".endswith(f".{end}") for other in others)), path)
    return found
