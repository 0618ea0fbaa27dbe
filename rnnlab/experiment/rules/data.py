"""Rules of the data: the dataset, its split, its target, and how text is made ready."""

from __future__ import annotations

from collections.abc import Iterator

from rnnlab.cells import Cell
from rnnlab.datasets import (
    CATALOG,
    AnyDataset,
    ArraysDataset,
    CatalogDataset,
    FilesSplit,
    GeneratedDataset,
    GroupSplit,
    IdDataset,
    IdsDataset,
    SequenceTableDataset,
    SeriesDataset,
    TextTableDataset,
    TimeSplit,
    TsDataset,
    has_own_test,
    padded_inputs,
)
from rnnlab.datasets.split import DEFAULT_TEST
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.rules.rule import KINDS, per_input, rule
from rnnlab.experiment.target import target_kind
from rnnlab.source import Finding, did_you_mean
from rnnlab.text import END_ID

HOLDS = {"series": "series", "arrays": "arrays", "ids": "ids", "imdb": "ids", "reuters": "ids"}
WITHOUT_COLUMNS = {"ts": ".ts files", "tagged": "tagged sentences", "generated": "generated data"}


@rule("dataset")
def catalog_target(experiment: Experiment) -> Iterator[Finding]:
    """RL105: a catalog dataset offers the target."""
    dataset = experiment.dataset
    if isinstance(dataset, CatalogDataset) and dataset.entry.series:
        yield Finding(
            "RL105",
            f"`{dataset.name}` is a table of series",
            ("dataset", "name"),
            help=f"use `kind: series` with `source: {dataset.name}`",
        )
        return
    if isinstance(dataset, CatalogDataset) and dataset.target is not None:
        known = CATALOG[dataset.name].targets
        if dataset.target not in known:
            yield Finding(
                "RL105",
                f"unknown target `{dataset.target}`",
                ("dataset", "target"),
                help=did_you_mean(dataset.target, known),
            )


@rule("dataset", "text", "padding", "task")
def sections_without_data(experiment: Experiment) -> Iterator[Finding]:
    """RL210: sections that act on data need data."""
    if experiment.dataset is not None:
        return
    for section in ("text", "padding", "task", "seeds"):
        if getattr(experiment, section) is not None:
            yield Finding(
                "RL210",
                f"`{section}` has no dataset to act on",
                (section,),
                help=f"add a `dataset:`, or remove `{section}`",
                on_key=True,
            )


@rule("dataset")
def split_fractions(experiment: Experiment) -> Iterator[Finding]:
    """RL208: something is left to train on, and the split fits the dataset."""
    dataset = experiment.dataset
    if dataset is None:
        return
    split = dataset.split
    if has_own_test(dataset):
        yield from _own_test(dataset)
        return
    if isinstance(split, FilesSplit):
        if isinstance(dataset, CatalogDataset | GeneratedDataset):
            path = ("dataset", "split", "kind")
            what, help_ = ("catalog", "stratified") if isinstance(dataset, CatalogDataset) else ("generated", "random")
            yield Finding("RL208", f"a {what} dataset has no files to split by", path, help=f"use `{help_}`")
        return
    test = DEFAULT_TEST if split.test is None else split.test
    if isinstance(split, TimeSplit) and (split.folds > 1 or split.end < 1):
        yield from _folds(split)
    elif split.validation + test >= 1:
        yield Finding(
            "RL208",
            f"validation {split.validation:g} and test {test:g} leave nothing to train on",
            ("dataset", "split", "validation"),
            help="0.1 each is usual",
        )
    if isinstance(dataset, CatalogDataset):
        yield from _catalog_groups(dataset)
    lacking = "arrays" if _is_npz(dataset) else WITHOUT_COLUMNS.get(dataset.kind)
    if split.kind == "group" and lacking:
        yield Finding(
            "RL208", f"{lacking} have no columns to group by", ("dataset", "split", "kind"), help="use `random`"
        )


def _folds(split: TimeSplit) -> Iterator[Finding]:
    """Yield what leaves the first of several folds nothing to train on."""
    taken = split.validation + split.folds * split.test_share
    if taken >= split.end:
        parts = f"validation {split.validation:g} and {split.folds} x test {split.test_share:g}"
        yield Finding(
            "RL208",
            f"{parts} leave the first fold nothing of {split.end:g} to train on",
            ("dataset", "split", "folds" if split.folds > 1 else "end"),
            help="use fewer folds, or a smaller `test`",
        )


def _is_npz(dataset: AnyDataset) -> bool:
    return isinstance(dataset, IdsDataset) and dataset.path.endswith(".npz")


def _own_test(dataset: AnyDataset) -> Iterator[Finding]:
    """Yield what is wrong with the split of data that bring their own test set."""
    split = dataset.split
    path = ("dataset", "split")
    if isinstance(split, FilesSplit) and isinstance(dataset, TsDataset):
        message = "the test is given twice: `dataset.test`, and `split: {kind: files}`"
        yield Finding("RL270", message, ("dataset", "test"), help="keep one of them", on_key=True)
    elif isinstance(split, FilesSplit | GroupSplit):
        message = f"`{dataset.kind}` has no {'files' if split.kind == 'files' else 'columns'} to split by"
        yield Finding("RL208", message, (*path, "kind"), help="use `random`, `stratified` or `tail`")
    elif split.test is not None:
        yield Finding(
            "RL270",
            "the data bring their own test set",
            (*path, "test"),
            help="remove it; `validation` is a share of the training samples",
            on_key=True,
        )


