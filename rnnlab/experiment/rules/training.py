"""Rules of the training: what is watched, the optimizer, the weights of classes."""

from __future__ import annotations

from collections.abc import Iterator

from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.rules.rule import KINDS, rule
from rnnlab.experiment.target import target_kind, task_of
from rnnlab.optimizers import CosineDecay, PiecewiseConstantDecay
from rnnlab.source import Finding, did_you_mean, listing, nearest


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
    if isinstance(schedule, PiecewiseConstantDecay):
        boundaries, values = schedule.boundaries, schedule.values
        if len(values) != len(boundaries) + 1 or list(boundaries) != sorted(set(boundaries)):
            yield Finding(
                "RL214",
                f"{len(boundaries)} boundaries need {len(boundaries) + 1} values, and must ascend",
                ("optimizer", "learning_rate", "boundaries"),
                help="as in `boundaries: [1000, 5000], values: [0.1, 0.01, 0.001]`",
            )
    if isinstance(schedule, CosineDecay):
        given = (schedule.warmup_target is not None) + (schedule.warmup_steps > 0)
        if given == 1:
            key, other = ("warmup_steps", "warmup_target")[:: 1 if schedule.warmup_steps else -1]
            path = ("optimizer", "learning_rate", key)
            yield Finding("RL214", f"`{key}` does nothing without `{other}`", path, help=f"add `{other}`", on_key=True)


@rule("training", "task", "dataset", "model")
def class_weights(experiment: Experiment) -> Iterator[Finding]:
    """RL210, RL105: class weights need classes, and name them."""
    given = experiment.training.class_weight
    if given is None or experiment.dataset is None:
        return
    path = ("training", "class_weight")
    kind = target_kind(experiment)
    if kind not in ("classes", "tags"):
        yield Finding(
            "RL210",
            f"`class_weight` has no classes to weigh: the target is {KINDS[kind][0]}",
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


@rule("training", "task", "dataset", "model")
def stateful_training(experiment: Experiment) -> Iterator[Finding]:
    """RL210, RL227: the keys of stateful training act together."""
    training = experiment.training
    if not training.stateful:
        for key in ("window", "reset", "remainder"):
            if getattr(training, key) is not None:
                message = f"`{key}` does nothing without `stateful: true`"
                yield Finding("RL210", message, ("training", key), help="add it, or remove this", on_key=True)
        return
    if target_kind(experiment) == "continuation":
        yield from _streams(experiment)
    elif training.window is None and training.reset in (None, "sequence"):
        yield Finding(
            "RL210",
            "`stateful` does nothing: the window is the whole sequence, and states are set back before the next",
            ("training", "stateful"),
            help="add `window: …` (timesteps), or `reset: epoch`",
            on_key=True,
        )
    if training.reset in ("epoch", "never") and training.shuffle:
        yield Finding(
            "RL227",
            f"with `reset: {training.reset}` a row continues the one of the batch before, but rows are shuffled",
            ("training", "reset"),
            help="add `shuffle: false`",
        )


def _streams(experiment: Experiment) -> Iterator[Finding]:
    """Yield what a language model's stateful training cannot have: its windows follow one another through an epoch."""
    training = experiment.training
    for key, why in (
        ("window", "the windows of a language model are those of `task.window`"),
        ("remainder", "a running text is cut so that every batch is full"),
    ):
        if getattr(training, key) is not None:
            yield Finding("RL253", f"`{key}` does nothing: {why}", ("training", key), help="remove it", on_key=True)
    if training.reset in (None, "sequence"):
        yield Finding(
            "RL253",
            "a window continues the one before it, but its states are set back before each",
            ("training", "reset" if training.reset else "stateful"),
            help="use `reset: epoch` and `shuffle: false`",
            on_key=training.reset is None,
        )
