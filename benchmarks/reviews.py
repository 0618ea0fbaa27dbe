"""Generated tables of reviews: words as frequent as Zipf says, lengths as those of IMDB, a label that words decide.

Written in chunks, so that a table of any size needs little memory.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

WORDS = 50_000
CHUNK = 10_000  # samples that are made at once
SHORT = (4.0, 0.45)  # of the logarithm of a length: mean 60
IMDB = (5.18, 0.76)  # mean 237, median 177


def write_reviews(path: Path, samples: int, *, lengths: tuple[float, float] = SHORT, seed: int = 1) -> int:
    """Return how many words were written as a table with the columns `text` and `label`."""
    draw = np.random.default_rng(seed)
    words = np.array([f"word{number}" for number in range(WORDS)])
    shares = 1 / np.arange(1, WORDS + 1)
    reached = np.cumsum(shares / shares.sum())
    total = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("text,label\n")
        for start in range(0, samples, CHUNK):
            counts = np.maximum(1, draw.lognormal(*lengths, min(CHUNK, samples - start)).astype(int))
            drawn = np.minimum(np.searchsorted(reached, draw.random(counts.sum())), WORDS - 1)
            for one in np.split(drawn, np.cumsum(counts)[:-1]):
                file.write(f"{' '.join(words[one])},{'pos' if np.mean(one % 7) > 2.5 else 'neg'}\n")
            total += int(counts.sum())
    return total
