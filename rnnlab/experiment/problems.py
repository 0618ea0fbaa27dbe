"""pydantic's errors in our words: what is wrong, at which key, and what would help."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rnnlab.experiment.where import owner_of
from rnnlab.source import Document, Finding, Path, child, did_you_mean, listing

TYPES = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "a text",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "mapping_type": "a mapping of keys to values",
    "none_required": "nothing",
}
BOUNDS = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def findings_of(error: ValidationError, document: Document) -> list[Finding]:
    """Return one finding for each place that pydantic complains of."""
    places: dict[Path, list[ErrorDetails]] = {}
    for details in error.errors(include_url=False):
        places.setdefault(_clean(details["loc"], document, details["type"]), []).append(details)
    data = document.to_data()
    return [_finding(path, group, data) for path, group in places.items()]


def _clean(loc: tuple[int | str, ...], document: Document, kind: str) -> Path:
    """Return the location without the names of union branches that pydantic puts in, as a path of the document."""
    path: list[str | int] = []
    node: Any = document.root
    for position, segment in enumerate(loc):
        found = child(node, segment)
        last = position == len(loc) - 1
        if found is not None:
            path.append(segment)
            node = found[1]
        elif last and kind in ("missing", "choice_missing") and segment not in ("function-after",):
            path.append(segment)
    return tuple(path)


def _finding(path: Path, group: list[ErrorDetails], data: dict[str, Any]) -> Finding:
    key = str(path[-1]) if path else "the file"
    if len({details["type"] for details in group}) > 1:
        group = [details for details in group if details["type"] != "none_required"] or group
    first = group[0]
    kind = first["type"]
    if kind == "extra_forbidden":
        return _unknown_key(path, data)
    if kind == "missing":
        owner = str(path[-2]) if len(path) > 1 else "the file"
        return Finding("RL102", f"`{key}` is missing", path, label=f"in `{owner}`" if len(path) > 1 else "", help=_doc_help(path))
    context = first.get("ctx", {})
    if kind in ("choice_unknown", "catalog_unknown"):
        return _unknown_choice(path, kind, context)
    if kind == "choice_missing":
        return Finding(
            "RL102", f"`{context['key']}` is missing", path, help=f"known: {listing(context['known'])}", on_key=True
        )
    if kind == "literal_error" and path == ("rnnlab",):
        return Finding("RL201", f"the format version `{_show(first['input'])}` is unknown", path, help="write `rnnlab: 1`")
    if kind == "literal_error":
        known = [word.strip().strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
        return Finding(
            "RL105", f"unknown {key} `{_show(first['input'])}`", path, help=did_you_mean(str(first["input"]), known)
        )
    return _wrong_value(path, key, group)


def _unknown_choice(path: Path, kind: str, context: dict[str, Any]) -> Finding:
    key = context.get("key", "name")
    return Finding(
        "RL105",
        f"unknown {'dataset' if kind == 'catalog_unknown' else key} `{context['name']}`",
        path if kind == "catalog_unknown" else (*path, key),
        help=did_you_mean(context["name"], context["known"]),
    )


def _wrong_value(path: Path, key: str, group: list[ErrorDetails]) -> Finding:
    first = group[0]
    kind, found = first["type"], first["input"]
    context = first.get("ctx", {})
    if kind in BOUNDS:
        limit, words = BOUNDS[kind]
        return Finding("RL104", f"`{key}` must be {words} {context[limit]}, found {_show(found)}", path)
    if kind in ("too_short", "too_long"):
        count = context.get("min_length", context.get("max_length"))
        words = "at least" if kind == "too_short" else "at most"
        return Finding("RL104", f"`{key}` must have {words} {count} item{'s' if count != 1 else ''}", path, on_key=True)
    if kind == "string_pattern_mismatch":
        return Finding("RL104", f"`{key}` cannot be `{_show(found)}`", path, help=_pattern_help(key))
    if kind == "string_too_long":
        return Finding("RL104", f"`{key}` is longer than {context['max_length']} characters", path)
    wanted = [TYPES[details["type"]] for details in group if details["type"] in TYPES]
    if wanted:
        demand = " or ".join(dict.fromkeys(wanted))
        return Finding("RL103", f"`{key}` must be {demand}, found {_describe(found)}", path, help=_type_help(found, demand))
    message = first["msg"] if kind in ("maxlen", "bound") else f"`{key}` {first['msg']}"
    if kind == "bound":
        message = f"`{key}` {message}"
    return Finding("RL103" if kind == "choice_type" else "RL104", message, path)


def _pattern_help(key: str) -> str:
    if key == "name":
        return "start with a lower-case letter; then letters, digits and underscores (in the experiment's name also spaces, dots, dashes)"
    return "start with a lower-case letter; then lower-case letters, digits and underscores"


def _type_help(found: Any, demand: str) -> str | None:
    if isinstance(found, str) and found.replace("_", "").isdecimal() and "number" in demand:
        return f"write {found.replace('_', '')} without underscores or quotes"
    if isinstance(found, str) and found.lower() in ("yes", "no", "on", "off") and "true" in demand:
        return f"write {'true' if found.lower() in ('yes', 'on') else 'false'}"
    if isinstance(found, float) and found.is_integer() and demand == "a whole number":
        return f"write {int(found)}"
    return None


def _describe(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f"the text `{_show(value)}`" if isinstance(value, str) else _show(value)


def _show(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _unknown_key(path: Path, data: dict[str, Any]) -> Finding:
    key = str(path[-1])
    owner = owner_of(path, data)
    known = list(owner.spec.model_fields) if owner.spec else []
    return Finding(
        "RL101",
        f"unknown key `{key}`",
        path,
        label=f"not a key of {owner.title}",
        help=did_you_mean(key, [name for name in known if name != "rnnlab"]),
        on_key=True,
    )


def _doc_help(path: Path) -> str | None:
    if path == ("rnnlab",):
        return "start the file with `rnnlab: 1`, the version of its format"
    return None
