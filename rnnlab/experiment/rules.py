"""Rules across sections that need no shapes: one function each.

Rules that need shapes (the head, stacked layers) stand in `rnnlab.plan`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rnnlab.cells import Cell
from rnnlab.datasets import CATALOG, CatalogDataset, FilesSplit, TextTableDataset
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.target import target_kind, task_of
from rnnlab.layers import RecurrentLayer
from rnnlab.source import PASSWORD, Finding, did_you_mean, listing, nearest


@dataclass(frozen=True)
class Rule:
    """A rule and the sections that must be valid for it to run."""

    needs: frozenset[str]
    check: Callable[[Experiment], Iterator[Finding]]


RULES: list[Rule] = []

Check = Callable[[Experiment], Iterator[Finding]]


def rule(*needs: str) -> Callable[[Check], Check]:
    """Return a decorator that adds a rule to `RULES`."""

    def add(check: Check) -> Check:
        RULES.append(Rule(frozenset(needs), check))
        return check

    return add


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


@rule("dataset", "model")
def data_or_inputs(experiment: Experiment) -> Iterator[Finding]:
    """RL211: a file has a dataset, or inputs by shape."""
    if experiment.dataset is None and experiment.model.inputs is None:
        yield Finding(
            "RL211",
            "the model has nothing to read",
            ("model",),
            help="add a `dataset:`, or, without data, `model.inputs: {x: {timesteps: …, features: …}}`",
            on_key=True,
        )
    if experiment.dataset is not None and experiment.model.inputs is not None:
        yield Finding(
            "RL211",
            "the inputs come from the dataset",
            ("model", "inputs"),
            help="remove `model.inputs`, or the dataset",
            on_key=True,
        )


@rule("model")
def input_shapes(experiment: Experiment) -> Iterator[Finding]:
    """RL211: an input is ids or features."""
    for name, given in (experiment.model.inputs or {}).items():
        if (given.vocabulary is None) == (given.features is None):
            yield Finding(
                "RL211",
                f"the input `{name}` must have either `features` or `vocabulary`",
                ("model", "inputs", name),
                help="`features: F` for numbers, `vocabulary: V` for ids",
                on_key=True,
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


@rule("dataset", "expect")
def beats_a_baseline(experiment: Experiment) -> Iterator[Finding]:
    """RL216: `expect.beats` names a baseline of the task."""
    if (name := experiment.expect.beats) is None:
        return
    if experiment.dataset is None:
        yield Finding("RL210", "`beats` needs a dataset", ("expect", "beats"), help="remove it", on_key=True)
        return
    known = task_of(experiment).baselines
    if name not in known:
        yield Finding("RL216", f"unknown baseline `{name}`", ("expect", "beats"), help=did_you_mean(name, known))


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
    test = 0.1 if split.test is None else split.test
    if split.validation + test >= 1:
        yield Finding(
            "RL208",
            f"validation {split.validation:g} and test {test:g} leave nothing to train on",
            ("dataset", "split", "validation"),
            help="0.1 each is usual",
        )
    if split.kind == "group" and isinstance(dataset, CatalogDataset):
        path = ("dataset", "split", "kind")
        yield Finding("RL208", f"`{dataset.name}` has no groups", path, help="use `stratified` or `random`")


@rule("dataset", "task", "model")
def target_fits_task(experiment: Experiment) -> Iterator[Finding]:
    """RL207: the dataset's target is what the task predicts."""
    dataset = experiment.dataset
    facts = dataset.target_facts() if dataset else None
    if dataset and facts and experiment.task and facts.kind != experiment.task.target:
        wanted = "classification" if facts.kind == "classes" else "regression"
        yield Finding(
            "RL207",
            f"`{experiment.task.kind}` does not fit the target `{dataset.target_name}`",
            ("task", "kind"),
            note="the target is " + ("a class" if facts.kind == "classes" else "a number"),
            help=f"use `kind: {wanted}`, or leave `task` out" + _or_labels(dataset),
        )
    if dataset and target_kind(experiment) == "number" and dataset.split.kind == "stratified":
        yield Finding(
            "RL208",
            "numbers cannot be stratified",
            ("dataset", "split", "kind"),
            help="use `kind: random`",
        )


def _or_labels(dataset: object) -> str:
    return ", or remove `dataset.labels`" if isinstance(dataset, TextTableDataset) else ""


