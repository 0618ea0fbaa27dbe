"""The file of `movie-snippets`: a line is id, mean rating and text, with tabs between and no quoting."""

from __future__ import annotations

from pathlib import Path

from rnnlab.data.raw import CatalogSamples
from rnnlab.errors import DatasetError

LINES, POSITIVE, NEGATIVE = 10_605, 5_242, 5_326


def read_movie_snippets(path: Path, target: str) -> CatalogSamples:
    """Return sentences and the values of the target.

    Args:
        path: the unpacked file.
        target: `sentiment` (the sign of the rating; rated 0 is left out) or `score` (the rating itself).

    Raises:
        DatasetError: RL408, the file does not hold what it should.
    """
    rated = _read_rated(path)
    if target == "score":
        texts = [text for _, text in rated]
        return CatalogSamples({"text": texts}, [str(rating) for rating, _ in rated], range(len(rated)))
    kept = [(row, rating, text) for row, (rating, text) in enumerate(rated) if rating != 0]
    labels = ["positive" if rating > 0 else "negative" for _, rating, _ in kept]
    return CatalogSamples({"text": [text for _, _, text in kept]}, labels, [row for row, _, _ in kept])


def _read_rated(path: Path) -> list[tuple[float, str]]:
    try:
        lines = path.read_bytes().decode("utf-8").rstrip("\r\n").split("\n")
        fields = [line.rstrip("\r").split("\t") for line in lines]
        rated = [(float(rating), text) for _, rating, text in fields]
    except ValueError as error:
        raise _unexpected(f"it cannot be read: {error}") from error
    found = (len(rated), sum(rating > 0 for rating, _ in rated), sum(rating < 0 for rating, _ in rated))
    if found != (LINES, POSITIVE, NEGATIVE):
        raise _unexpected(f"{found[0]} lines, {found[1]} positive and {found[2]} negative")
    return rated


def _unexpected(found: str) -> DatasetError:
    return DatasetError(
        "RL408",
        f"the file of movie-snippets is not what it should be: {found}",
        help="remove it from the cache and fetch again",
    )
