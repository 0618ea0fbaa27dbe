"""Three forms of a diagnostic: full with caret, concise on one line, JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rnnlab.source.diagnostic import Diagnostic

PASSWORD = re.compile(r"(://[^/\s:@]*:(?=[^/\s@]+@)|[?&;]\w*(?:password|token|secret)=)([^/\s@&;\"']+)", re.IGNORECASE)


def hide_passwords(text: str) -> str:
    """Return the text with every password of a URI as stars, as long as before so that carets stay right."""
    return PASSWORD.sub(lambda found: found[1] + "*" * len(found[2]), text)


def render_full(diagnostic: Diagnostic) -> str:
    """Return the diagnostic with its source line and a caret under the place."""
    lines = [f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"]
    gutter = ""
    if span := diagnostic.span:
        number = str(span.line)
        gutter = " " * len(number)
        text = hide_passwords(span.source.line_text(span.line))
        indent = "".join("\t" if character == "\t" else " " for character in text[: span.column - 1])
        caret = f"{indent}{'^' * span.width} {diagnostic.label}".rstrip()
        lines += [f"{gutter}--> {span.place}", f"{gutter} |", f"{number} | {text}", f"{gutter} | {caret}"]
    lines += [
        f"{gutter} = {name}: {text}" for name, text in (("note", diagnostic.note), ("help", diagnostic.help)) if text
    ]
    return "\n".join(lines)


def render_concise(diagnostic: Diagnostic) -> str:
    """Return the diagnostic on one line: `file:line:column: error[RLnnn]: message (help: …)`."""
    return str(diagnostic)


def diagnostic_to_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return the diagnostic as plain data for `--json`."""
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "file": span.source.name if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "width": span.width if span else None,
        "label": diagnostic.label,
        "note": diagnostic.note,
        "help": diagnostic.help,
    }


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """Return how many there are: `2 errors, 1 warning`."""
    counts = []
    for severity in ("error", "warning"):
        number = sum(diagnostic.severity == severity for diagnostic in diagnostics)
        if number:
            counts.append(f"{number} {severity}{'s' if number > 1 else ''}")
    return ", ".join(counts) or "no errors"
