"""What all kinds of datasets share."""

from __future__ import annotations

from rnnlab.spec import Spec


class DatasetSpec(Spec):
    """A section `dataset` of any kind."""

    strict: bool = False
    """Warnings about the data become errors (RL460): duplicates on both sides of a split, a class that a split lacks,
    a vocabulary that the training texts do not fill, a column that never changes. `rnnlab data show` lists them all."""
