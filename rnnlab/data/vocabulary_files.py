"""Units from a file, one a line."""

from __future__ import annotations

from pathlib import Path

from rnnlab.data.units import split_units
from rnnlab.errors import DatasetError
from rnnlab.text import Text


def read_vocabulary(path: Path, text: Text) -> list[str]:
    """Return the units of a file in order.

    Raises:
        DatasetError: RL401, it cannot be read; RL403, it is not UTF-8; RL435, a line is no unit, or stands twice.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise DatasetError("RL401", f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DatasetError("RL403", f"{path.name} is not UTF-8", help="save it again as UTF-8") from error
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
            raise DatasetError("RL435", f"{path.name}, line {number}: `{line}` is in line {seen[line]} already")
        seen[line] = number
    if not lines:
        raise DatasetError("RL435", f"{path.name} is empty", help="write one unit a line")
    return lines