@rule("dataset")
def ids_are_rows(experiment: Experiment) -> Iterator[Finding]:
    """RL260: ids that the keys name are rows of the embedding, and some words are left."""
    dataset = experiment.dataset
    if not isinstance(dataset, IdDataset):
        return
    for key in ("start_char", "oov_char", "skip_top"):
        number = getattr(dataset, key, None)
        if number is not None and number >= dataset.num_words:
            yield Finding(
                "RL260",
                f"`{key}: {number}` is not below `num_words`: there are {dataset.num_words} rows",
                ("dataset", key),
                help=f"use less than {dataset.num_words}",
            )


@rule("text", "dataset")
def units_that_are_given(experiment: Experiment) -> Iterator[Finding]:
    """RL210: a vocabulary that is given is not counted."""
    for place, text in per_input(experiment.text, "text"):
        if text.vocabulary_file is None:
            continue
        if text.unit == "subword":
            message = "sub-words are found in the training texts, not given"
            yield Finding(
                "RL210", message, (*place, "vocabulary_file"), help="remove it, or use `unit: token`", on_key=True
            )
        elif text.min_frequency > 1:
            message = "nothing is counted where the units are given"
            yield Finding("RL210", message, (*place, "min_frequency"), help="remove it", on_key=True)


@rule("dataset", "model")
def vectors_of_words(experiment: Experiment) -> Iterator[Finding]:
    """RL210, RL261: pretrained vectors are of words that are known."""
    dataset = experiment.dataset
    for index, layer in enumerate(experiment.model.layers):
        if getattr(layer, "weights_file", None) is None:
            continue
        path = ("model", "layers", index, "weights_file")
        if dataset is None:
            message = "the words of the rows are not known without a dataset"
            yield Finding("RL210", message, path, help="add a `dataset:`, or remove it", on_key=True)
        elif isinstance(dataset, IdDataset) and dataset.word_index is None and getattr(dataset, "path", None):
            message = "the vectors are of words, and the words of the ids are not known"
            yield Finding("RL261", message, path, help="give `dataset.word_index`", on_key=True)


def _catalog_groups(dataset: CatalogDataset) -> Iterator[Finding]:
    """Yield what is wrong with the groups of a catalog dataset: none of them may stand on both sides of a split."""
    split, groups = dataset.split, dataset.entry.groups
    known = (*groups, *dataset.entry.columns)
    path = ("dataset", "split", "kind")
    if isinstance(split, GroupSplit) and not known:
        yield Finding("RL208", f"`{dataset.name}` has no groups", path, help="use `stratified` or `random`")
    elif isinstance(split, GroupSplit) and split.column not in known:
        found = f"`{dataset.name}` has no groups by `{split.column}`"
        yield Finding("RL208", found, ("dataset", "split", "column"), help=did_you_mean(split.column, known))
    elif groups and not isinstance(split, GroupSplit):
        written = "split" in dataset.model_fields_set
        yield Finding(
            "RL208",
            f"samples of `{dataset.name}` with one {groups[0]} would stand on both sides of the split",
            path if written else ("dataset", "name"),
            help=f"use `split: {{kind: group, column: {groups[0]}}}`",
        )


@rule("dataset", "task", "model")
def target_fits_task(experiment: Experiment) -> Iterator[Finding]:
    """RL207: the dataset's target is what the task predicts."""
    dataset = experiment.dataset
    facts = dataset.target_facts() if dataset else None
    if dataset is None:
        return
    if experiment.task and (
        experiment.task.target in ("sequence", "forecast") if facts is None else facts.kind != experiment.task.target
    ):
        what, wanted = KINDS[facts.kind if facts else "classes"]
        yield Finding(
            "RL207",
            f"`{experiment.task.kind}` does not fit the target `{dataset.target_name}`",
            ("task", "kind"),
            note=f"the target is {what}",
            help=f"use `kind: {wanted}`, or leave `task` out" + _or_labels(dataset),
        )
    many = "numbers" if target_kind(experiment) == "number" else "sequences"
    if isinstance(dataset, SeriesDataset):
        return
    if dataset.split.kind == "stratified" and (target_kind(experiment) != "classes" or _of_timesteps(experiment)):
        yield Finding(
            "RL208",
            f"{many} cannot be stratified",
            ("dataset", "split", "kind"),
            help="use `kind: random`",
        )


def _of_timesteps(experiment: Experiment) -> bool:
    """Return whether every timestep has a target."""
    return getattr(experiment.dataset, "per", "sample") == "timestep"


def _or_labels(dataset: object) -> str:
    kinds = TextTableDataset | ArraysDataset | IdsDataset | SequenceTableDataset
    labelled = isinstance(dataset, kinds) and dataset.labels
    return ", or remove `dataset.labels`" if labelled else ""


