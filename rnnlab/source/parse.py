"""YAML text to a `Document` with a span for every key and value.

PyYAML's event stream gives the places; its constructors are not used (they read `1e-3` as a string, `no` as
False, and keep the last of two equal keys), nor is its C loader (it crashes on deep nesting).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from rnnlab.errors import InvalidExperimentError
from rnnlab.source.diagnostic import Diagnostic
from rnnlab.source.document import Document, Entry, Mapping, Node, Scalar, Sequence
from rnnlab.source.places import Source, Span
from rnnlab.source.scalars import Value, resolve_plain

DEEPEST = 64  # levels of nesting
LARGEST = 1 << 20  # bytes in a file


@dataclass(frozen=True)
class Parsed:
    """What came out of a text: a document, unless nothing could be made of it, and what is wrong."""

    document: Document | None
    diagnostics: tuple[Diagnostic, ...]


def read_source(path: Path, *, name: str | None = None) -> Source:
    """Return the text of a file.

    Raises:
        InvalidExperimentError: it cannot be read (RL001), is not UTF-8 (RL002) or too large (RL003).
    """
    shown = name or str(path)
    empty = Source(shown, "")

    def refuse(code: str, message: str, help: str | None = None) -> InvalidExperimentError:
        return InvalidExperimentError((Diagnostic(code, message, Span(empty, 0, 0), help=help),))

    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise refuse("RL001", f"cannot read the file: {reason}") from error
    if len(data) > LARGEST:
        raise refuse("RL003", "the file is larger than 1 MiB", "an experiment is a page of text; data have files of their own")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse("RL002", f"the file is not UTF-8: byte {error.start}", "save it as UTF-8") from error
    return Source(shown, text.replace("\r\n", "\n"))


def parse(source: Source) -> Parsed:
    """Return the document of a YAML 1.2 text; every defect of the text is told, the rest is kept."""
    parser = _Parser(source)
    try:
        root = parser.document()
    except yaml.MarkedYAMLError as error:
        parser.report_syntax(error)
        root = None
    except yaml.reader.ReaderError as error:
        parser.report("RL004", f"the character {error.character!r} cannot stand in YAML", _index(error), "remove it")
        root = None
    except _TooDeepError:
        root = None
    return Parsed(Document(root) if root else None, tuple(parser.diagnostics))


def parse_value(source: Source, start: int) -> Node:
    """Return the node of the text from `start` on, as one YAML value: the right side of `--set path=value`.

    Raises:
        InvalidExperimentError: the text is not one YAML value.
    """
    shifted = Source(source.name, source.text[start:])
    parser = _Parser(shifted, whole=source, offset=start)
    try:
        node = parser.value()
    except yaml.MarkedYAMLError as error:
        parser.report_syntax(error)
        node = None
    except (yaml.reader.ReaderError, _TooDeepError):
        node = None
    if node is None or parser.diagnostics:
        span = Span(source, start, len(source.text))
        unreadable = Diagnostic("RL004", "the value is not YAML", span)
        raise InvalidExperimentError(tuple(parser.diagnostics) or (unreadable,))
    return node


class _TooDeepError(Exception):
    pass


def _index(error: yaml.reader.ReaderError) -> int:
    return int(error.position)


class _Parser:
    """Builds nodes from events; recursion is bounded by `DEEPEST`."""

    def __init__(self, source: Source, *, whole: Source | None = None, offset: int = 0) -> None:
        self.source = whole or source
        self.offset = offset
        self.text = source.text
        self.diagnostics: list[Diagnostic] = []
        self.events: Iterator[yaml.Event] = iter(())

    def document(self) -> Mapping | None:
        node = self.value()
        if node is None or (isinstance(node, Scalar) and node.value is None):
            self.report("RL008", "the file is empty", 0, "start with `rnnlab: 1` and `name:`")
            return None
        if not isinstance(node, Mapping):
            self.report("RL008", "the file must be a mapping of keys to values", node.span.start)
            return None
        return node

    def value(self) -> Node | None:
        self.events = yaml.parse(self.text, Loader=yaml.SafeLoader)
        node: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    self.report("RL009", "a second document starts here", event.start_mark.index, "write one experiment a file")
                    break
                node = self.node(next(self.events), depth=1)
        return node

    def node(self, event: yaml.Event, depth: int) -> Node:
        if depth > DEEPEST:
            self.report("RL007", f"nested deeper than {DEEPEST} levels", event.start_mark.index)
            raise _TooDeepError
        if isinstance(event, yaml.AliasEvent):
            self.report("RL006", "aliases are not allowed", event.start_mark.index, "write the value again, or use `extends`")
            return Scalar(None, self.span(event))
        self.refuse_properties(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(event, depth)
        return self.scalar(event)

    def refuse_properties(self, event: yaml.Event) -> None:
        start = event.start_mark.index
        if getattr(event, "anchor", None):
            self.report("RL006", "anchors are not allowed", start, "write the value again, or use `extends`")
        elif getattr(event, "tag", None):
            self.report("RL006", "tags are not allowed", start, "remove it: types follow from the keys")

    def sequence(self, event: yaml.SequenceStartEvent, depth: int) -> Sequence:
        items = []
        for inner in self.events:
            if isinstance(inner, yaml.SequenceEndEvent):
                return Sequence(tuple(items), self.span(event, inner))
            items.append(self.node(inner, depth + 1))
        raise AssertionError("PyYAML ends every sequence")

    def mapping(self, event: yaml.MappingStartEvent, depth: int) -> Mapping:
        entries: dict[str, Entry] = {}
        for inner in self.events:
            if isinstance(inner, yaml.MappingEndEvent):
                return Mapping(tuple(entries.values()), self.span(event, inner))
            key_node = self.node(inner, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if not isinstance(key_node, Scalar):
                self.report("RL005", "a key must be a plain word", key_node.span.start - self.offset)
                continue
            key = self.source.text[key_node.span.start : key_node.span.end] if key_node.value is None else str(key_node.value)
            if isinstance(key_node.value, bool):
                key = key.lower()
            if key in entries:
                first = entries[key].key_span
                self.diagnostics.append(
                    Diagnostic(
                        "RL005",
                        f"the key `{key}` stands twice",
                        key_node.span,
                        label="again here",
                        note=f"first on line {first.line}",
                        help="keep one of the two",
                    )
                )
                continue
            entries[key] = Entry(key, key_node.span, value)
        raise AssertionError("PyYAML ends every mapping")

    def scalar(self, event: yaml.Event) -> Scalar:
        assert isinstance(event, yaml.ScalarEvent)
        value: Value = event.value
        if event.implicit[0]:
            try:
                value = resolve_plain(event.value)
            except ValueError as error:
                self.report("RL010", f"{error}, found `{event.value[:20]}`", event.start_mark.index)
                value = None
        return Scalar(value, self.span(event))

    def span(self, first: yaml.Event, last: yaml.Event | None = None) -> Span:
        start, end = first.start_mark.index, (last or first).end_mark.index
        if last is not None and not getattr(first, "flow_style", False):
            end = max(start + 1, end)
            while end > start + 1 and self.text[end - 1 : end].isspace():
                end -= 1
        return Span(self.source, start + self.offset, end + self.offset)

    def report(self, code: str, message: str, index: int, help: str | None = None) -> None:
        start = min(index, len(self.text)) + self.offset
        end = start + len(self.text[start - self.offset :].split(maxsplit=1)[:1] or [""])
        self.diagnostics.append(Diagnostic(code, message, Span(self.source, start, end), help=help))

    def report_syntax(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or "not YAML"
        help_ = None
        if "'\\t'" in problem:
            help_ = "indent with spaces, not tabs"
        elif "mapping values are not allowed" in problem:
            help_ = "put a line break before the key, or quotes around a text that holds `: `"
        elif "could not find expected ':'" in problem:
            help_ = "write a colon and a space between a key and its value"
        elif "expected <block end>" in problem:
            help_ = "line the keys of one mapping up in the same column"
        elif "expected ',' or" in problem:
            help_ = "close the bracket, or separate the items with commas"
        self.report("RL004", f"not YAML: {problem}", mark.index if mark else 0, help_)
