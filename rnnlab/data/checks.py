"""What makes data unusable, and what a person should know of usable ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnnlab.data.cautions import Caution
from rnnlab.data.columns import constant_columns
from rnnlab.data.overlaps import overlap_of
from rnnlab.data.preparation import Preparation
from rnnlab.data.profile import Profile
from rnnlab.data.raw import Corpus
from rnnlab.data.splitting import Division
from rnnlab.datasets import AnyDataset, CatalogDataset
from rnnlab.datasets.facts import TargetKind
from rnnlab.errors import CallError, DatasetError
from rnnlab.source import did_you_mean, listing

MANY_CLASSES = 0.5


def check_target(dataset: AnyDataset, target: TargetKind) -> None:
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
    return {
        "classes": "classes",
        "number": "a number",
        "sequence": "a text to be written",
        "tags": "a tag for every token",
        "continuation": "the next unit of a text",
        "forecast": "the future of a series",
    }[kind]


def check_division(corpus: Corpus, division: Division) -> None:
    """Refuse data from which nothing can be learnt.

    Raises:
        DatasetError: RL406, all training samples have one class.
    """
    classes = corpus.classes(division.train)
    if classes is None:
        return
    found = np.unique(classes)
    if len(found) < 2:
        raise DatasetError(
            "RL406",
            f"every training sample has the class `{corpus.labels[found[0]]}`: there is nothing to learn",
            help="give samples of another class, or use `split: {kind: stratified}`",
        )


def cautions_of(
    dataset: AnyDataset, corpus: Corpus, division: Division, preparation: Preparation, profile: Profile
) -> tuple[Caution, ...]:
    """Return what a person should know."""
    return (
        *_vocabulary(preparation),
        *_left_out(corpus),
        *_written(corpus, division, preparation),
        *_tags(corpus, division, preparation),
        *_classes(corpus, division),
        *_duplicates(corpus, profile),
        *_columns(profile),
        *_overlaps(dataset, corpus, division),
    )


def _written(corpus: Corpus, division: Division, preparation: Preparation) -> Iterator[Caution]:
    """Yield what cannot be learnt of texts that are to be written: what is cut away, and unknown units."""
    if preparation.target.kind != "sequence":
        return
    vectorizer = preparation.written
    texts = [vectorizer.units(text) for text in corpus.texts(preparation.target.reads or "", division.train)]
    cut = sum(len(units) > vectorizer.maxlen - 1 for units in texts)
    unknown = sum(unit not in vectorizer.ids for units in texts for unit in units)
    if cut:
        limit = f"{vectorizer.maxlen - 1} {vectorizer.unit}s"
        yield Caution("cut_targets", f"{cut} of {len(texts)} training targets are cut to {limit}.")
    if unknown:
        total = f"{unknown} of {sum(map(len, texts))} {vectorizer.unit}s"
        yield Caution("unknown_targets", f"{total} of the training targets are unknown: they are never written.")


def _left_out(corpus: Corpus) -> Iterator[Caution]:
    rows = corpus.source.get("left_out", 0)
    if rows:
        yield Caution("left_out", f"{rows} of {rows + len(corpus)} rows were left out: a value is missing in them.")


def _tags(corpus: Corpus, division: Division, preparation: Preparation) -> Iterator[Caution]:
    """Yield how many tokens are cut away: they are neither learnt nor scored, so that scores say nothing of them."""
    if corpus.tags is None:
        return
    maxlen = preparation.texts[preparation.target.reads or ""].maxlen
    for name, indices in division.named().items():
        lengths = np.array([len(corpus.tags[index]) for index in indices])
        cut = int(np.maximum(lengths - maxlen, 0).sum())
        if cut:
            yield Caution("cut_tags", f"{cut} of {lengths.sum()} {name} tokens are cut away at {maxlen}: not scored.")


def _vocabulary(preparation: Preparation) -> Iterator[Caution]:
    for name, vectorizer in preparation.texts.items():
        missing = vectorizer.rows - len(vectorizer.words)
        of_input = f" of `{name}`" if len(preparation.texts) > 1 else ""
        if missing:
            yield Caution(
                "vocabulary",
                f"the vocabulary has only {len(vectorizer.words) - vectorizer.first_id} distinct {vectorizer.unit}s"
                f"{of_input}: {missing} of the {vectorizer.rows} rows of the embedding are never used.",
            )


def _classes(corpus: Corpus, division: Division) -> Iterator[Caution]:
    splits = {name: corpus.classes(indices) for name, indices in division.named().items()}
    if len(corpus.labels) > MANY_CLASSES * sum(len(classes) for classes in splits.values() if classes is not None):
        yield Caution(
            "many_classes",
            f"{len(corpus)} samples have {len(corpus.labels)} different labels; "
            "if they are numbers, use `task: {kind: regression}`.",
        )
    for name, classes in splits.items():
        if classes is None:
            return
        counts = np.bincount(classes, minlength=len(corpus.labels))
        absent = [label for label, count in zip(corpus.labels, counts, strict=True) if not count]
        if absent:
            shown = listing(absent[:5]) + (f" and {len(absent) - 5} more" if len(absent) > 5 else "")
            yield Caution("missing_classes", f"the {name} split has no sample of {shown}.")


def _duplicates(corpus: Corpus, profile: Profile) -> Iterator[Caution]:
    what = "texts" if isinstance(next(iter(corpus.inputs.values())), tuple) else "samples"
    for found in profile.duplicates:
        if found.split != found.other:
            text = f"{found.samples} of {found.of} {found.split} {what} also occur in the {found.other} split."
            yield Caution("duplicates", text)


def _columns(profile: Profile) -> Iterator[Caution]:
    text = constant_columns([column for columns in profile.columns.values() for column in columns])
    if text:
        yield Caution("constant_columns", text)


def _overlaps(dataset: AnyDataset, corpus: Corpus, division: Division) -> Iterator[Caution]:
    """Yield the windows that reach over the borders of a split by position."""
    for name, values in corpus.inputs.items():
        numbers = values if isinstance(values, np.ndarray) and dataset.split.kind == "tail" else None
        shift = None if numbers is None else overlap_of(numbers)
        if shift is not None:
            count = min(-(-values.shape[1] // shift) - 1, len(division.validation)) * 2
            yield Caution(
                "overlapping_windows",
                f"`{name}` holds overlapping windows of a series: about {count} of them reach over the two borders "
                "between the splits.",
            )