@rule("text", "padding", "dataset")
def inputs_exist(experiment: Experiment) -> Iterator[Finding]:
    """RL105, RL210: `text` acts on texts, `padding` on whatever has lengths, by the names of inputs."""
    dataset = experiment.dataset
    if dataset is None:
        return
    for section, names in (("text", dataset.text_inputs), ("padding", padded_inputs(dataset))):
        given = getattr(experiment, section)
        if given is not None and not names:
            holds = HOLDS.get(dataset.kind, "numbers")
            message = f"`{section}` has no text to act on: the dataset has {holds}"
            yield Finding("RL210", message, (section,), help="remove it", on_key=True)
        elif isinstance(given, dict):
            for name in given:
                if name not in names:
                    help_ = did_you_mean(name, names)
                    yield Finding("RL105", f"there is no input `{name}`", (section, name), help=help_, on_key=True)


@rule("text", "padding", "dataset", "task")
def written_texts(experiment: Experiment) -> Iterator[Finding]:
    """RL226: a text that is to be written is padded at its end, with a mask, and has rows for its units."""
    facts = experiment.dataset.target_facts() if experiment.dataset else None
    if facts is None or facts.kind != "sequence":
        return
    for place, text in per_input(experiment.text, "text"):
        if place[-1] in ("text", facts.reads) and text.vocabulary <= END_ID + 1:
            yield Finding(
                "RL226",
                "a vocabulary to write with has padding, unknown, start and end before its first unit",
                (*place, "vocabulary"),
                help=f"use at least {END_ID + 2}",
            )
    for place, padding in per_input(experiment.padding, "padding"):
        if place[-1] not in ("padding", facts.reads):
            continue
        if padding.maxlen == 1:
            message = "one timestep holds the end of a text and nothing else"
            yield Finding("RL226", message, (*place, "maxlen"), help="use at least 2")
        if padding.padding == "pre":
            yield Finding(
                "RL226",
                "a text that is to be written is padded at its end",
                (*place, "padding"),
                help="use `padding: {source: {padding: pre}, target: {padding: post}}`",
            )
        if not padding.mask:
            message = "what is written after the end of a text counts for nothing, so it is masked"
            yield Finding("RL226", message, (*place, "mask"), help="remove `mask: false`")


@rule("dataset", "padding", "text", "task")
def running_texts(experiment: Experiment) -> Iterator[Finding]:
    """RL252: a running text is divided where it can be, and is not padded."""
    dataset = experiment.dataset
    facts = dataset.target_facts() if dataset else None
    if dataset is None or facts is None or facts.kind != "continuation":
        return
    if dataset.split.kind not in ("tail", "group", "files"):
        yield Finding(
            "RL252",
            "the samples of a running text follow one another, so it is not divided at random",
            ("dataset", "split", "kind") if "split" in dataset.model_fields_set else ("dataset",),
            help="use `split: {kind: tail}`, or by group where the data have them: `{kind: group, column: book}`",
            on_key="split" not in dataset.model_fields_set,
        )
    if experiment.padding is not None:
        message = "a running text is cut into windows of `task.window` timesteps and not padded"
        yield Finding("RL252", message, ("padding",), help="remove `padding`", on_key=True)


@rule("text", "dataset")
def tagged_tokens(experiment: Experiment) -> Iterator[Finding]:
    """RL250: a tag belongs to a token, so the tokens are the units."""
    facts = experiment.dataset.target_facts() if experiment.dataset else None
    if facts is None or facts.kind != "tags":
        return
    for place, text in per_input(experiment.text, "text"):
        if text.unit != "token":
            yield Finding(
                "RL250",
                f"every token has a tag, but the unit of the text is a {text.unit}",
                (*place, "unit") if "unit" in text.model_fields_set else place,
                help="add `unit: token`" if "unit" not in text.model_fields_set else "use `unit: token`",
                on_key="unit" not in text.model_fields_set,
            )


@rule("padding", "model", "dataset")
def padding_is_masked(experiment: Experiment) -> Iterator[Finding]:
    """RL220, a warning: without a mask, padding changes results."""
    dataset = experiment.dataset
    if dataset is None or not padded_inputs(dataset):
        return
    if not any(isinstance(layer, Cell) for layer in experiment.model.layers):
        return
    for path, padding in per_input(experiment.padding, "padding"):
        if padding.mask:
            continue
        yield Finding(
            "RL220",
            "padding is read as data: results depend on how much padding a sample has",
            (*path, "mask"),
            help="remove `mask: false`, unless you repeat a guide that has no mask",
            severity="warning",
        )


@rule("dataset")
def labels_are_distinct(experiment: Experiment) -> Iterator[Finding]:
    """RL104: a class stands once among the labels."""
    labels = getattr(experiment.dataset, "labels", None) or ()
    for index, label in enumerate(labels):
        if label in labels[:index]:
            yield Finding("RL104", f"the label `{label}` stands twice", ("dataset", "labels", index), help="keep one")
