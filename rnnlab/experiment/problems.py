"""pydantic's errors in our words: what is wrong, at which key, and what would help."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rnnlab.experiment.where import owner_of
from rnnlab.experiment.words import BOUNDS, TYPES, describe, pattern_help, show, subject, type_help
from rnnlab.source import Document, Finding, Path, child, did_you_mean, listing, nearest
from rnnlab.spec import key_docs, keys_of

CHOICES = ("choice_unknown", "choice_missing", "choice_type")
Details = list[ErrorDetails]


def findings_of(error: ValidationError, document: Document) -> list[Finding]:
    """Return one finding for each place that pydantic complains of."""
    places: dict[Path, Details] = {}
    for details in error.errors(include_url=False):
        if not _is_echo(details):
            places.setdefault(_clean(details["loc"], document, details["type"]), []).append(details)
    data = document.to_data()
    findings = []
    for path, group in _without_misspelt_twins(places, data).items():
        deeper = any(other[: len(path)] == path and len(other) > len(path) for other in places)
        told = _of_the_branch_meant(group, deeper=deeper)
        if told:
            findings.append(_finding(path, told, data))
    return findings


def _is_echo(details: ErrorDetails) -> bool:
    """Return whether a list is called too short only because some of its items are refused themselves."""
    return details["type"] == "too_short" and len(details["input"]) >= details["ctx"]["min_length"]


def _clean(loc: tuple[int | str, ...], document: Document, kind: str) -> Path:
    """Return the location without the names of union branches that pydantic puts in, as a path of the document."""
    path: list[str | int] = []
    node: Any = document.root
    for position, segment in enumerate(loc):
        found = child(node, segment)
        if found is not None:
            path.append(segment)
            node = found[1]
        elif position == len(loc) - 1 and kind == "missing":
            path.append(segment)
    return tuple(path)


def _of_the_branch_meant(group: Details, *, deeper: bool) -> Details:
    """Return the errors of a union that fit what was written: a mapping was not meant as a number.

    Args:
        group: the errors at one place, one or more for each branch.
        deeper: there are errors inside the value too, so that a branch was recognised.
    """
    found = group[0]["input"]
    if isinstance(found, dict | list):
        fitting = [each for each in group if each["type"] not in TYPES and each["type"] != "literal_error"]
        fitting = [each for each in fitting if each["type"] != "choice_type" or isinstance(found, dict)]
        return fitting if fitting or deeper else group
    return group


def _without_misspelt_twins(places: dict[Path, Details], data: dict[str, Any]) -> dict[Path, Details]:
    """Return the places without a missing `x` where a misspelt `x` stands beside it: one cause, one error."""
    unknown = [path for path, group in places.items() if group[0]["type"] == "extra_forbidden"]
    meant = {(*path[:-1], _nearest_key(path, data)) for path in unknown}
    return {path: group for path, group in places.items() if group[0]["type"] != "missing" or path not in meant}


def _nearest_key(path: Path, data: dict[str, Any]) -> str:
    spec = owner_of(path, data).spec
    return (nearest(str(path[-1]), keys_of(spec)) if spec else None) or ""


def _finding(path: Path, group: Details, data: dict[str, Any]) -> Finding:
    for kind in ("extra_forbidden", "missing", *CHOICES, "catalog_unknown", "literal_error"):
        first = next((details for details in group if details["type"] == kind), None)
        if first is None or (len(group) > 1 and (kind == "choice_type" or _is_no_word(first))):
            continue
        if kind == "extra_forbidden":
            return _unknown_key(path, data)
        if kind == "missing":
            return _missing_key(path, data)
        return _unknown_choice(path, first) if kind in CHOICES else _unknown_name(path, first)
    return _wrong_value(path, group, data)


def _is_no_word(details: ErrorDetails) -> bool:
    return details["type"] == "literal_error" and not isinstance(details["input"], str)


def _unknown_key(path: Path, data: dict[str, Any]) -> Finding:
    key = str(path[-1])
    owner = owner_of(path, data)
    known = list(keys_of(owner.spec)) if owner.spec else []
    return Finding(
        "RL101",
        f"unknown key `{key}`",
        path,
        label=f"not a key of {owner.title}",
        help=did_you_mean(key, [name for name in known if name != "rnnlab"]),
        on_key=True,
    )


def _missing_key(path: Path, data: dict[str, Any]) -> Finding:
    key = str(path[-1])
    owner = owner_of(path, data)
    inside = f"`{owner.title}` needs `{key}`" if len(path) > 1 else f"`{key}` is missing"
    if path == ("rnnlab",):
        return Finding("RL102", inside, path, help="start the file with `rnnlab: 1`, the version of its format")
    doc = key_docs(owner.spec).get(key) if owner.spec else None
    note = " ".join(doc.split()) if doc else None
    return Finding("RL102", inside, _discriminator(path, data), note=note, help=f"add `{key}: …`")


def _discriminator(path: Path, data: Any) -> Path:
    """Return the place of the `layer` or `kind` beside a missing key, which says more than the whole mapping."""
    for segment in path[:-1]:
        data = data[segment]
    key = next((key for key in ("layer", "kind") if isinstance(data, dict) and key in data), None)
    return (*path[:-1], key) if key else path


def _unknown_choice(path: Path, details: ErrorDetails) -> Finding:
    found, context = details["input"], details["ctx"]
    key, known = context["key"], context["known"]
    what = subject(path)
    if details["type"] == "choice_type":
        demand = f"{'a name or ' if context['short'] else ''}a mapping with `{key}`"
        help_ = f"write `{{{key}: {found}}}`" if found in known else f"known: {listing(known)}"
        return Finding("RL103", f"{what} must be {demand}, found {describe(found)}", path, help=help_)
    if details["type"] == "choice_missing":
        return Finding(
            "RL102", f"{what} needs `{key}`", path, help=f"add `{key}: …`; known: {listing(known)}", on_key=True
        )
    name = context["name"]
    noun = key if key in ("layer", "cell") else f"kind of {path[-1]}"
    help_ = did_you_mean(name, known)
    note = "those of a plugin are known once it is named with `--plugin`"
    return Finding(
        "RL105",
        f"unknown {noun} `{show(name)}`",
        (*path, key) if isinstance(found, dict) else path,
        note=note if context["plugged"] and not nearest(name, known) else None,
        help=help_,
    )


def _unknown_name(path: Path, details: ErrorDetails) -> Finding:
    found, context = details["input"], details["ctx"]
    if path == ("rnnlab",):
        return Finding("RL201", f"the format version `{show(found)}` is unknown", path, help="write `rnnlab: 1`")
    if details["type"] == "catalog_unknown":
        known = context["known"]
        return Finding("RL105", f"unknown dataset `{show(found)}`", path, help=did_you_mean(str(found), known))
    known = [word.strip().strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
    noun = str(path[-1]) if isinstance(path[-1], str) else str(path[-2]).removesuffix("s")
    return Finding("RL105", f"unknown {noun} `{show(found)}`", path, help=did_you_mean(str(found), known))


def _wrong_value(path: Path, group: Details, data: dict[str, Any]) -> Finding:
    first = group[0]
    kind, found, context = first["type"], first["input"], first.get("ctx", {})
    what = subject(path)
    if first["loc"][-1:] == ("[key]",):
        return Finding("RL104", f"{what} cannot be a name", path, help=pattern_help(path), on_key=True)
    if kind in BOUNDS:
        limit, words = BOUNDS[kind]
        help_ = f"write {found / 100:g} for {found:g} %" if context[limit] == 1 and 2 <= found <= 100 else None
        return Finding("RL104", f"{what} must be {words} {context[limit]:g}, found {show(found)}", path, help=help_)
    if kind in ("too_short", "too_long"):
        count = context.get("min_length", context.get("max_length"))
        words = "at least" if kind == "too_short" else "at most"
        return Finding("RL104", f"{what} must have {words} {count} item{'s' if count != 1 else ''}", path, on_key=True)
    if kind == "string_pattern_mismatch":
        return Finding("RL104", f"{what} cannot be `{show(found)}`", path, help=pattern_help(path))
    if kind == "string_too_long":
        return Finding("RL104", f"{what} is longer than {context['max_length']} characters", path)
    wanted = [_demand(each) for each in group if each["type"] in {*TYPES, "choice_type", "literal_error"}]
    if wanted:
        return _wrong_type(path, list(dict.fromkeys(wanted)), found, data)
    return Finding("RL104", first["msg"] if kind in ("maxlen", "frequency") else f"{what} {first['msg']}", path)


def _demand(details: ErrorDetails) -> str:
    kind = details["type"]
    if kind == "literal_error":
        return str(details["ctx"]["expected"]).replace("'", "`")
    return f"a mapping with `{details['ctx']['key']}`" if kind == "choice_type" else TYPES[kind]


def _wrong_type(path: Path, wanted: list[str], found: Any, data: dict[str, Any]) -> Finding:
    if "a number" in wanted and "a whole number" in wanted:
        wanted.remove("a whole number")
    demand = f"{', '.join(wanted[:-1])} or {wanted[-1]}" if len(wanted) > 1 else wanted[0]
    help_ = type_help(path, found, wanted) or _leave_out(path, found, data)
    return Finding("RL103", f"{subject(path)} must be {demand}, found {describe(found)}", path, help=help_)


def _leave_out(path: Path, found: Any, data: dict[str, Any]) -> str | None:
    """Return what to do with a key without a value."""
    if found is not None or not isinstance(path[-1], str):
        return None
    owner = owner_of(path, data)
    field = keys_of(owner.spec).get(path[-1]) if owner.spec else None
    if field is None or field.is_required():
        return "give it a value"
    return f"give it a value, or remove `{path[-1]}` to keep its default"
