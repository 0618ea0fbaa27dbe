"""What makes data unusable, and what a person should know of usable ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.cautions import Caution
from rnnlab.data.columns import constant_columns
from rnnlab.data.overlaps import overlap_of
from rnnlab.data.preparation import Preparation
from rnnlab.data.profile import Profile
from rnnlab.data.raw import Corpus
from rnnlab.data.readings import Readings
from rnnlab.data.splits import Splits
from rnnlab.data.splitting import Division
from rnnlab.datasets import AnyDataset, CatalogDataset, Split, StratifiedSplit
from rnnlab.datasets.facts import TargetKind
from rnnlab.errors import CallError, DatasetError
from rnnlab.source import did_you_mean, listing

MANY_CLASSES = 0.5
SPLITS = 3


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


def check_division(corpus: Corpus, division: Division, *, declared: bool) -> None:
    """Refuse data from which nothing, or not every class, can be learnt.

    Args:
        corpus: all samples.
        division: of them.
        declared: the classes were named beforehand; one that training lacks is then no accident, and told by a warning.

    Raises:
        DatasetError: RL406, all training samples have one class; RL474, none of them has a class of other samples.
    """
    classes = corpus.classes(division.train)
    if classes is None:
        return
    found = np.unique(classes)
    if len(found) < 2:
        raise DatasetError(
            "RL406",
            f"{corpus.source['name']}: every training sample has the class `{corpus.labels[found[0]]}`: there is "
            "nothing to learn",
            help="give samples of another class, or use `split: {kind: stratified}`",
        )
    if not declared:
        _check_unseen(corpus, division, found)


def _check_unseen(corpus: Corpus, division: Division, known: NDArray[np.int64]) -> None:
    for name, indices in (("validation", division.validation), ("test", division.test)):
        unseen = np.setdiff1d(_classes_of(corpus, indices), known)
        if not len(unseen):
            continue
        index = next(int(index) for index in indices if unseen[0] in _classes_of(corpus, np.array([index])))
        draw = "another `split.seed`" if corpus.tags is not None else "`split: {kind: stratified}`"
        raise DatasetError(
            "RL474",
            f"the label `{corpus.labels[unseen[0]]}`, of {_spoken_row(corpus, name, index)}, is that of no training "
            "sample",
            help=f"give more of them, use {draw}, or name every class in `dataset.labels`",
        )


def _classes_of(corpus: Corpus, indices: NDArray[np.int64]) -> NDArray[np.int64]:
    found = corpus.classes(indices)
    return np.empty(0, np.int64) if found is None else found


def _spoken_row(corpus: Corpus, split: str, index: int) -> str:
    where = f"the {split} file" if corpus.sizes else f"{corpus.source['name']} (in the {split} split)"
    return f"sample {int(corpus.rows[index]) + 1} of {where}"


def check_strata(split: Split, corpus: Corpus) -> None:
    """Refuse a stratified split of a class that three splits cannot share.

    Raises:
        DatasetError: RL475, a class has fewer than three samples.
    """
    if not isinstance(split, StratifiedSplit) or not corpus.labels or corpus.targets is None:
        return
    counts = np.bincount(corpus.targets, minlength=len(corpus.labels))
    rare = np.flatnonzero((counts > 0) & (counts < SPLITS))
    if len(rare):
        row = int(corpus.rows[np.flatnonzero(corpus.targets == rare[0])[0]]) + 1
        count = int(counts[rare[0]])
        raise DatasetError(
            "RL475",
            f"the class `{corpus.labels[rare[0]]}` (sample {row} of {corpus.source['name']}) has {count} sample"
            f"{'s'[: count != 1]}, and `split: {{kind: stratified}}` gives each of three splits its share",
            help="give three or more, leave the class out, or use `kind: random`",
        )


def cautions_of(
    dataset: AnyDataset,
    corpus: Corpus,
    division: Division,
    preparation: Preparation,
    readings: Readings,
    profile: Profile,
) -> tuple[Caution, ...]:
    """Return what a person should know."""
    return (
        *_vocabulary(preparation),
        *_left_out(corpus),
        *_unread(preparation, readings),
        *_written(preparation, readings),
        *_classes(corpus, division),
        *_duplicates(corpus, profile),
        *_columns(profile),
        *_overlaps(dataset, corpus, division),
    )


def cut_targets(splits: Splits) -> tuple[Caution, ...]:
    """Return how many training targets are cut by the timesteps of the file."""
    preparation = splits.preparation
    if preparation.target.kind != "sequence":
        return ()
    lengths, vectorizer = np.diff(splits.train.targets[preparation.target_name].offsets), preparation.written
    cut = np.count_nonzero(lengths > vectorizer.maxlen - 1)
    limit = f"{vectorizer.maxlen - 1} {vectorizer.unit}s"
    found = Caution("cut_targets", f"{cut} of {len(lengths)} training targets are cut to {limit}.")
    return (found,) if cut else ()


def cut_tags(splits: Splits) -> tuple[Caution, ...]:
    """Return how many tokens of each split are cut away: neither learnt nor scored, so that no score tells of them."""
    if splits.preparation.target.kind != "tags":
        return ()
    told = []
    for name, samples in splits.named().items():
        tags = samples.targets[splits.preparation.target_name]
        lengths = np.diff(tags.offsets)
        cut = int(np.maximum(lengths - tags.timesteps, 0).sum())
        if cut:
            text = f"{cut} of {lengths.sum()} {name} tokens are cut away at {tags.timesteps}: not scored."
            told.append(Caution("cut_tags", text))
    return tuple(told)


def _written(preparation: Preparation, readings: Readings) -> Iterator[Caution]:
    """Yield what cannot be learnt of texts that are to be written: unknown units."""
    if preparation.target.kind != "sequence":
        return
    train = readings[preparation.target.reads or ""]["train"]
    if train.unknown:
        total = f"{train.unknown} of {train.units} {preparation.written.unit}s"
        yield Caution("unknown_targets", f"{total} of the training targets are unknown: they are never written.")


def _left_out(corpus: Corpus) -> Iterator[Caution]:
    rows = corpus.source.get("left_out", 0)
    if rows:
        yield Caution("left_out", f"{rows} of {rows + len(corpus)} rows were left out: a value is missing in them.")


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


def _unread(preparation: Preparation, readings: Readings) -> Iterator[Caution]:
    """Yield which texts the network cannot tell apart: those without units, and without known ones."""
    for name, splits in readings.items():
        unit = preparation.texts[name].unit
        of_input = f" of `{name}`" if len(readings) > 1 else ""
        for split, found in splits.items():
            where = f"of {found.texts} {split} texts{of_input} have no"
            if found.bare:
                told = f"{found.bare} {where} {unit}s: each is read as one unknown one."
                yield Caution("texts_without_units", told)
            if found.strange:
                yield Caution("unknown_texts", f"{found.strange} {where} known {unit}s.")


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
