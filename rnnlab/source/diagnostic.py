"""A diagnostic is data: what is wrong, where, why, and what would help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnlab.source.places import Span

Severity = Literal["error", "warning"]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Finding:
    """Something wrong at a path of the file, not yet at a place in its text.

    Attributes:
        code: RLnnn, documented in `rnnlab explain`.
        message: one line without a full stop.
        path: keys and indices from the root.
        label: stands beside the caret.
        note: a further fact.
        help: what to write instead; only this proposes.
        on_key: underline the key, not its value.
        within: underline only these characters of it (start, end).
    """

    code: str
    message: str
    path: Path = ()
    label: str = ""
    note: str | None = None
    help: str | None = None
    on_key: bool = False
    severity: Severity = "error"
    within: tuple[int, int] | None = None


@dataclass(frozen=True)
class Diagnostic:
    """A finding with its place; see `Finding` for the fields."""

    code: str
    message: str
    span: Span | None
    label: str = ""
    note: str | None = None
    help: str | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.span.place}: " if self.span else ""
        help_ = f" (help: {self.help})" if self.help else ""
        return f"{place}{self.severity}[{self.code}]: {self.message}{help_}"


def order_of(diagnostic: Diagnostic) -> tuple[str, int, str]:
    """Return the sort key that puts diagnostics in the order of their files."""
    span = diagnostic.span
    return (span.source.name, span.start, diagnostic.code) if span else ("", -1, diagnostic.code)
