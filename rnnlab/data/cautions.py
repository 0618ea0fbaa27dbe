"""What a person should know of data that can be used: each with its kind and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rnnlab.errors import DatasetError

CautionKind = Literal[
    "vocabulary",
    "texts_without_units",
    "unknown_texts",
    "cut_targets",
    "cut_tags",
    "unknown_targets",
    "many_classes",
    "missing_classes",
    "duplicates",
    "constant_columns",
    "overlapping_windows",
    "other_words",
    "purged",
    "left_out",
    "repeated_rows",
    "beyond_training",
]
HELP: dict[CautionKind, str] = {
    "vocabulary": "lower `text.vocabulary`",
    "texts_without_units": "remove them, or try another `text.unit`",
    "unknown_texts": "raise `text.vocabulary`, or train on texts like these",
    "cut_targets": "raise `padding.maxlen` of the target",
    "cut_tags": "use `padding: {maxlen: longest}`",
    "unknown_targets": "raise `text.vocabulary` of the target",
    "many_classes": "use `task: {kind: regression}` where they are numbers",
    "missing_classes": "use larger splits, or `split: {kind: stratified}` where each sample has one class",
    "duplicates": "remove them from the source, or keep them on one side with `split: {kind: group, column: …}`",
    "constant_columns": "leave them out: they tell the network nothing",
    "overlapping_windows": "leave out the windows at the borders, or give the table itself with `kind: series`",
    "other_words": "train with the vocabulary of that run, or let the embedding start anew",
    "purged": "nothing: they would show the network what it is tested on",
    "left_out": "nothing: there is nothing to learn from them",
    "repeated_rows": "nothing: `dataset.duplicates` says so",
    "beyond_training": "train on a time that has seen such values, or forecast a column of changes instead of levels",
}
NOTES: tuple[CautionKind, ...] = ("purged", "left_out", "repeated_rows")
"""What preparation did rightly: told, and no error under `strict`."""


@dataclass(frozen=True)
class Caution:
    """One thing to know.

    Attributes:
        kind: stays the same from version to version.
        text: a whole sentence.
    """

    kind: CautionKind
    text: str

    @property
    def help(self) -> str:
        """Return what to do."""
        return HELP[self.kind]

    @property
    def grave(self) -> bool:
        """Return whether `strict` makes it an error."""
        return self.kind not in NOTES

    def to_data(self) -> dict[str, str]:
        """Return plain data."""
        return {"kind": self.kind, "text": self.text, "help": self.help}


def refuse(cautions: Sequence[Caution]) -> None:
    """Refuse data of which there is something grave to know.

    Raises:
        DatasetError: RL460, with all of it.
    """
    grave = [caution for caution in cautions if caution.grave]
    if grave:
        told = "".join(f"\n  - {caution.kind}: {caution.text}\n    {caution.help}" for caution in grave)
        raise DatasetError(
            "RL460",
            f"`dataset.strict` makes {'this warning an error' if len(grave) == 1 else 'these warnings errors'}:{told}",
            help="mend the data or the file, or remove `strict: true`",
        )
