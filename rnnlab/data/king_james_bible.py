"""The file of `king-james-bible`: a line is one verse as JSON, with its book and chapter."""

from __future__ import annotations

import json
from itertools import chain, repeat
from pathlib import Path

from rnnlab.data.raw import CatalogSamples
from rnnlab.datasets.entries import SECTIONS
from rnnlab.errors import DatasetError

VERSES, BOOKS = 31_103, 66
BOOKS_OF_SECTION = (5, 12, 5, 5, 12, 4, 1, 13, 8, 1)
OLD_TESTAMENT = 39  # books


def read_king_james_bible(path: Path, target: str) -> CatalogSamples:
    """Return verses with their books, and the section or testament they stand in.

    Args:
        path: the unpacked file.
        target: `section`, `testament` or `continuation`.

    Raises:
        DatasetError: RL408, the file does not hold what it should.
    """
    try:
        verses = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        books = list(dict.fromkeys(verse["book"] for verse in verses))
        texts = [str(verse["text"]) for verse in verses]
    except (ValueError, KeyError, TypeError) as error:
        raise _unexpected(f"it cannot be read: {error}") from error
    if (len(verses), len(books)) != (VERSES, BOOKS):
        raise _unexpected(f"{len(verses)} verses of {len(books)} books")
    sections = chain.from_iterable(map(repeat, SECTIONS, BOOKS_OF_SECTION))
    testaments = ["old" if position < OLD_TESTAMENT else "new" for position in range(BOOKS)]
    labels = dict(zip(books, sections if target == "section" else testaments, strict=True))
    values = None if target == "continuation" else [labels[verse["book"]] for verse in verses]
    return CatalogSamples({"text": texts}, values, range(VERSES), {"book": [str(verse["book"]) for verse in verses]})


def _unexpected(found: str) -> DatasetError:
    return DatasetError(
        "RL408",
        f"the file of king-james-bible is not what it should be: {found}",
        help="remove it from the cache and fetch again",
    )
