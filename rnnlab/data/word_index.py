"""Words and their ids, from a JSON file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnnlab.data.files import decode_text, read_bytes, unwritable
from rnnlab.errors import DatasetError

HELP = 'write {"the": 1, "and": 2, …}'


def read_word_index(path: Path) -> dict[str, int]:
    """Return the rank or id of each word.

    Raises:
        DatasetError: RL401, RL403, RL404, it cannot be read, or a word is no text; RL433, it is no mapping of words to
            numbers, or two words share one.
    """
    text = decode_text(path.name, read_bytes(path, empty=HELP))
    try:
        found = json.loads(text, object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as error:
        raise DatasetError("RL433", f"{path.name} is not JSON: {error}", help=HELP) from error
    if not isinstance(found, dict) or not all(type(rank) is int and rank >= 0 for rank in found.values()):
        message = f"{path.name} is no mapping of words to whole numbers"
        raise DatasetError("RL433", message, help=HELP)
    for place, word in enumerate(found, start=1):
        if what := unwritable(word):
            raise DatasetError("RL403", f"{path.name}, word {place} of {len(found)} holds {what}", help="remove it")
    if len(set(found.values())) < len(found):
        raise DatasetError("RL433", f"two words of {path.name} have the same number", help="give each its own")
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    repeated = [word for word, count in Counter(word for word, _ in pairs).items() if count > 1]
    if repeated:
        raise ValueError(f"`{repeated[0]}` stands twice")
    return dict(pairs)


def words_by_id(index: Mapping[str, int], rows: int, *, index_from: int = 0, skip: int = 0) -> tuple[str, ...]:
    """Return the word of each id below `rows`, "" where there is none.

    Args:
        index: ranks of words.
        rows: V.
        index_from: added to each rank.
        skip: ids below stand for no word.
    """
    words = [""] * rows
    for word, rank in index.items():
        if max(skip, 1) <= rank + index_from < rows:
            words[rank + index_from] = word
    return tuple(words)