@rule("training", "task", "dataset", "model")
def monitors_exist(experiment: Experiment) -> Iterator[Finding]:
    """RL206: what is watched is a quantity that is recorded."""
    known = quantities(experiment)
    training = experiment.training
    for key, section in (
        ("early_stopping", training.early_stopping),
        ("reduce_lr_on_plateau", training.reduce_lr_on_plateau),
    ):
        if section is not None and section.monitor not in known:
            yield Finding(
                "RL206",
                f"`{section.monitor}` is not recorded by this experiment",
                ("training", key, "monitor"),
                help=did_you_mean(section.monitor, known),
                note=f"recorded: {listing(known)}",
            )


def quantities(experiment: Experiment) -> tuple[str, ...]:
    """Return the names of the quantities that each epoch records: loss and metrics, and the same of validation."""
    task = task_of(experiment)
    names = ("loss", *(task.metrics or task.default_metrics))
    return names + tuple(f"val_{name}" for name in names)


@rule("training", "optimizer")
def one_rate_at_a_time(experiment: Experiment) -> Iterator[Finding]:
    """RL214: a schedule and reduce_lr_on_plateau exclude each other."""
    if experiment.training.reduce_lr_on_plateau and not isinstance(experiment.optimizer.learning_rate, int | float):
        yield Finding(
            "RL214",
            "`reduce_lr_on_plateau` cannot change a learning-rate schedule",
            ("training", "reduce_lr_on_plateau"),
            help="use a number as `optimizer.learning_rate`, or leave one of the two out",
            on_key=True,
        )


@rule("optimizer")
def optimizer_arguments(experiment: Experiment) -> Iterator[Finding]:
    """RL214: arguments of the optimizer that exclude or need each other."""
    optimizer = experiment.optimizer
    clips = [key for key in ("clipnorm", "global_clipnorm", "clipvalue") if getattr(optimizer, key) is not None]
    if len(clips) > 1:
        yield Finding(
            "RL214",
            f"only one of {listing(clips)} can be set",
            ("optimizer", clips[1]),
            help="keep one",
            on_key=True,
        )
    if getattr(optimizer, "nesterov", False) and not getattr(optimizer, "momentum", 0.0):
        yield Finding(
            "RL210",
            "`nesterov` has no momentum to act on",
            ("optimizer", "nesterov"),
            help="set `momentum`",
            on_key=True,
        )
    schedule = optimizer.learning_rate
    if getattr(schedule, "kind", "") == "piecewise_constant_decay":
        boundaries, values = schedule.boundaries, schedule.values  # type: ignore[union-attr]
        if len(values) != len(boundaries) + 1 or list(boundaries) != sorted(set(boundaries)):
            yield Finding(
                "RL214",
                f"{len(boundaries)} boundaries need {len(boundaries) + 1} values, and must ascend",
                ("optimizer", "learning_rate", "boundaries"),
                help="as in `boundaries: [1000, 5000], values: [0.1, 0.01, 0.001]`",
            )
    if getattr(schedule, "kind", "") == "cosine_decay":
        given = (schedule.warmup_target is not None) + (schedule.warmup_steps > 0)  # type: ignore[union-attr]
        if given == 1:
            key, other = ("warmup_steps", "warmup_target")[:: 1 if schedule.warmup_steps else -1]  # type: ignore[union-attr]
            path = ("optimizer", "learning_rate", key)
            yield Finding("RL214", f"`{key}` does nothing without `{other}`", path, help=f"add `{other}`", on_key=True)


@rule("training", "task", "dataset", "model")
def class_weights(experiment: Experiment) -> Iterator[Finding]:
    """RL210, RL105: class weights need classes, and name them."""
    given = experiment.training.class_weight
    if given is None or experiment.dataset is None:
        return
    path = ("training", "class_weight")
    if target_kind(experiment) == "number":
        yield Finding(
            "RL210",
            "`class_weight` has no classes to weigh: the target is a number",
            path,
            help="remove it",
            on_key=True,
        )
        return
    facts = experiment.dataset.target_facts()
    if isinstance(given, dict) and facts and facts.labels:
        for label in given:
            if label not in facts.labels:
                yield Finding(
                    "RL105",
                    f"unknown class `{label}`",
                    (*path, label),
                    help=did_you_mean(label, facts.labels),
                    on_key=True,
                )
        meant = {nearest(label, facts.labels) for label in given if label not in facts.labels}
        missing = [label for label in facts.labels if label not in given and label not in meant]
        if missing:
            message = f"`class_weight` says nothing of {listing(missing)}"
            yield Finding("RL102", message, path, help="give every class a weight", on_key=True)


