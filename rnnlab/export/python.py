"""Python as a person would write it: calls that break over lines where they are too long."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

WIDTH = 88
STEP = 4


@dataclass(frozen=True)
class Variable:
    """A name that the script has given to something."""

    name: str


@dataclass(frozen=True)
class Call:
    """A call.

    Attributes:
        function: a dotted name, or the call that gives what is called: a layer that is made and applied at once.
        positional: values without a name.
        keywords: values by name.
    """

    function: str | Call
    positional: tuple[Any, ...] = ()
    keywords: tuple[tuple[str, Any], ...] = ()


def write(value: Any, *, indent: int = 0, before: int = 0, after: int = 0) -> str:
    """Return the source of a value, on one line where that fits.

    Args:
        value: a Call, a Variable, or plain data with them inside.
        indent: columns of the line that it starts on.
        before: columns of that line in front of it.
        after: columns behind it, such as a comma.
    """
    line = _one_line(value)
    if indent + before + len(line) + after <= WIDTH:
        return line
    if isinstance(value, Call):
        return _broken_call(value, indent, before)
    opening, items, closing = _parts(value)
    return _block(opening, items, closing, indent) if items else line


def assign(target: str | tuple[Any, ...], value: Any) -> str:
    """Return `target = value`; several targets in brackets, one a line, where they are too long."""
    if isinstance(target, str):
        return f"{target} = {write(value, before=len(target) + 3)}"
    names = _one_line(list(target))[1:-1]
    if len(names) <= WIDTH // 2:
        return f"{names} = {write(value, before=len(names) + 3)}"
    return f"{_block('(', [('', each) for each in target], ')', 0)} = {write(value, before=4)}"


def comment(text: str, *, indent: int = 0) -> list[str]:
    """Return the text as comment lines that are not too long."""
    return [f"{' ' * indent}# {line}" for line in fold(text, WIDTH - indent - 2)]


def fold(text: str, width: int) -> list[str]:
    """Return words in lines; what a terminal or Python could misread is written as its escape."""
    lines = [""]
    for word in (visible(word) for word in text.split()):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines


def visible(text: str) -> str:
    """Return the text with what cannot be seen, such as a change of direction, as its escape."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape", "surrogatepass").decode() for each in text
    )


def docstring(title: str, text: str) -> list[str]:
    """Return the lines of a docstring that no text can leave."""
    if not text.strip():
        return [f'"""{title}"""']
    safe = (line.replace("\\", r"\\").replace('"""', r"\"\"\"") for line in fold(text, WIDTH))
    return [f'"""{title}', "", *safe, '"""']


def _one_line(value: Any) -> str:
    if isinstance(value, Variable):
        return value.name
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=not value.isprintable())
    if isinstance(value, Call):
        function = value.function if isinstance(value.function, str) else _one_line(value.function)
        return f"{function}({', '.join(prefix + _one_line(each) for prefix, each in _arguments(value))})"
    opening, items, closing = _parts(value)
    if opening is None:
        return repr(value).replace("e+", "e") if isinstance(value, float) else repr(value)
    inside = ", ".join(prefix + _one_line(each) for prefix, each in items)
    return f"{opening}{inside}{',' if opening == '(' and len(items) == 1 else ''}{closing}"


def _parts(value: Any) -> tuple[str | None, list[tuple[str, Any]], str]:
    """Return (bracket, [(what stands before an item, item)], bracket); no bracket for what has no items."""
    if isinstance(value, Mapping):
        return "{", [(f"{_one_line(key)}: ", each) for key, each in value.items()], "}"
    if isinstance(value, list):
        return "[", [("", each) for each in value], "]"
    if isinstance(value, tuple):
        return "(", [("", each) for each in value], ")"
    return None, [], ""


def _arguments(call: Call) -> Iterator[tuple[str, Any]]:
    yield from (("", value) for value in call.positional)
    yield from ((f"{name}=", value) for name, value in call.keywords)


def _broken_call(call: Call, indent: int, before: int) -> str:
    if isinstance(call.function, str):
        return _block(f"{call.function}(", list(_arguments(call)), ")", indent)
    head = _one_line(call.function)
    if len(list(_arguments(call.function))) == 1 and indent + before + len(head) < WIDTH:
        return _block(f"{head}(", list(_arguments(call)), ")", indent)
    made = _broken_call(call.function, indent, before)
    column = len(made.rpartition("\n")[2])
    arguments = list(_arguments(call))
    line = ", ".join(prefix + _one_line(each) for prefix, each in arguments)
    if column + len(line) + 2 <= WIDTH:
        return f"{made}({line})"
    return _block(f"{made}(", arguments, ")", indent)


def _block(opening: str | None, items: list[tuple[str, Any]], closing: str, indent: int) -> str:
    inner = indent + STEP
    lines = [
        f"{' ' * inner}{prefix}{write(value, indent=inner, before=len(prefix), after=1)}," for prefix, value in items
    ]
    return "\n".join([opening or "", *lines, " " * indent + closing])
