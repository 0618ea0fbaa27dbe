"""Units from a file, one a line."""

from __future__ import annotations

from pathlib import Path

from rnnlab.data.files import read_lines
from rnnlab.data.units import split_units
from rnnlab.errors import DatasetError
from rnnlab.text import Text


def read_vocabulary(path: Path, text: Text) -> list[str]:
    """Return the units of a file in order.

    Raises:
        DatasetError: RL401, it cannot be read; RL403, it is not UTF-8; RL404, it is empty; RL435, a line is no unit, or
            stands twice; RL470, it is too long.
    """
    lines = [line.rstrip("\r\n") for line in read_lines(path, empty="write one unit a line")]
    assert text.unit != "subword", "a rule refuses it"
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if split_units(line, text.unit, lowercase=text.lowercase) != [line]:
            raise DatasetError(
                "RL435",
                f"{path.name}, line {number}: `{line}` can never be found: it is no {text.unit}"
                + (" in lower case" if text.lowercase else ""),
                help="write one unit a line, as `text` splits and folds them",
            )
        if line in seen:
            raise DatasetError(
                "RL435",
                f"{path.name}, line {number}: `{line}` is in line {seen[line]} already",
                help="remove one of them",
            )
        seen[line] = number
    return lines
