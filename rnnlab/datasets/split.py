"""How the samples are divided into train, validation and test."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnlab.spec import Choice, PositiveInt, Spec

DEFAULT_TEST = 0.1

Share = Annotated[float, Field(gt=0, lt=1)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]


class _Fractions(Spec):
    validation: Share = 0.1
    """Fraction of the table for validation (of the training files where the data bring their own test set)."""
    test: Share | None = None
    """Fraction of the table for the test; 0.1 unless given. Refused where the data bring their own test set."""


class RandomSplit(_Fractions):
    """Samples drawn at random."""

    kind: Literal["random"] = "random"
    seed: Seed = 0
    """Seed of the draw. It is not the experiment's `seed`, so that replicates share one split."""


class StratifiedSplit(_Fractions):
    """Samples drawn at random so that every split has the classes in the same shares."""

    kind: Literal["stratified"] = "stratified"
    seed: Seed = 0
    """Seed of the draw."""


class GroupSplit(_Fractions):
    """Groups drawn at random: all samples with one value of `column` fall into one split."""

    kind: Literal["group"] = "group"
    column: str
    """The column, or of arrays the array, that names the group (a speaker, a document, a patient)."""
    seed: Seed = 0
    """Seed of the draw."""


class TailSplit(_Fractions):
    """The last rows as they stand in the file: train, then validation, then test, as Keras's `validation_split`."""

    kind: Literal["tail"] = "tail"


class TimeSplit(_Fractions):
    """By time, at the same two moments for all series: first train, then validation, then test.

    The fractions are of the time from the first timestep to the last. A window that reaches over a border stands in no
    split; how many do is counted.
    """

    kind: Literal["time"] = "time"
    end: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Fraction of the time that is used; what comes after is left out. Validation and test stand before it."""
    folds: PositiveInt = 1
    """Train so many times, each on all that came before: the test parts follow each other and the last one ends at
    `end` (rolling origin). Mean and 95 % interval are recorded, as of `seeds`."""

    @property
    def test_share(self) -> float:
        """Return the fraction of the time for the test."""
        return DEFAULT_TEST if self.test is None else self.test

    def fold(self, number: int) -> TimeSplit:
        """Return the split of one fold, counted from 1; the first one ends earliest."""
        end = round(self.end - self.test_share * (self.folds - number), 9)
        return self.model_copy(update={"end": end, "folds": 1})


class FilesSplit(Spec):
    """A file of its own for each split."""

    kind: Literal["files"] = "files"
    validation: str
    """Path of the validation table, relative to the experiment's file."""
    test: str
    """Path of the test table, relative to the experiment's file."""
    group: str | None = None
    """A column of the tables, or an array, that names a group (a speaker, a document, a patient): a group that stands
    in two of the files is an error (RL462)."""


Split = Annotated[RandomSplit | StratifiedSplit | GroupSplit | TailSplit | TimeSplit | FilesSplit, Choice("kind")]


def group_column(split: Split) -> str | None:
    """Return the column whose values stand on one side each, where the split has one."""
    if isinstance(split, GroupSplit):
        return split.column
    return split.group if isinstance(split, FilesSplit) else None
