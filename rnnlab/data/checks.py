"""What makes data unusable, and what a person should know of usable ones."""

from __future__ import annotations

import numpy as np

from rnnlab.data.preparation import Preparation
from rnnlab.data.sources import Corpus
from rnnlab.data.splitting import Division
from rnnlab.datasets import CatalogDataset, TextTableDataset
from rnnlab.datasets.facts import TargetKind
from rnnlab.errors import CallError, DatasetError
from rnnlab.source import did_you_mean, listing

MANY_CLASSES = 0.5


def check_target(dataset: CatalogDataset | TextTableDataset, target: TargetKind) -> None:
    """Refuse a target that the dataset does not have.

    Raises:
        CallError: the target's name is unknown, or its kind is not what the task needs.
    """
    if isinstance(dataset, CatalogDataset) and dataset.target_name not in dataset.entry.targets:
        known = did_you_mean(dataset.target_name, dataset.entry.targets)
        raise CallError(f"{dataset.name} has no target `{dataset.target_name}`; {known}")
    facts = dataset.target_facts()
    if facts is not None and facts.kind != target:
        raise CallError(
            f"the task needs {_spoken(target)} and `{dataset.target_name}` is {_spoken(facts.kind)}; "
            "change `task.kind` or the dataset's target"
        )


def _spoken(kind: TargetKind) -> str:
    return "classes" if kind == "classes" else "a number"


def check_division(corpus: Corpus, division: Division) -> None:
    """Refuse data from which nothing can be learnt.

    Raises:
        DatasetError: RL406, all training samples have one class.
    """
    if not corpus.labels:
        return
    found = np.unique(corpus.targets[division.train])
    if len(found) < 2:
        raise DatasetError(
            "RL406",
            f"every training sample has the class `{corpus.labels[found[0]]}`: there is nothing to learn",
            help="give samples of another class, or use `split: {kind: stratified}`",
        )


def warnings_of(corpus: Corpus, division: Division, preparation: Preparation) -> tuple[str, ...]:
    """Return what a person should know, one sentence each."""
    return (*_vocabulary(preparation), *_classes(corpus, division), *_duplicates(corpus, division))


def _vocabulary(preparation: Preparation) -> list[str]:
    missing = preparation.rows - len(preparation.words)
    if not missing:
        return []
    return [
        f"the training split has only {len(preparation.words) - 2} distinct {preparation.unit}s: "
        f"{missing} of the {preparation.rows} rows of the embedding are never used."
    ]


def _classes(corpus: Corpus, division: Division) -> list[str]:
    if not corpus.labels:
        return []
    warnings = []
    if len(corpus.labels) > MANY_CLASSES * len(corpus.texts):
        warnings.append(
            f"{len(corpus.texts)} samples have {len(corpus.labels)} different labels; "
            "if they are numbers, use `task: {kind: regression}`."
        )
    for name, indices in division.named().items():
        counts = np.bincount(corpus.targets[indices], minlength=len(corpus.labels))
        absent = [label for label, count in zip(corpus.labels, counts, strict=True) if not count]
        if absent:
            shown = listing(absent[:5]) + (f" and {len(absent) - 5} more" if len(absent) > 5 else "")
            warnings.append(f"the {name} split has no sample of {shown}.")
    return warnings


def _duplicates(corpus: Corpus, division: Division) -> list[str]:
    texts = {name: [corpus.texts[index] for index in indices] for name, indices in division.named().items()}
    warnings = []
    for name, other in (("validation", "train"), ("test", "train"), ("test", "validation")):
        known = set(texts[other])
        count = sum(text in known for text in texts[name])
        if count:
            warnings.append(f"{count} of {len(texts[name])} {name} texts also occur in the {other} split.")
    return warnings
