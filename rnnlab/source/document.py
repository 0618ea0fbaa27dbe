"""The parsed file: plain values, each with the span it came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rnnlab.source.diagnostic import Diagnostic, Finding, Path
from rnnlab.source.places import Span
from rnnlab.source.scalars import Value


@dataclass(frozen=True)
class Scalar:
    """A string, number, boolean or null."""

    value: Value
    span: Span


@dataclass(frozen=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True)
class Entry:
    """One key of a mapping with its value."""

    key: str
    key_span: Span
    value: Node


@dataclass(frozen=True)
class Mapping:
    """Keys and values, in the order of the file."""

    entries: tuple[Entry, ...]
    span: Span

    def get(self, key: str) -> Entry | None:
        """Return the entry of that key, or None."""
        return next((entry for entry in self.entries if entry.key == key), None)


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True)
class Document:
    """A whole file (or a file with others laid over it)."""

    root: Mapping

    @property
    def name(self) -> str:
        """Return the name of the file."""
        return self.root.span.source.name

    @property
    def text(self) -> str:
        """Return the file as written."""
        return self.root.span.source.text

    def to_data(self) -> dict[str, Any]:
        """Return plain dicts, lists and scalars."""
        data = _to_data(self.root)
        assert isinstance(data, dict)
        return data

    def span_at(self, path: Path, *, on_key: bool = False) -> Span:
        """Return the span of the value (or key) at a path, or of its nearest ancestor that stands in the text.

        An ancestor, and a value of many lines, is shown by its key, which is smaller and says more; where it has
        none (an item of a list, the file) by its first key.
        """
        node: Node = self.root
        key_span: Span | None = None
        for depth, segment in enumerate(path):
            found = child(node, segment)
            if found is None:
                return key_span or _first_key(node)
            key_span, node = found[0] if isinstance(node, Mapping) else None, found[1]
            if depth == len(path) - 1 and not (key_span and (on_key or _is_block(node))):
                return _first_key(node) if on_key or _is_block(node) else node.span
        return key_span or _first_key(node)

    def locate(self, finding: Finding) -> Diagnostic:
        """Return the finding with its place in the text."""
        span = self.span_at(finding.path, on_key=finding.on_key)
        if finding.within:
            quote = int(span.source.text[span.start : span.start + 1] in ("'", '"'))
            start, end = (span.start + quote + offset for offset in finding.within)
            span = Span(span.source, start, min(end, span.end))
        return Diagnostic(
            code=finding.code,
            message=finding.message,
            span=span,
            label=finding.label,
            note=finding.note,
            help=finding.help,
            severity=finding.severity,
        )


def _is_block(node: Node) -> bool:
    return not isinstance(node, Scalar) and node.span.source.text[node.span.start : node.span.start + 1] not in tuple(
        "[{!&"
    )


def _first_key(node: Node) -> Span:
    """Return the first key of a mapping, the first item of a block list, else the whole node."""
    if isinstance(node, Mapping) and node.entries:
        return node.entries[0].key_span
    if isinstance(node, Sequence) and node.items and _is_block(node):
        return _first_key(node.items[0])
    return node.span


def child(node: Node, segment: str | int) -> tuple[Span, Node] | None:
    """Return (span of the key or item, node) one step down, or None where there is none."""
    if isinstance(node, Mapping) and isinstance(segment, str):
        entry = node.get(segment)
        return (entry.key_span, entry.value) if entry else None
    if isinstance(node, Sequence) and isinstance(segment, int) and -1 < segment < len(node.items):
        item = node.items[segment]
        return item.span, item
    return None


def merge(below: Mapping, above: Mapping) -> Mapping:
    """Return `above` laid over `below`: mappings key by key, everything else replaced.

    A key that both have keeps the place in the order of `below` and the spans of `above`.
    """
    merged: list[Entry] = []
    for entry in below.entries:
        over = above.get(entry.key)
        if over is None:
            merged.append(entry)
        elif isinstance(entry.value, Mapping) and isinstance(over.value, Mapping):
            merged.append(Entry(entry.key, over.key_span, merge(entry.value, over.value)))
        else:
            merged.append(over)
    merged += [entry for entry in above.entries if below.get(entry.key) is None]
    return Mapping(tuple(merged), above.span)


def replace_at(node: Node, path: Path, value: Node, *, keys: tuple[Span, ...] = ()) -> Node:
    """Return `node` with the value at `path` replaced or added; mappings on the way are made where missing.

    Args:
        node: where the path starts.
        path: keys and indices.
        value: what to put there.
        keys: where each segment of the path is written; the value's own place unless given.

    Raises:
        KeyError: the path runs through a scalar, or an index is outside its list.
    """
    if not path:
        return value
    head, rest = path[0], path[1:]
    key_span, keys = (keys[0], keys[1:]) if keys else (value.span, ())
    if isinstance(node, Sequence) and isinstance(head, int) and -1 < head < len(node.items):
        items = list(node.items)
        items[head] = replace_at(items[head], rest, value, keys=keys)
        return Sequence(tuple(items), node.span)
    if isinstance(node, Scalar) and node.value is None and isinstance(head, str):
        node = Mapping((), node.span)
    if isinstance(node, Mapping) and isinstance(head, str):
        entry = node.get(head)
        below: Node = entry.value if entry else Mapping((), key_span)
        new = Entry(head, key_span, replace_at(below, rest, value, keys=keys))
        kept = tuple(new if old.key == head else old for old in node.entries)
        return Mapping(kept if entry else (*kept, new), node.span)
    raise KeyError(head)


def paths(node: Node, path: Path = ()) -> Iterator[tuple[Path, Scalar]]:
    """Yield every scalar with its path."""
    if isinstance(node, Scalar):
        yield path, node
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from paths(item, (*path, index))
    else:
        for entry in node.entries:
            yield from paths(entry.value, (*path, entry.key))


def _to_data(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [_to_data(item) for item in node.items]
    return {entry.key: _to_data(entry.value) for entry in node.entries}
