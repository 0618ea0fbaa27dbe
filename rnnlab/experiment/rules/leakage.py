"""Rules against leakage that need no data: what the file itself shows of answers among the questions."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import normpath

from rnnlab.datasets import ArraysDataset, FilesSplit, IdsDataset, TextTableDataset, TsDataset
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.rules.rule import rule
from rnnlab.source import Finding, Path

WITH_GROUPS = ("text_table", "text_pairs", "sequence_table", "arrays")


@rule("dataset")
def target_is_no_input(experiment: Experiment) -> Iterator[Finding]:
    """RL290: what is predicted is not read. Of series see RL241, of tables of sequences RL273."""
    for path, name in _inputs(experiment):
        dataset = experiment.dataset
        if dataset is not None and name == dataset.target_name:
            message = f"`{name}` is the target: the network would read what it is to predict"
            yield Finding("RL290", message, path, help="name what is known before the answer is")


def _inputs(experiment: Experiment) -> Iterator[tuple[Path, str]]:
    """Yield (place, column or array) of what the network reads."""
    dataset = experiment.dataset
    if isinstance(dataset, TextTableDataset):
        yield ("dataset", "text" if "text" in dataset.model_fields_set else "label"), dataset.text
    elif isinstance(dataset, IdsDataset):
        yield ("dataset", "ids" if "ids" in dataset.model_fields_set else "target"), dataset.ids
    elif isinstance(dataset, ArraysDataset):
        given = "inputs" in dataset.model_fields_set
        for index, name in enumerate(dataset.inputs):
            yield (("dataset", "inputs", index) if given else ("dataset", "target")), name


@rule("dataset")
def splits_have_files_of_their_own(experiment: Experiment) -> Iterator[Finding]:
    """RL291: no file is that of two splits."""
    dataset = experiment.dataset
    split = dataset.split if dataset else None
    given: list[tuple[Path, str]] = []
    if isinstance(split, FilesSplit):
        given = [(("dataset", "split", "validation"), split.validation), (("dataset", "split", "test"), split.test)]
    elif isinstance(dataset, TsDataset) and dataset.test is not None:
        given = [(("dataset", "test"), dataset.test)]
    taken = {normpath(getattr(dataset, "path", None) or ""): "train"}
    for place, file in given:
        path = normpath(file)
        if path in taken:
            message = f"`{file}` is the file of the {taken[path]} split too"
            help_ = "give it a file of its own, or let one table be divided: `split: {kind: random}`"
            yield Finding("RL291", message, place, help=help_)
        taken.setdefault(path, str(place[-1]))


@rule("dataset")
def groups_stand_in_columns(experiment: Experiment) -> Iterator[Finding]:
    """RL208: only tables and arrays tell groups."""
    dataset = experiment.dataset
    split = dataset.split if dataset else None
    if dataset is not None and isinstance(split, FilesSplit) and split.group and dataset.kind not in WITH_GROUPS:
        message = f"the files of `kind: {dataset.kind}` have no column to tell groups by"
        yield Finding("RL208", message, ("dataset", "split", "group"), help="remove it", on_key=True)
