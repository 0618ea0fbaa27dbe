"""Words and their ids, from a JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from rnnlab.errors import DatasetError


def read_word_index(path: Path) -> dict[str, int]:
    """Return the rank or id of each word.

    Raises:
        DatasetError: RL401, it cannot be read; RL433, it is no mapping of words to numbers, or two words share one.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DatasetError("RL401", f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(
            "RL433", f"{path.name} is not JSON: {error}", help='write {"the": 1, "and": 2, …}'
        ) from error
    if not isinstance(found, dict) or not all(type(rank) is int and rank >= 0 for rank in found.values()):
        message = f"{path.name} is no mapping of words to whole numbers"
        raise DatasetError("RL433", message, help='write {"the": 1, "and": 2, …}')
    if len(set(found.values())) < len(found):
        raise DatasetError("RL433", f"two words of {path.name} have the same number", help="give each its own")
    return found


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
