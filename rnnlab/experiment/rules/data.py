"""Rules of the data: the dataset, its split, its target, and how text is made ready."""

from __future__ import annotations

from collections.abc import Iterator

from rnnlab.cells import Cell
from rnnlab.datasets import CATALOG, ArraysDataset, CatalogDataset, FilesSplit, GroupSplit
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.rules.rule import KINDS, per_input, rule
from rnnlab.experiment.sequence_facts import has_own_test, sequence_inputs
from rnnlab.experiment.target import target_kind
from rnnlab.source import Finding, did_you_mean
from rnnlab.text import END_ID


@rule("dataset")
def catalog_target(experiment: Experiment) -> Iterator[Finding]:
    """RL105: a catalog dataset offers the target."""
    dataset = experiment.dataset
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
    if isinstance(split, FilesSplit):
        if isinstance(dataset, CatalogDataset):
            path = ("dataset", "split", "kind")
            yield Finding("RL208", "a catalog dataset has no files to split by", path, help="use `stratified`")
        return
    test = 0.0 if has_own_test(dataset) else 0.1 if split.test is None else split.test
    if split.validation + test >= 1:
        yield Finding(
            "RL208",
            f"validation {split.validation:g} and test {test:g} leave nothing to train on",
            ("dataset", "split", "validation"),
            help="0.1 each is usual",
        )
    if isinstance(dataset, CatalogDataset):
        yield from _catalog_groups(dataset)
    if split.kind == "group" and isinstance(dataset, ArraysDataset):
        yield Finding("RL208", "arrays have no columns to group by", ("dataset", "split", "kind"), help="use `random`")


def _catalog_groups(dataset: CatalogDataset) -> Iterator[Finding]:
    """Yield what is wrong with the groups of a catalog dataset: none of them may stand on both sides of a split."""
    split, groups = dataset.split, dataset.entry.groups
    path = ("dataset", "split", "kind")
    if isinstance(split, GroupSplit) and not groups:
        yield Finding("RL208", f"`{dataset.name}` has no groups", path, help="use `stratified` or `random`")
    elif isinstance(split, GroupSplit) and split.column not in groups:
        found = f"`{dataset.name}` has no groups by `{split.column}`"
        yield Finding("RL208", found, ("dataset", "split", "column"), help=did_you_mean(split.column, groups))
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
        experiment.task.target == "sequence" if facts is None else facts.kind != experiment.task.target
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
    labelled = getattr(dataset, "labels", None)
    return ", or remove `dataset.labels`" if labelled else ""


@rule("text", "padding", "dataset")
def inputs_exist(experiment: Experiment) -> Iterator[Finding]:
    """RL105, RL210: `text` acts on texts, `padding` on whatever has lengths, by the names of inputs."""
    dataset = experiment.dataset
    if dataset is None:
        return
    padded = (*dataset.text_inputs, *sequence_inputs(dataset))
    for section, inputs in (("text", dataset.text_inputs), ("padding", padded)):
        given = getattr(experiment, section)
        if given is not None and not inputs:
            message = f"`{section}` has no text to act on: the dataset has arrays"
            yield Finding("RL210", message, (section,), help="remove it", on_key=True)
        elif isinstance(given, dict):
            for name in given:
                if name not in inputs:
                    help_ = did_you_mean(name, inputs)
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


@rule("padding", "model", "dataset")
def padding_is_masked(experiment: Experiment) -> Iterator[Finding]:
    """RL220, a warning: without a mask, padding changes results."""
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
