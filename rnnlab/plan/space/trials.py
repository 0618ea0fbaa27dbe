"""The files of trials, and what a trial may cost."""

from __future__ import annotations

from rnnlab.expect import Expect, is_exact
from rnnlab.experiment import apply_values
from rnnlab.plan.space.place import plain
from rnnlab.source import Document, Entry, Mapping, Node, Path


def trial_document(document: Document, values: list[tuple[Path, Node]]) -> Document:
    """Return the file of one trial: the base with values laid over, no `sweep`, and of `expect` only bounds."""
    kept = []
    for entry in apply_values(document, values).root.entries:
        if entry.key == "expect" and isinstance(entry.value, Mapping):
            bounds = tuple(each for each in entry.value.entries if _stays(each))
            kept.append(Entry(entry.key, entry.key_span, Mapping(bounds, entry.value.span)))
        elif entry.key != "sweep":
            kept.append(entry)
    return Document(Mapping(tuple(kept), document.root.span))


def _stays(entry: Entry) -> bool:
    value = plain(entry.value)
    return (
        entry.key in Expect.model_fields
        and entry.key != "beats"
        and not is_exact(tuple(value) if isinstance(value, list) else value)
    )
