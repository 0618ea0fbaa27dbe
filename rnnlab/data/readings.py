"""What is left of texts when they are ids: counted on the ids, so that no text is split a second time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlab.data.padded import PaddedRows
from rnnlab.data.preparation import Preparation
from rnnlab.data.raw import Corpus
from rnnlab.data.splitting import Division
from rnnlab.data.vectorizer import TextVectorizer
from rnnlab.text import UNKNOWN_ID


@dataclass(frozen=True)
class Reading:
    """The texts of one input in one split.

    Attributes:
        texts: how many.
        lengths: texts of each length, in timesteps, before anything is cut or padded.
        units: in all of them.
        unknown: those without a row of their own.
        bare: texts without any unit.
        strange: texts with units, of which none is known.
    """

    texts: int
    lengths: Mapping[int, int]
    units: int
    unknown: int
    bare: int
    strange: int


Readings = Mapping[str, Mapping[str, Reading]]
"""By input and split."""


def read_again(
    corpus: Corpus, division: Division, preparation: Preparation, ids: Mapping[str, Mapping[str, Any]]
) -> Readings:
    """Return what ids tell of the texts.

    Args:
        corpus: all samples.
        division: into splits.
        preparation: fitted on train.
        ids: by split and input, as `TextVectorizer.encode` gives them.
    """
    return {
        name: {
            split: _read(vectorizer, corpus.texts(name, indices), ids[split][name])
            for split, indices in division.named().items()
        }
        for name, vectorizer in preparation.texts.items()
    }


def _read(vectorizer: TextVectorizer, texts: Any, ids: PaddedRows) -> Reading:
    known = np.concatenate([[0], np.cumsum(ids.values != UNKNOWN_ID)])
    nothing = np.flatnonzero(known[ids.offsets[1:]] == known[ids.offsets[:-1]])  # no unit of these is known
    bare = sum(not vectorizer.units(texts[index]) for index in nothing)
    stand_ins = 0 if vectorizer.written else bare  # a text without units is read as one unknown unit
    lengths, counts = np.unique(np.diff(ids.offsets) + ids.extra, return_counts=True)
    return Reading(
        texts=len(ids),
        lengths=dict(zip(lengths.tolist(), counts.tolist(), strict=True)),
        units=len(ids.values) - stand_ins,
        unknown=len(ids.values) - int(known[-1]) - stand_ins,
        bare=bare,
        strange=len(nothing) - bare,
    )
