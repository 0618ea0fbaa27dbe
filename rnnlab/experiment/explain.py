"""What `rnnlab explain TOPIC` prints: a code, a section, a layer or any other kind, from the specs themselves."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import zip_longest
from typing import Annotated, Any, get_args, get_origin

from pydantic.fields import FieldInfo

from rnnlab.errors import CallError
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.type_words import type_words
from rnnlab.plugging import loaded_plugins, seek_member
from rnnlab.source import CODES, did_you_mean, listing
from rnnlab.spec import DISCRIMINATORS, Choice, PerInput, Spec, key_docs, keys_of

FILE = "experiment"
HEADINGS = ("key", "type", "default", "")
WIDTHS = (0, 30, 14, 56)  # characters of a column; 0: as wide as its longest cell


def explain(topic: str) -> str:
    """Return what a code, section, layer or other kind means, with a table of its keys.

    Of a path such as `training.epochs`, the last part that has a page.

    Raises:
        CallError: nothing has that name; the message lists what has.
    """
    if topic.upper() in CODES:
        code = CODES[topic.upper()]
        return f"{topic.upper()}: {code.title}\n\n{code.text.rstrip()}"
    seek_member(topic)
    pages = topics()
    found = next((part for part in reversed(topic.split(".")) if part in pages), None)
    if found is None:
        known = listing(pages)
        help_ = did_you_mean(topic, [*pages, *CODES])
        hint = f"{help_} " if help_.startswith("did") else ""
        raise CallError(f"nothing is called `{topic}`; {hint}known: the codes RL001 to RL511, and {known}")
    return "\n\n".join(pages[found])


def topics() -> dict[str, tuple[str, ...]]:
    """Return the pages of every section, part and kind of the file by name; one name may have several."""
    return _topics(tuple(plugin.sha256 for plugin in loaded_plugins()))


@cache
def _topics(plugins: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    places: dict[tuple[str, str], list[str]] = {}
    for name, text, place in _pages(FILE, Experiment, "the whole file"):
        places.setdefault((name, text), []).append(place)
    pages: dict[str, tuple[str, ...]] = {}
    for (name, text), found in places.items():
        more = f" and {len(found) - 1} other places" if len(found) > 1 else ""
        pages[name] = (*pages.get(name, ()), f"{name} ({found[0]}{more})\n\n{text}")
    return pages


def specs() -> tuple[type[Spec], ...]:
    """Return every spec that can stand in the file."""
    return tuple(dict.fromkeys(_specs(Experiment)))


def _specs(annotation: Any) -> Iterator[type[Spec]]:
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield annotation
        for field in keys_of(annotation).values():
            yield from _specs(field.annotation)
    else:
        for inner in get_args(annotation):
            yield from _specs(inner)


def _pages(name: str, annotation: Any, place: str) -> Iterator[tuple[str, str, str]]:
    """Yield (topic, page, place) of an annotation and of everything below it; `place` is its dotted path."""
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield name, _spec_page(annotation), place
        for key, field in keys_of(annotation).items():
            yield from _pages(key, _whole(field), key if annotation is Experiment else f"{place}.{key}")
        return
    choice = _choice_of(annotation)
    if choice is not None:
        mark, members = choice
        yield name, _choice_page(mark, members), place
        for kind, spec in members.items():
            yield from _pages(kind, spec, f"{place} of {mark.key} {kind}")
        return
    for mark in get_args(annotation)[1:]:
        if isinstance(mark, PerInput):
            yield from _pages(name, mark.spec, place)
            return
    for inner in get_args(annotation):
        yield from _pages(name, inner, place)


def _whole(field: FieldInfo) -> Any:
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def _choice_of(annotation: Any) -> tuple[Choice, dict[str, type[Spec]]] | None:
    if get_origin(annotation) is not Annotated:
        return None
    union, *metadata = get_args(annotation)
    mark = next((mark for mark in metadata if isinstance(mark, Choice)), None)
    return (mark, dict(mark.members(union))) if mark else None


@cache
def _spec_page(spec: type[Spec]) -> str:
    docs = key_docs(spec)
    rows = [
        (key, type_words(_whole(field)), _default(field), " ".join(docs.get(key, "").split()))
        for key, field in keys_of(spec).items()
        if key not in DISCRIMINATORS
    ]
    return f"{inspect.cleandoc(spec.__doc__ or '')}\n\n{_table(rows) if rows else 'It has no keys.'}"


def _choice_page(mark: Choice, members: dict[str, type[Spec]]) -> str:
    width = max(map(len, members))
    lines = [f"{kind.ljust(width)}  {(spec.__doc__ or '').splitlines()[0]}" for kind, spec in members.items()]
    short = " or its bare name" if mark.short else ""
    about = f"A mapping with `{mark.key}`{short}; `rnnlab explain KIND` lists the keys of each."
    return "\n".join([about, "", *lines])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, Spec):
        return str(getattr(value, "kind", "its defaults"))
    if value is None or value in ("", {}, ()):
        return "-"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _table(rows: list[tuple[str, str, str, str]]) -> str:
    widths = [width or max(len(row[column]) for row in rows) for column, width in enumerate(WIDTHS)]
    lines = []
    for row in (HEADINGS, *rows):
        columns = [textwrap.wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
        for cells in zip_longest(*columns, fillvalue=""):
            padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
            lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)