@rule("model")
def keys_that_matter(experiment: Experiment) -> Iterator[Finding]:
    """RL210: keys of a layer that cannot matter beside others."""
    for index, layer in enumerate(experiment.model.layers):
        for problem in layer.contradictions():
            yield Finding(
                "RL210",
                problem.message,
                ("model", "layers", index, *problem.path, problem.key),
                help=problem.help,
                on_key=True,
            )


@rule("model")
def unique_names(experiment: Experiment) -> Iterator[Finding]:
    """RL202: names of layers and inputs are unique."""
    seen = set(experiment.model.inputs or {})
    if experiment.dataset is not None:
        seen |= set(experiment.dataset.input_names)
    for index, layer in enumerate(experiment.model.layers):
        if layer.name is None:
            continue
        if layer.name in seen:
            yield Finding(
                "RL202",
                f"the name `{layer.name}` is already taken",
                ("model", "layers", index, "name"),
                help="choose another",
            )
        seen.add(layer.name)


@rule("padding", "model", "dataset")
def padding_is_masked(experiment: Experiment) -> Iterator[Finding]:
    """RL220, a warning: without a mask, padding changes results."""
    if experiment.padding is None or experiment.padding.mask:
        return
    if any(isinstance(layer, Cell) for layer in experiment.model.layers):
        yield Finding(
            "RL220",
            "padding is read as data: results depend on how much padding a sample has",
            ("padding", "mask"),
            help="remove `mask: false`, unless you repeat a guide that has no mask",
            severity="warning",
        )


@rule("runtime", "model", "dataset", "padding")
def cudnn_can(experiment: Experiment) -> Iterator[Finding]:
    """RL215: `kernel: cudnn` refuses what cuDNN cannot do."""
    if experiment.runtime.kernel != "cudnn":
        return
    path = ("runtime", "kernel")
    if experiment.runtime.devices == "cpu":
        yield Finding("RL215", "cuDNN needs a GPU, but `devices` is cpu", path, help="use `kernel: auto`")
    recurrent = [
        (("model", "layers", index), layer)
        for index, layer in enumerate(experiment.model.layers)
        if isinstance(layer, RecurrentLayer)
    ]
    for place, layer in recurrent:
        if obstacle := layer.cudnn_obstacle(None):
            yield Finding(
                "RL215",
                f"cuDNN cannot compute this layer: {obstacle}",
                (*place, layer.cudnn_obstacle_key or "layer"),
                help="use `runtime.kernel: auto`",
            )
    padding = experiment.padding
    if recurrent and experiment.dataset and padding and padding.mask and padding.padding == "pre":
        message = "cuDNN masks only padding that stands at the end"
        yield Finding("RL215", message, ("padding", "padding"), help="use `padding: post`, or `runtime.kernel: auto`")


@rule("tracking")
def no_password(experiment: Experiment) -> Iterator[Finding]:
    """RL219: the file is recorded with every run, so it holds no password."""
    if PASSWORD.search(experiment.tracking.uri or ""):
        yield Finding(
            "RL219",
            "a password stands in the file, which is recorded with every run",
            ("tracking", "uri"),
            help="leave `tracking.uri` out and set MLFLOW_TRACKING_URI in the environment",
        )


@rule("tags")
def tags_are_free(experiment: Experiment) -> Iterator[Finding]:
    """RL104: tags do not overwrite those of MLflow and rnnlab."""
    for key in experiment.tags:
        if not key.strip() or key.startswith(("mlflow.", "rnnlab.")):
            message = f"the tag `{key}` is MLflow's or rnnlab's own" if key.strip() else "a tag needs a name"
            yield Finding("RL104", message, ("tags", key), help="choose another name", on_key=True)


@rule("dataset")
def labels_are_distinct(experiment: Experiment) -> Iterator[Finding]:
    """RL104: a class stands once among the labels."""
    labels = getattr(experiment.dataset, "labels", None) or ()
    for index, label in enumerate(labels):
        if label in labels[:index]:
            yield Finding("RL104", f"the label `{label}` stands twice", ("dataset", "labels", index), help="keep one")


@rule("expect")
def counts_have_no_unit(experiment: Experiment) -> Iterator[Finding]:
    """RL104: bytes are for memory, not for counts."""
    for key in ("parameters", "trainable_parameters", "flops_per_sample"):
        bound = getattr(experiment.expect, key)
        given = bound if isinstance(bound, tuple) else (bound,)
        if any(isinstance(each, str) and each.rstrip().endswith("iB") for each in given):
            yield Finding("RL104", f"`{key}` is a count, not bytes", ("expect", key), help="leave the unit out")
