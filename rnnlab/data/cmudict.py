"""The file of `cmudict`: a line is a word, its phones with blanks between, perhaps a comment behind `#`."""

from __future__ import annotations

import re
from pathlib import Path

from rnnlab.data.raw import CatalogSamples
from rnnlab.errors import DatasetError

PAIRS, WORDS = 125_855, 117_493
PLAIN = re.compile(r"([a-z]+)(?:\(\d+\))?")


def read_cmudict(path: Path, target: str) -> CatalogSamples:
    """Return words of the letters a to z and their phones; a word with several pronunciations stands several times.

    Args:
        path: the unpacked file.
        target: `phones`.

    Raises:
        DatasetError: RL408, the file does not hold what it should.
    """
    words, phones, rows = [], [], []
    for row, line in enumerate(path.read_bytes().decode("latin-1").splitlines()):
        name, _, spoken = line.partition("#")[0].strip().partition(" ")
        match = PLAIN.fullmatch(name)
        if match and spoken:
            words.append(match[1])
            phones.append(spoken)
            rows.append(row)
    if (len(words), len(set(words))) != (PAIRS, WORDS):
        raise DatasetError(
            "RL408",
            f"the file of cmudict is not what it should be: {len(words)} pairs of {len(set(words))} words",
            help="remove it from the cache and fetch again",
        )
    return CatalogSamples({"source": words}, phones, rows, {"word": words})
