"""The names of layers, counted as Keras counts them within one file."""

from __future__ import annotations

from collections.abc import Iterable


def count_names(entries: Iterable[tuple[str | None, str, int]]) -> tuple[tuple[str, ...], ...]:
    """Return the names of the copies of each entry.

    Args:
        entries: (name given or None, default name, copies) of each entry of the file.

    Returns:
        For `lstm` twice: (("lstm",), ("lstm_1",)); for `rnn` repeated: (("rnn", "rnn_1"),).
    """
    counts: dict[str, int] = {}
    names = []
    for given, default, copies in entries:
        stem = given or default
        first = 0 if given else counts.get(default, 0)
        if not given:
            counts[default] = first + copies
        names.append(tuple(f"{stem}_{number}" if number else stem for number in range(first, first + copies)))
    return tuple(names)
