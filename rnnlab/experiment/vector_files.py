"""What the first lines of a file of pretrained vectors tell. Light: `check` asks before any data are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rnnlab.datasets.opening import open_file
from rnnlab.errors import DatasetError

LONGEST_LINE = 2**20  # bytes


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
        DatasetError: RL401, it cannot be read; RL436, it has another form; RL470, a line is too long.
    """
    lines = vector_lines(path)
    first, second = next(lines, "").split(), next(lines, "").split()
    if len(first) == 2 and first[0].isdecimal() and first[1].isdecimal() and len(second) == int(first[1]) + 1:
        return VectorHeader(int(first[1]), counted=True)
    if len(first) < 2 or not all(_is_number(value) for value in first[1:]):
        raise DatasetError(
            "RL436",
            f"{path.name} is no file of vectors",
            help="a line is a word and its numbers, with blanks between (GloVe's or word2vec's text format)",
        )
    return VectorHeader(len(first) - 1, counted=False)


def vector_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file of vectors; a word that is not UTF-8 loses the bytes that are none.

    Raises:
        DatasetError: RL401, it cannot be read; RL470, a line is longer than 1 MiB.
    """
    with open_file(path) as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), start=1):
            if len(line) > LONGEST_LINE:
                raise DatasetError(
                    "RL470",
                    f"{path.name}, line {number} is longer than {LONGEST_LINE // 2**20} MiB",
                    help="a line is a word and its numbers",
                )
            yield line.decode("utf-8", errors="replace")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
