"""From a file (with `extends` and `--set`) to one document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rnnlab.errors import InvalidExperimentError
from rnnlab.experiment.overrides import apply_override
from rnnlab.source import Diagnostic, Document, Mapping, Parsed, Scalar, merge, parse, read_source

DEEPEST_EXTENDS = 8


def load_document(path: Path, *, overrides: Sequence[str] = ()) -> Parsed:
    """Return the document of a file with what it extends below and `--set` above it.

    Raises:
        InvalidExperimentError: the file cannot be read, or an override leads nowhere.
    """
    parsed = _load(path, name=None, above=())
    document = parsed.document
    if document is None:
        return parsed
    diagnostics = list(parsed.diagnostics)
    for argument in overrides:
        try:
            document = apply_override(document, argument)
        except InvalidExperimentError as error:
            diagnostics += error.diagnostics
    return Parsed(document, tuple(diagnostics))


def _load(path: Path, *, name: str | None, above: tuple[Path, ...]) -> Parsed:
    parsed = parse(read_source(path, name=name))
    document = parsed.document
    entry = document.root.get("extends") if document else None
    if document is None or entry is None or not isinstance(entry.value, Scalar):
        return parsed
    other = entry.value.value
    if not isinstance(other, str):
        return parsed
    target = path.parent / other
    chain = (*above, path.resolve())
    problem = None
    if target.resolve() in chain:
        problem = Diagnostic("RL012", "`extends` runs in a circle", entry.value.span)
    elif len(chain) >= DEEPEST_EXTENDS:
        problem = Diagnostic("RL012", f"`extends` is nested deeper than {DEEPEST_EXTENDS} files", entry.value.span)
    elif not target.is_file():
        problem = Diagnostic(
            "RL012",
            f"there is no file `{other}`",
            entry.value.span,
            help=f"the path is relative to {path.name}",
        )
    if problem:
        return Parsed(document, (*parsed.diagnostics, problem))
    below = _load(target, name=str(target), above=chain)
    if below.document is None:
        return Parsed(document, (*parsed.diagnostics, *below.diagnostics))
    kept = Mapping(
        tuple(entry for entry in below.document.root.entries if entry.key != "extends"),
        below.document.root.span,
    )
    return Parsed(Document(merge(kept, document.root)), (*below.diagnostics, *parsed.diagnostics))
