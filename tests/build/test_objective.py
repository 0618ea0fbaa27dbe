import math

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from rnnlab.plan import HeadPlan
from rnnlab.tasks import LOSSES, METRICS

pytestmark = pytest.mark.tensorflow

SAMPLES, CLASSES = 64, 7
EXTRA = {"label_smoothing": 0.2, "delta": 0.4}
CASES = [
    (name, head, logits)
    for name, loss in LOSSES.items()
    for head in loss.heads
    for logits in ((False, True) if "from_logits" in loss.model_fields else (False,))
]


def _head(loss, kind, metrics=()):
    task = "regression" if kind == "number" else "classification"
    return HeadPlan(kind, task, "label", loss, tuple(metrics), bool(getattr(loss, "from_logits", False)))


def _logits_and_targets(kind):
    draw = np.random.default_rng(5)
    if kind == "number":
        return draw.normal(size=(SAMPLES, 1)).astype("float32"), draw.normal(size=SAMPLES).astype("float32")
    classes = 2 if kind == "binary" else CLASSES
    units = 1 if kind == "binary" else CLASSES
    return draw.normal(size=(SAMPLES, units)).astype("float32"), draw.integers(0, classes, SAMPLES)


def _probabilities(kind, logits):
    if kind == "number":
        return logits
    if kind == "binary":
        return 1 / (1 + np.exp(-logits))
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


def _expected_losses(loss, kind, scores, target):
    error = scores[:, 0] - target
    smoothing = getattr(loss, "label_smoothing", 0.0)
    if kind == "binary":
        smooth = target * (1 - smoothing) + smoothing / 2
        return -(smooth * np.log(scores[:, 0]) + (1 - smooth) * np.log(1 - scores[:, 0]))
    if kind == "classes":
        smooth = np.eye(CLASSES)[target] * (1 - smoothing) + smoothing / CLASSES
        return -(smooth * np.log(scores)).sum(axis=1)
    if loss.kind == "mean_squared_error":
        return error**2
    if loss.kind == "mean_absolute_error":
        return np.abs(error)
    delta = loss.delta
    return np.where(np.abs(error) <= delta, error**2 / 2, delta * np.abs(error) - delta**2 / 2)


def _expected_metric(name, target, scores):
    answers = scores.argmax(axis=1) if scores.shape[1] > 1 else (scores[:, 0] > 0.5).astype(int)
    values = {
        "accuracy": lambda: sklearn_metrics.accuracy_score(target, answers),
        "top_5_accuracy": lambda: sklearn_metrics.top_k_accuracy_score(target, scores, k=5),
        "auc": lambda: sklearn_metrics.roc_auc_score(target, scores[:, 0]),
        "precision": lambda: sklearn_metrics.precision_score(target, answers),
        "recall": lambda: sklearn_metrics.recall_score(target, answers),
        "mean_absolute_error": lambda: sklearn_metrics.mean_absolute_error(target, scores[:, 0]),
        "mean_squared_error": lambda: sklearn_metrics.mean_squared_error(target, scores[:, 0]),
        "root_mean_squared_error": lambda: math.sqrt(sklearn_metrics.mean_squared_error(target, scores[:, 0])),
        "r2_score": lambda: sklearn_metrics.r2_score(target, scores[:, 0]),
    }
    return values[name]()


@pytest.mark.parametrize(("name", "kind", "logits"), CASES)
def test_every_loss_is_its_formula_for_every_head_it_fits(name, kind, logits):
    from rnnlab.build import build_objective

    fields = LOSSES[name].model_fields
    arguments = {key: value for key, value in EXTRA.items() if key in fields}
    loss = LOSSES[name](**arguments, **({"from_logits": True} if logits else {}))
    raw, target = _logits_and_targets(kind)
    scores = _probabilities(kind, raw)
    objective = build_objective(_head(loss, kind))
    found = objective.losses(target, raw if logits else scores.astype("float32"))
    assert found.shape == (SAMPLES,)
    np.testing.assert_allclose(found, _expected_losses(loss, kind, scores, target), rtol=2e-4, atol=1e-5)
    if logits:
        np.testing.assert_allclose(objective.probabilities(raw), scores, atol=1e-6)


@pytest.mark.parametrize(("name", "kind", "logits"), CASES)
def test_every_metric_of_a_head_is_scikit_learns_over_batches_and_forgets(name, kind, logits):
    from rnnlab.build import build_objective

    loss = LOSSES[name](**({"from_logits": True} if logits else {}))
    fitting = [metric for metric, spec in METRICS.items() if kind in spec.keras_class]
    raw, target = _logits_and_targets(kind)
    scores = _probabilities(kind, raw).astype("float32")
    objective = build_objective(_head(loss, kind, fitting))
    for _ in range(2):
        objective.reset()
        for rows in (slice(0, 40), slice(40, None)):
            objective.update(target[rows], (raw if logits else scores)[rows], np.ones(len(target[rows]), "float32"))
        found = objective.result()
        assert list(found) == fitting
        for metric in fitting:
            tolerance = 0.01 if metric == "auc" else 1e-5  # Keras's AUC is a sum over 200 thresholds
            assert found[metric] == pytest.approx(_expected_metric(metric, target, scores), abs=tolerance), metric


def test_the_fifth_best_of_fewer_than_five_classes_is_always_right():
    from rnnlab.build import build_objective

    objective = build_objective(_head(LOSSES["sparse_categorical_crossentropy"](), "classes", ["top_5_accuracy"]))
    objective.update(np.array([0, 1, 2]), np.full((3, 3), 1 / 3, "float32"), np.ones(3, "float32"))
    assert objective.result() == {"top_5_accuracy": 1.0}
