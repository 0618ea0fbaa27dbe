"""The words of a wrong value: what was wanted, what was found, what to write."""

from __future__ import annotations

from typing import Any

from rnnlab.source import Path

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
}
BOUNDS = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
LONGEST = 40  # characters of a value that is shown


def subject(path: Path) -> str:
    """Return what a message is about: a key in backticks, an item of a list, or the file."""
    if not path:
        return "the file"
    return f"an item of `{path[-2]}`" if isinstance(path[-1], int) else f"`{path[-1]}`"


def show(value: Any) -> str:
    """Return a scalar as it is written in YAML, cut where it is long."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def describe(value: Any) -> str:
    """Return what was found, with its type where that is not plain to see."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f"the text `{show(value)}`" if isinstance(value, str) else show(value)


def pattern_help(path: Path) -> str:
    """Return which characters a name may have."""
    if path == ("name",):
        return "start with a letter or digit; then letters, digits, spaces, dots, dashes and underscores"
    return "start with a lower-case letter; then lower-case letters, digits and underscores"


def type_help(path: Path, found: Any, wanted: list[str]) -> str | None:
    """Return what to write instead of a value of the wrong type, where that can be told."""
    if path[:2] == ("sweep", "space") and len(path) == 3:
        return "list the choices, as `[8, 16]`, or give a range, as `{low: 8, high: 64}`"
    if isinstance(found, str):
        return _instead_of_text(found, wanted)
    if isinstance(found, float) and found.is_integer() and "a whole number" in wanted:
        return f"write {int(found)}"
    if isinstance(found, bool | int | float):
        return _instead_of_number(found, wanted)
    return None


def _instead_of_text(found: str, wanted: list[str]) -> str | None:
    digits = found.replace("_", "")
    if digits.isdecimal() and {"a number", "a whole number"} & set(wanted):
        return f"write {digits} without {'underscores' if '_' in found else 'quotes'}"
    if found.lower() in ("yes", "no", "on", "off") and "true or false" in wanted:
        return f"write {'true' if found.lower() in ('yes', 'on') else 'false'}"
    return f"write `[{show(found)}]`" if wanted == ["a list"] and found else None


def _instead_of_number(found: float, wanted: list[str]) -> str | None:
    if found is True and wanted == ["a mapping of keys to values"]:
        return "write its keys, or `{}` for their defaults"
    if wanted == ["a text"]:
        return "put it in quotes" if isinstance(found, float) else f'put it in quotes: "{show(found)}"'
    if wanted == ["true or false"] and found in (0, 1):
        return f"write {'true' if found else 'false'}"
    return f"write `[{show(found)}]`" if wanted == ["a list"] else None
