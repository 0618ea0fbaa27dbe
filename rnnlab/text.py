"""The `text` section: how text becomes integers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnlab.spec import PositiveInt, Spec

SplitUnit = Literal["word", "character", "token"]
Unit = SplitUnit | Literal["subword"]
PADDING_ID = 0
UNKNOWN_ID = 1
START_ID = 2
END_ID = 3
"""Where a text is generated, two rows of its vocabulary mark its ends."""


class Text(Spec):
    """How text becomes integers. The vocabulary is fitted on the training split only."""

    unit: Unit = "word"
    """What one integer stands for: a `word` (letters and digits, inner apostrophes kept, punctuation dropped), a
    `character`, a `token` (whatever stands between blanks), or a `subword` (a frequent piece of a word, found by
    byte-pair encoding; needs the extra `rnnlab[subword]`)."""
    vocabulary: Annotated[int, Field(ge=3)] = 10_000
    """Rows of the embedding: 0 is padding, 1 any unknown unit, then the most frequent units of the training split.
    Of a text that is to be generated, rows 2 and 3 are its start and its end."""
    lowercase: bool = True
    """Fold case before counting."""
    min_frequency: PositiveInt = 1
    """Units that the training texts hold less often are unknown; of sub-words, pairs that are joined no more."""
    vocabulary_file: str | None = None
    """A file of units, one a line, relative to the experiment's file: the first line is id 2 (4 where the text is to be
    written), and nothing is counted. Lines beyond `vocabulary` are left out."""
