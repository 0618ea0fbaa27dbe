"""Rules of series: how time is divided, what stands on which side of now, what a forecast can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rnnlab.datasets import CATALOG, SeriesDataset
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.rules.rule import rule
from rnnlab.source import Finding, did_you_mean
from rnnlab.tasks import Forecasting
from rnnlab.tasks.forecasting import MEDIAN


def _series(experiment: Experiment) -> SeriesDataset | None:
    return experiment.dataset if isinstance(experiment.dataset, SeriesDataset) else None


@rule("dataset")
def series_come_from_one_place(experiment: Experiment) -> Iterator[Finding]:
    """RL102, RL105, RL210: a path, or a table of series in the catalog."""
    dataset = _series(experiment)
    if dataset is None:
        return
    known = [name for name, entry in CATALOG.items() if entry.series]
    if dataset.source is None and dataset.path is None:
        help_ = "add `path: TABLE`, or `source: NAME` for one of the catalog"
        yield Finding("RL102", "`path` is missing", ("dataset",), help=help_, on_key=True)
    elif dataset.source is not None and dataset.source not in known:
        message = f"unknown table of series `{dataset.source}`"
        yield Finding("RL105", message, ("dataset", "source"), help=did_you_mean(dataset.source, known))
    elif dataset.source is not None and dataset.path is not None:
        message = "`path` and `source` both say where the table is"
        yield Finding("RL210", message, ("dataset", "path"), help="keep one", on_key=True)


@rule("dataset")
def series_are_divided_by_time(experiment: Experiment) -> Iterator[Finding]:
    """RL240, RL208: a split of series that is not by time leaks the future; nothing else has a time."""
    dataset = experiment.dataset
    if dataset is None:
        return
    path, kind = ("dataset", "split", "kind"), dataset.split.kind
    if isinstance(dataset, SeriesDataset) and kind != "time":
        yield Finding(
            "RL240",
            f"a `{kind}` split of series would train on what comes after the test, and on its very timesteps",
            path,
            help="use `split: {kind: time}`",
        )
    if not isinstance(dataset, SeriesDataset) and kind == "time":
        yield Finding("RL208", "only series have a time to divide by", path, help="use `random` or `tail`")


@rule("dataset")
def columns_have_one_role(experiment: Experiment) -> Iterator[Finding]:
    """RL241: a column is a target, of the past or of the future; a target among the inputs would leak."""
    dataset = _series(experiment)
    if dataset is None:
        return
    for role in ("past", "future"):
        for index, column in enumerate(getattr(dataset, role)):
            path = ("dataset", role, index)
            if column in dataset.target and role == "future":
                message = f"`{column}` is a target: among `future` the network would read what it is to forecast"
                yield Finding("RL241", message, path, help="remove it; the past of a target is read anyway")
            elif column in dataset.target:
                message = f"`{column}` is a target, whose past is read anyway"
                yield Finding("RL241", message, path, help="remove it here")
            elif role == "future" and column in dataset.past:
                message = f"`{column}` stands under `past` too"
                yield Finding("RL241", message, path, help="columns that are known ahead stand under `future` only")


@rule("dataset")
def columns_stand_once(experiment: Experiment) -> Iterator[Finding]:
    """RL241: a column stands once, and those of times and names hold no numbers."""
    dataset = _series(experiment)
    for role in ("target", "past", "future", "calendar") if dataset else ():
        columns = getattr(dataset, role)
        for index, column in enumerate(columns):
            path = ("dataset", role, index)
            if column in columns[:index]:
                yield Finding("RL241", f"`{column}` stands twice", path, help="keep one")
            elif role != "calendar" and dataset and column in (dataset.time, dataset.id):
                message = f"`{column}` holds the times" if column == dataset.time else f"`{column}` names the series"
                yield Finding("RL241", message, path, help="it is no column of numbers")


@rule("dataset")
def calendar_varies(experiment: Experiment) -> Iterator[Finding]:
    """RL210: a feature of the calendar that is the same at every timestep."""
    dataset = _series(experiment)
    for index, name in enumerate(dataset.calendar if dataset else ()):
        assert dataset is not None
        if not dataset.step.varies(name):
            message = f"`{name}` is the same at every timestep: the frequency is {dataset.frequency}"
            yield Finding("RL210", message, ("dataset", "calendar", index), help="remove it")


@rule("dataset", "task")
def recursive_heads_know_their_inputs(experiment: Experiment) -> Iterator[Finding]:
    """RL242: what is fed back must be all that is not known ahead."""
    dataset, task = _series(experiment), experiment.task
    if dataset is None or not isinstance(task, Forecasting) or task.head != "recursive":
        return
    path = ("task", "head")
    if dataset.past:
        message = f"nothing tells `{dataset.past[0]}` beyond the first timestep that is forecast"
        help_ = "forecast it too (`target`), move it to `future`, or use `head: direct`"
        yield Finding("RL242", message, path, help=help_, note="a recursive head is fed its own forecasts")
    if task.quantiles:
        message = "a quantile that is fed back gives no quantile of the next timestep"
        yield Finding("RL242", message, path, help="use `head: direct`, or leave `quantiles` out")
    if dataset.horizon == 1:
        message = "a horizon of one timestep has nothing to feed back"
        yield Finding("RL210", message, path, help="leave `head` out")


@rule("task")
def quantiles_are_quantiles(experiment: Experiment) -> Iterator[Finding]:
    """RL243: quantiles ascend, have the median among them, and come with their own loss."""
    task = experiment.task
    if not isinstance(task, Forecasting) or not task.quantiles:
        return
    path = ("task", "quantiles")
    if list(task.quantiles) != sorted(Counter(task.quantiles)):
        yield Finding("RL243", "quantiles ascend, each stands once", path, help="as in `[0.1, 0.5, 0.9]`")
    elif MEDIAN not in task.quantiles:
        message = "the median is missing: it is the forecast that metrics score"
        yield Finding("RL243", message, path, help=f"add {MEDIAN}")
    if task.loss is not None:
        message = "quantiles are learnt by the pinball loss, and no other"
        yield Finding("RL243", message, ("task", "loss"), help="remove `loss`", on_key=True)


@rule("dataset", "training")
def windows_are_whole(experiment: Experiment) -> Iterator[Finding]:
    """RL227: windows of series overlap, so that states of one do not belong into the next."""
    if _series(experiment) is not None and experiment.training.stateful:
        yield Finding(
            "RL227",
            "windows of series overlap: the state after one is not the state before the next",
            ("training", "stateful"),
            help="remove it, and give `dataset.lookback` what the network should remember",
        )
