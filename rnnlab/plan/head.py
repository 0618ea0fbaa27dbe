"""Whether the last layer, the loss and the metrics fit the target."""

from __future__ import annotations

from rnnlab.datasets import Facts, SeriesDataset, TargetFacts
from rnnlab.experiment import Experiment, target_kind, task_of
from rnnlab.layers import Signal
from rnnlab.plan.plan import ForecastPlan, HeadPlan, LayerPlan
from rnnlab.source import Finding, listing
from rnnlab.tasks import LOSSES, METRICS, Forecasting, HeadKind, Loss


def plan_head(
    experiment: Experiment, facts: Facts, layers: tuple[LayerPlan, ...]
) -> tuple[HeadPlan | None, list[Finding]]:
    """Return how the output meets the target, and what does not fit."""
    task = task_of(experiment)
    ((target, known),) = facts.targets.items() or {"target": TargetFacts(target_kind(experiment))}.items()
    last = layers[-1]
    path = ("model", "layers", last.entry)
    shape_problem = _check_shape(last, layers, known, facts, path)
    if shape_problem:
        return None, [shape_problem]
    units = last.output.shape[-1]
    assert units is not None
    forecast = _plan_forecast(experiment)
    kind, findings = _check_forecast(units, forecast, path) if forecast else _check_units(units, known, path)
    loss = task.loss or task.default_loss(kind)
    activation = str(last.keras_arguments["activation"])
    findings += _check_activation(kind, activation, loss, explicit=task.loss is not None, path=path)
    findings += _check_metrics(kind, task.metrics or task.default_metrics)
    head = HeadPlan(
        kind=kind,
        task=task.kind,
        target=target,
        loss=loss,
        metrics=task.metrics or task.default_metrics,
        from_logits=bool(getattr(loss, "from_logits", False)),
        labels=known.labels,
        per=known.per,
        numbers=known.numbers,
        reads=known.reads,
        forecast=forecast,
        dtype="float64" if last.output.dtype == "float64" else "float32",
    )
    return (None if findings else head), findings


def _check_shape(
    last: LayerPlan, layers: tuple[LayerPlan, ...], known: TargetFacts, facts: Facts, path: tuple[str | int, ...]
) -> Finding | None:
    if last.layer != "dense":
        return Finding(
            "RL203",
            f"the model ends in `{last.layer}`, but the target needs a `dense` layer to meet it",
            (*path, "layer"),
            help="end with `{layer: dense, units: …, activation: …}`",
        )
    if known.per == "timestep":
        return _check_timesteps(last, known, facts, path)
    if not _is_vector(last.output):
        culprit = next((layer for layer in reversed(layers) if layer.kernel), last)
        return Finding(
            "RL203",
            "the model gives an output for every timestep, but there is one label per sample",
            ("model", "layers", culprit.entry, "return_sequences" if culprit.kernel else "layer"),
            help="remove `return_sequences`, or add `{layer: global_average_pooling1d}`",
        )
    return None


def _check_timesteps(last: LayerPlan, known: TargetFacts, facts: Facts, path: tuple[str | int, ...]) -> Finding | None:
    """Return what is wrong where every timestep has a target."""
    if not last.output.is_sequence:
        return Finding(
            "RL203",
            "every timestep has a target, but the model gives one output per sample",
            (*path, "layer"),
            help="give `return_sequences: true` to the recurrent layer before it",
        )
    labelled = facts.inputs[known.reads or next(iter(facts.inputs))]
    wanted, found = labelled.timesteps, last.output.shape[0]
    if wanted is not None and found is not None and wanted != found:
        return Finding(
            "RL203",
            f"the targets have {wanted} timesteps, the output {found}",
            (*path, "layer"),
            help="pooling, strides and convolutions without `padding: same` change the number of timesteps",
        )
    return None


def _is_vector(signal: Signal) -> bool:
    return len(signal.shape) == 1 and not signal.is_ids


def _check_units(units: int, known: TargetFacts, path: tuple[str | int, ...]) -> tuple[HeadKind, list[Finding]]:
    place = (*path, "units")
    if known.kind == "number":
        what = "one number" if known.numbers == 1 else f"{known.numbers} numbers"
        found = f"the target is {what}, but the head has {units} unit{'s' if units != 1 else ''}"
        wrong = Finding("RL203", found, place, help=f"use `units: {known.numbers}`")
        return "number", [] if units == known.numbers else [wrong]
    if known.kind in ("sequence", "continuation"):
        return "classes", _check_vocabulary(units, known, place)
    kind: HeadKind = "binary" if units == 1 else "classes"
    classes = known.classes
    if classes is None or units == classes or (units == 1 and classes == 2):
        return kind, []
    help_ = (
        "use `units: 1` with sigmoid, or `units: 2` with softmax"
        if classes == 2
        else f"use `units: {classes}` with softmax"
    )
    return kind, [
        Finding("RL203", f"the target has {classes} classes, but the head has {units} units", place, help=help_)
    ]


