"""What the first lines of a file of pretrained vectors tell. Light: `check` asks before any data are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rnnlab.errors import DatasetError

LONGEST_LINE = 2**20  # characters


@dataclass(frozen=True)
class VectorHeader:
    """The form of a file of vectors.

    Attributes:
        numbers: D, of each vector.
        counted: its first line is word2vec's: how many words, how many numbers.
    """

    numbers: int
    counted: bool


def read_header(path: Path) -> VectorHeader:
    """Return the form of a file in the text format of GloVe or word2vec.

    Raises:
        DatasetError: RL401, it cannot be read; RL436, it has another form.
    """
    try:
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            first, second = file.readline(LONGEST_LINE).split(), file.readline(LONGEST_LINE).split()
    except OSError as error:
        raise DatasetError("RL401", f"cannot read {path}: {error.strerror}") from error
    if len(first) == 2 and first[0].isdecimal() and first[1].isdecimal() and len(second) == int(first[1]) + 1:
        return VectorHeader(int(first[1]), counted=True)
    if len(first) < 2 or not all(_is_number(value) for value in first[1:]):
        raise DatasetError(
            "RL436",
            f"{path.name} is no file of vectors",
            help="a line is a word and its numbers, with blanks between (GloVe's or word2vec's text format)",
        )
    return VectorHeader(len(first) - 1, counted=False)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
