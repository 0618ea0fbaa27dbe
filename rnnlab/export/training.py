"""Optimizer, loss, metrics and training as Keras's own calls."""

from __future__ import annotations

from typing import Any

from rnnlab.experiment import Experiment
from rnnlab.export.python import Call, Variable, comment
from rnnlab.optimizers import Optimizer
from rnnlab.plan import HeadPlan, Plan
from rnnlab.spec import Spec
from rnnlab.tasks import METRICS
from rnnlab.training import EarlyStopping, ReduceLROnPlateau

ON_LOGITS: dict[str, tuple[str, Any]] = {
    "accuracy": ("threshold", 0.0),
    "precision": ("thresholds", 0.0),
    "recall": ("thresholds", 0.0),
    "auc": ("from_logits", True),
}
"""What makes a metric of two classes right on logits: probability 0.5 is logit 0."""
CALLBACKS = {"early_stopping": "EarlyStopping", "reduce_lr_on_plateau": "ReduceLROnPlateau"}


def compile_call(plan: Plan, head: HeadPlan, optimizer: Optimizer) -> Call:
    """Return `model.compile(…)`."""
    jit = (("jit_compile", True),) if plan.xla else ()
    return Call(
        "model.compile",
        (),
        (
            ("optimizer", _scaling(_optimizer(optimizer), plan)),
            ("loss", _loss(head)),
            *_metrics(head),
            *jit,
        ),
    )


def fit_keywords(plan: Plan, experiment: Experiment) -> tuple[tuple[str, Any], ...]:
    """Return the arguments of `model.fit` that the file decides, but for the data."""
    training = experiment.training
    callbacks = [
        _callback(name, spec, plan) for key, name in CALLBACKS.items() if (spec := getattr(training, key)) is not None
    ]
    found: list[tuple[str, Any]] = [("batch_size", training.batch_size), ("epochs", training.epochs)]
    if not training.shuffle:
        found.append(("shuffle", False))
    if callbacks:
        found.append(("callbacks", callbacks))
    return tuple(found)


def _callback(name: str, spec: EarlyStopping | ReduceLROnPlateau, plan: Plan) -> Call:
    keywords = dict(_departing(spec, spec.model_dump(exclude={"restore_best_weights"})))
    if not spec.monitor.endswith("loss"):
        keywords |= {"mode": "max" if plan.directions[spec.monitor] == "maximize" else "min"}
    if getattr(spec, "restore_best_weights", False):
        keywords |= {"restore_best_weights": True}
    return Call(f"keras.callbacks.{name}", (), tuple(({"monitor": spec.monitor} | keywords).items()))


def _optimizer(spec: Optimizer) -> Call:
    rate: Any = spec.learning_rate
    if not isinstance(rate, int | float):
        rate = Call(f"keras.optimizers.schedules.{rate.keras_class}", (), _departing(rate, rate.keras_arguments()))
    own = _departing(spec, spec.keras_arguments())
    return Call(f"keras.optimizers.{spec.keras_class}", (), (("learning_rate", rate), *own))


def pinball_lines(head: HeadPlan) -> list[str]:
    """Return the loss of quantiles as a function, which Keras has none of; nothing for other heads."""
    if not _has_quantiles(head):
        return []
    assert head.forecast is not None
    numbers = head.forecast.steps * head.forecast.targets
    return [
        "",
        "def pinball(wanted, found):",
        *comment("the mean over the quantiles, which lie side by side for each number", indent=4),
        f"    levels = keras.ops.array({list(head.forecast.quantiles)})",
        f"    found = keras.ops.reshape(found, (-1, {numbers}, {head.forecast.answers}))",
        "    above = keras.ops.expand_dims(wanted, -1) - found",
        "    return keras.ops.mean(keras.ops.maximum(levels * above, (levels - 1) * above), axis=(1, 2))",
        "",
        "",
    ]


def _has_quantiles(head: HeadPlan) -> bool:
    return head.forecast is not None and bool(head.forecast.quantiles)


def _metrics(head: HeadPlan) -> tuple[tuple[str, Any], ...]:
    """Return the metrics; Keras's own cannot read quantiles."""
    return () if _has_quantiles(head) else (("metrics", [_metric(name, head) for name in head.metrics]),)


def _scaling(optimizer: Call, plan: Plan) -> Call:
    """Return the optimizer that scales the loss; under the policy mixed_float16 Keras wraps it by itself."""
    if not plan.scales_loss or plan.dtype == "mixed_float16":
        return optimizer
    return Call("keras.optimizers.LossScaleOptimizer", (optimizer,))


def _dtype(head: HeadPlan) -> tuple[tuple[str, str], ...]:
    return () if head.dtype == "float32" else (("dtype", head.dtype),)


def _loss(head: HeadPlan) -> Call | Variable:
    if _has_quantiles(head):
        return Variable("pinball")
    return Call(
        f"keras.losses.{head.loss.keras_class}",
        (),
        (*_departing(head.loss, head.loss.keras_arguments()), *_dtype(head)),
    )


def _metric(name: str, head: HeadPlan) -> Call:
    keras_class = METRICS[name].keras_class[head.kind]
    if head.loss.one_hot:
        keras_class = keras_class.removeprefix("Sparse")
    extra = (ON_LOGITS[name],) if head.kind == "binary" and head.from_logits and name in ON_LOGITS else ()
    return Call(f"keras.metrics.{keras_class}", (), (*extra, ("name", name), *_dtype(head)))


def _departing(spec: Spec, arguments: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return the arguments that are not the spec's defaults, which are Keras's."""
    return tuple((key, value) for key, value in arguments.items() if type(spec).model_fields[key].default != value)
