"""Nested configuration as dotted paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["flatten"]


def flatten(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values by dotted path, in file order.

    Members of a list of mappings are told apart by their `name`, or else by their index, as `--set` does:
    `model.layers.rnn.units`, `model.layers.2.rate`. Lists of plain values, and what is empty, stay values.
    """
    return dict(_leaves("", config))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    members = _members(value)
    if not members:
        yield path, value
        return
    for key, member in members:
        yield from _leaves(f"{path}.{key}" if path else key, member)


def _members(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [(str(key), member) for key, member in value.items()]
    if isinstance(value, list | tuple) and value and all(isinstance(member, Mapping) for member in value):
        names = [member.get("name") for member in value]
        return [
            (name if isinstance(name, str) and names.count(name) == 1 else str(index), member)
            for index, (name, member) in enumerate(zip(names, value, strict=True))
        ]
    return []
