"""`--set path=value` and the overrides of a sweep's trials: values laid over places of the file."""

from __future__ import annotations

from collections.abc import Sequence as Items

from rnnlab.errors import InvalidExperimentError
from rnnlab.layers import count_names
from rnnlab.source import (
    Diagnostic,
    Document,
    Mapping,
    Node,
    Path,
    Scalar,
    Sequence,
    Source,
    Span,
    child,
    did_you_mean,
    parse_value,
    replace_at,
)


class PathError(Exception):
    """A dotted path leads nowhere.

    Attributes:
        start: offset of the segment that is wrong, in the dotted path.
        segment: that segment.
        known: what could stand there.
    """

    def __init__(self, start: int, segment: str, known: tuple[str, ...]) -> None:
        self.start = start
        self.segment = segment
        self.known = known
        super().__init__(f"`{segment}` leads nowhere; {self.help}")

    @property
    def help(self) -> str:
        """Return what could stand there."""
        return (
            did_you_mean(self.segment, self.known) if self.known else "what stands before it is a value, not a mapping"
        )


def layer_names(layers: Node) -> tuple[str, ...]:
    """Return the names of the entries of `model.layers`: given, or counted as Keras counts (lstm, lstm_1, …)."""
    if not isinstance(layers, Sequence):
        return ()
    return tuple(copies[0] for copies in count_names(_layer_facts(item) for item in layers.items))


def _layer_facts(item: Node) -> tuple[str | None, str, int]:
    """Return (given name, default name, copies) of one entry of `model.layers`, whatever stands there."""
    if not isinstance(item, Mapping):
        return None, "", 1
    values = {entry.key: entry.value.value for entry in item.entries if isinstance(entry.value, Scalar)}
    name, layer, repeat = values.get("name"), values.get("layer"), values.get("repeat", 1)
    default = "bidirectional" if values.get("bidirectional") is True else str(layer)
    return (
        name if isinstance(name, str) else None,
        default,
        repeat if isinstance(repeat, int) and 0 < repeat < 1000 else 1,
    )


def resolve_path(document: Document, dotted: str) -> Path:
    """Return the path that a dotted text means: keys, list indices, and layers by name.

    The last segment may be a key that the file leaves out.

    Raises:
        PathError: a segment before the last leads nowhere.
    """
    node: Node | None = document.root
    path: list[str | int] = []
    start = 0
    for segment in dotted.split("."):
        step: str | int = segment
        if isinstance(node, Sequence):
            step = _index(node, path, segment, start)
        elif isinstance(node, Scalar) and node.value is not None:
            raise PathError(start, segment, ())
        found = child(node, step) if node is not None else None
        node = found[1] if found else None
        path.append(step)
        start += len(segment) + 1
    return tuple(path)


def _index(node: Sequence, path: list[str | int], segment: str, start: int) -> int:
    names = layer_names(node) if path == ["model", "layers"] else ()
    if segment in names:
        return names.index(segment)
    if segment.isdecimal() and int(segment) < len(node.items):
        return int(segment)
    indices = tuple(str(index) for index in range(len(node.items)))
    raise PathError(start, segment, names or indices)


def apply_override(document: Document, argument: str) -> Document:
    """Return the document with one `path=value` laid over it; the value is YAML.

    Raises:
        InvalidExperimentError: RL011, the argument is not `path=value`, or the path leads nowhere.
    """
    source = Source("--set", argument)
    dotted, equals, _ = argument.partition("=")
    if not equals or not dotted:
        raise _refuse(source, 0, len(argument), "`--set` takes `path=value`", "for example --set training.epochs=1")
    if dotted == "extends":
        raise _refuse(
            source, 0, len(dotted), "`extends` cannot be set: it is read with the file", "write it into the file"
        )
    value = parse_value(source, len(dotted) + 1)
    try:
        root = replace_at(document.root, resolve_path(document, dotted), value, keys=_segment_spans(source, dotted))
    except PathError as error:
        end = error.start + len(error.segment)
        raise _refuse(source, error.start, end, f"`{error.segment}` leads nowhere", error.help) from error
    assert isinstance(root, Mapping)
    return Document(Mapping(root.entries, document.root.span))


def _segment_spans(source: Source, dotted: str) -> tuple[Span, ...]:
    spans = []
    start = 0
    for segment in dotted.split("."):
        spans.append(Span(source, start, start + len(segment)))
        start += len(segment) + 1
    return tuple(spans)


def apply_values(document: Document, values: Items[tuple[Path, Node]]) -> Document:
    """Return the document with nodes laid over paths, as a sweep does for each trial."""
    root: Node = document.root
    for path, node in values:
        root = replace_at(root, path, node)
    assert isinstance(root, Mapping)
    return Document(Mapping(root.entries, document.root.span))


def _refuse(source: Source, start: int, end: int, message: str, help: str | None) -> InvalidExperimentError:
    return InvalidExperimentError((Diagnostic("RL011", message, Span(source, start, end), help=help),))
