"""What a person reads of every bad input. `python -m tests.data.bad.rendering` rewrites the texts."""

import sys
import time
from pathlib import Path

from . import arrays, delimited, ids, records, sentences, sequences, series
from .case import Case, render

FOLDER = Path(__file__).parent
ROOMS = (delimited, records, arrays, series, sentences, ids, sequences)
CASES: tuple[Case, ...] = tuple(case for room in ROOMS for case in room.CASES)


def expected(case: Case) -> Path:
    """Return where the text stands."""
    return FOLDER / f"{case.name}.txt"


if __name__ == "__main__":
    for left_over in FOLDER.glob("*.txt"):
        left_over.unlink()
    for case in CASES:
        begun = time.monotonic()
        try:
            expected(case).write_text(render(case), encoding="utf-8")
        except Exception as error:
            sys.stderr.write(f"{case.name}: {type(error).__name__}: {error}\n")
        if (seconds := time.monotonic() - begun) > 0.5:
            sys.stderr.write(f"{case.name}: {seconds:.1f} s\n")