def _plan_forecast(experiment: Experiment) -> ForecastPlan | None:
    task, dataset = task_of(experiment), experiment.dataset
    if not isinstance(task, Forecasting) or not isinstance(dataset, SeriesDataset):
        return None
    steps = 1 if task.head == "recursive" else dataset.horizon
    return ForecastPlan(dataset.horizon, steps, len(dataset.target), task.quantiles or ())


def _check_forecast(units: int, forecast: ForecastPlan, path: tuple[str | int, ...]) -> tuple[HeadKind, list[Finding]]:
    if units == forecast.units:
        return "number", []
    factors = {"timestep": forecast.steps, "target": forecast.targets, "quantile": len(forecast.quantiles)}
    terms = " x ".join(f"{count} {name}{'s'[: count != 1]}" for name, count in factors.items() if count)
    message = f"the forecast is {terms}, but the head has {units} unit{'s'[: units != 1]}"
    return "number", [Finding("RL203", message, (*path, "units"), help=f"use `units: {forecast.units}`")]


def _check_vocabulary(units: int, known: TargetFacts, place: tuple[str | int, ...]) -> list[Finding]:
    if known.classes is None or units == known.classes:
        return []
    key = "text.vocabulary" if known.kind == "continuation" else f"text.{known.reads}.vocabulary"
    return [
        Finding(
            "RL203",
            f"the target's vocabulary has {known.classes} rows, but the head has {units} units",
            place,
            help=f"use `units: {known.classes}`, or `{key}: {units}`",
        )
    ]


def _check_activation(
    kind: HeadKind, activation: str, loss: Loss, *, explicit: bool, path: tuple[str | int, ...]
) -> list[Finding]:
    if kind not in loss.heads:
        what = {
            "binary": "one unit for two classes",
            "classes": "one unit per class",
            "number": "one number",
        }[kind]
        return [
            Finding(
                "RL204",
                f"`{_kind(loss)}` does not fit a head of {what}",
                ("task", "loss"),
                help=_fitting(kind),
            )
        ]
    place = (*path, "activation")
    if kind == "number":
        bad = activation in ("softmax", "log_softmax")
        message = f"`{activation}` over one unit is constant"
        return [Finding("RL204", message, place, help="use `activation: linear`")] if bad else []
    wanted = "sigmoid" if kind == "binary" else "softmax"
    logits = bool(getattr(loss, "from_logits", False))
    if logits and activation != "linear":
        return [
            Finding(
                "RL204",
                f"the loss takes logits, but the head ends in `{activation}`",
                place,
                help="use `activation: linear`, or `from_logits: false`",
            )
        ]
    if not logits and activation != wanted:
        return [_not_probabilities(kind, activation, wanted, loss, place)]
    return []


def _not_probabilities(
    kind: HeadKind, activation: str, wanted: str, loss: Loss, place: tuple[str | int, ...]
) -> Finding:
    if activation == "softmax" and kind == "binary":
        return Finding(
            "RL204",
            "`softmax` over one unit is always 1",
            place,
            help="use `activation: sigmoid`, or `units: 2`",
        )
    alternative = f", or `task.loss: {{kind: {_kind(loss)}, from_logits: true}}`" if activation == "linear" else ""
    return Finding(
        "RL204",
        f"`{_kind(loss)}` wants probabilities, but the head ends in `{activation}`",
        place,
        help=f"use `activation: {wanted}`{alternative}",
    )


def _kind(loss: Loss) -> str:
    return str(type(loss).model_fields["kind"].default)


def _fitting(kind: HeadKind) -> str:
    return f"known: {listing(name for name, loss in LOSSES.items() if kind in loss.heads)}"


def _check_metrics(kind: HeadKind, metrics: tuple[str, ...]) -> list[Finding]:
    fitting = [name for name, metric in METRICS.items() if kind in metric.keras_class]
    what = {"binary": "one sigmoid unit", "classes": "a softmax over classes", "number": "a number"}[kind]
    return [
        Finding(
            "RL209",
            f"the metric `{name}` does not fit {what}",
            ("task", "metrics", index),
            help=f"known: {listing(fitting)}",
        )
        for index, name in enumerate(metrics)
        if name not in fitting
    ]
