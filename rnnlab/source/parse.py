"""YAML text to a `Document` with a span for every key and value.

PyYAML's event stream gives the places; its constructors are not used (they read `1e-3` as a string, `no` as
False, and keep the last of two equal keys), nor is its C loader (it crashes on deep nesting).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from rnnlab.errors import InvalidExperimentError
from rnnlab.source.diagnostic import Diagnostic
from rnnlab.source.document import Document, Entry, Mapping, Node, Scalar, Sequence
from rnnlab.source.places import Source, Span
from rnnlab.source.scalars import Value, resolve_plain
from rnnlab.source.syntax import describe

DEEPEST = 64  # levels of nesting
LARGEST = 1 << 20  # bytes in a file
HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")
"""A surrogate: UTF-16 writes a character as two of them."""


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
        raise refuse(
            "RL003",
            "the file is larger than 1 MiB",
            "an experiment is a page of text; data have files of their own",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        shown_text = Source(shown, data.decode("utf-8", errors="replace"))
        start = len(data[: error.start].decode("utf-8"))
        span = Span(shown_text, start, start + 1)
        message = f"the file is not UTF-8: byte {error.start} cannot be read"
        raise InvalidExperimentError((Diagnostic("RL002", message, span, help="save it as UTF-8"),)) from error
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
        parser.report("RL004", "this character cannot stand in YAML", _index(error), "remove it")
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


def _start(event: yaml.Event) -> int:
    return int(event.start_mark.index)  # type: ignore[union-attr]  # events of a text have marks


def _end(event: yaml.Event) -> int:
    return int(event.end_mark.index)  # type: ignore[union-attr]


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
            self.report(
                "RL008",
                "the file must be a mapping of keys to values",
                node.span.start,
                "write `key: value` lines",
            )
            return None
        return node

    def value(self) -> Node | None:
        self.events = yaml.parse(self.text, Loader=yaml.SafeLoader)
        node: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    help_ = "write one experiment a file"
                    self.report("RL009", "a second document starts here", _start(event), help_, width=3)
                    break
                node = self.node(next(self.events), depth=1)
        return node

    def node(self, event: yaml.Event, depth: int) -> Node:
        if depth > DEEPEST:
            self.report("RL007", f"nested deeper than {DEEPEST} levels", _start(event))
            raise _TooDeepError
        if isinstance(event, yaml.AliasEvent):
            span = self.span(event)
            self.refuse(span, "RL006", "aliases are not allowed", "write the value again, or use `extends`")
            return Scalar(None, span)
        self.refuse_properties(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(event, depth)
        return self.scalar(event)

    def refuse_properties(self, event: yaml.Event) -> None:
        start = _start(event)
        word = len("".join(self.text[start : start + 200].split(maxsplit=1)[:1]))
        if getattr(event, "anchor", None):
            self.report(
                "RL006",
                "anchors are not allowed",
                start,
                "write the value again, or use `extends`",
                width=word,
            )
        elif getattr(event, "tag", None):
            self.report("RL006", "tags are not allowed", start, "remove it: types follow from the keys", width=word)

    def sequence(self, event: yaml.SequenceStartEvent, depth: int) -> Sequence:
        items: list[Node] = []
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
            self.add_entry(entries, inner, depth)
        raise AssertionError("PyYAML ends every mapping")

    def add_entry(self, entries: dict[str, Entry], event: yaml.Event, depth: int) -> None:
        key_node = self.node(event, depth + 1)
        told = len(self.diagnostics)
        value = self.node(next(self.events), depth + 1)
        span = key_node.span
        if not isinstance(key_node, Scalar):
            self.refuse(span, "RL005", "a key must be a plain word", "remove the brackets, or put the key in quotes")
            return
        key = self.source.text[span.start : span.end]
        if isinstance(event, yaml.ScalarEvent) and not event.implicit[0]:
            key = event.value
        if HALF_CHARACTER.search(key):
            return  # told by `scalar`
        if key == "<<":
            del self.diagnostics[told:]
            self.refuse(span, "RL006", "merge keys are not allowed", "write the keys again, or use `extends`")
        elif key in entries:
            note = f"first on line {entries[key].key_span.line}"
            self.diagnostics.append(
                Diagnostic(
                    "RL005",
                    f"the key `{key}` stands twice",
                    span,
                    label="again here",
                    note=note,
                    help="keep one of the two",
                )
            )
        else:
            entries[key] = Entry(key, span, value)

    def scalar(self, event: yaml.Event) -> Scalar:
        assert isinstance(event, yaml.ScalarEvent)
        value: Value = event.value
        if half := HALF_CHARACTER.search(event.value):
            self.refuse(
                self.span(event), "RL002", f"`\\u{ord(half[0]):04x}` is half a character, which no file can hold"
            )
            return Scalar(None, self.span(event))
        if event.implicit[0]:
            try:
                value = resolve_plain(event.value)
            except ValueError as error:
                shown = event.value if len(event.value) <= 24 else f"{event.value[:23]}…"
                self.refuse(self.span(event), "RL010", f"{error}, found `{shown}`")
                value = None
        return Scalar(value, self.span(event))

    def span(self, first: yaml.Event, last: yaml.Event | None = None) -> Span:
        start, end = _start(first), _end(last or first)
        if last is not None and not getattr(first, "flow_style", False):
            end = max(start + 1, end)
            while end > start + 1 and self.text[end - 1 : end].isspace():
                end -= 1
        return Span(self.source, start + self.offset, end + self.offset)

    def report(self, code: str, message: str, index: int, help: str | None = None, *, width: int = 1) -> None:
        start = min(index, len(self.text)) + self.offset
        self.refuse(Span(self.source, start, start + width), code, message, help)

    def refuse(self, span: Span, code: str, message: str, help: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(code, message, span, help=help))

    def report_syntax(self, error: yaml.MarkedYAMLError) -> None:
        span, message, note, help_ = describe(error, self.text)
        start, end = span[0] + self.offset, span[1] + self.offset
        self.diagnostics.append(
            Diagnostic("RL004", f"not YAML: {message}", Span(self.source, start, end), note=note, help=help_)
        )
