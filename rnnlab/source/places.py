"""Where a piece of text stands: sources and spans."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Source:
    """A named text: a file, or one argument of the command line.

    Attributes:
        name: what a person calls it: a path, or `--set`.
        text: the whole text, lines ended by a line feed.
    """

    name: str
    text: str = field(repr=False)

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Return the offset of every line's first character."""
        starts = [0]
        for offset, character in enumerate(self.text):
            if character == "\n":
                starts.append(offset + 1)
        return tuple(starts)

    def line_text(self, line: int) -> str:
        """Return a line, counted from 1, without its line feed."""
        return self.text.split("\n")[line - 1]


@dataclass(frozen=True)
class Span:
    """A stretch of characters, `start` inclusive to `end` exclusive, of one source."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """Return the line of the first character, counted from 1."""
        return bisect_right(self.source.line_starts, self.start)

    @property
    def column(self) -> int:
        """Return the column of the first character, counted from 1."""
        return self.start - self.source.line_starts[self.line - 1] + 1

    @property
    def width(self) -> int:
        """Return the characters to underline: those on the first line, one at least."""
        line_end = self.source.line_starts[self.line - 1] + len(self.source.line_text(self.line))
        text = self.source.text[self.start : min(self.end, line_end)]
        return max(1, len(text.rstrip()))

    @property
    def place(self) -> str:
        """Return `file:line:column`."""
        return f"{self.source.name}:{self.line}:{self.column}"
