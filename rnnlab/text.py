"""The `text` section: how text becomes integers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnlab.spec import Spec

PADDING_ID = 0
UNKNOWN_ID = 1


class Text(Spec):
    """How text becomes integers. The vocabulary is fitted on the training split only."""

    unit: Literal["word", "character"] = "word"
    """What one integer stands for: a `word` (letters and digits, inner apostrophes kept, punctuation dropped) or a
    `character`."""
    vocabulary: Annotated[int, Field(ge=3)] = 10_000
    """Rows of the embedding: 0 is padding, 1 any unknown unit, then the most frequent units of the training split."""
    lowercase: bool = True
    """Fold case before counting."""
