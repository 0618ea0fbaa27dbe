"""The `text` section: how text becomes integers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnlab.spec import Spec

Unit = Literal["word", "character", "token"]
PADDING_ID = 0
UNKNOWN_ID = 1
START_ID = 2
END_ID = 3
"""Where a text is generated, two rows of its vocabulary mark its ends."""


class Text(Spec):
    """How text becomes integers. The vocabulary is fitted on the training split only."""

    unit: Unit = "word"
    """What one integer stands for: a `word` (letters and digits, inner apostrophes kept, punctuation dropped), a
    `character`, or a `token` (whatever stands between blanks)."""
    vocabulary: Annotated[int, Field(ge=3)] = 10_000
    """Rows of the embedding: 0 is padding, 1 any unknown unit, then the most frequent units of the training split.
    Of a text that is to be generated, rows 2 and 3 are its start and its end."""
    lowercase: bool = True
    """Fold case before counting."""
