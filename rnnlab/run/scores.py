"""How good the answers are: what a run reports of its test split."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.absent import absent
from rnnlab.plan import HeadPlan
from rnnlab.track.examples import Examples

WORST = 20  # mistakes that are recorded
SHARES = ("accuracy", "span_f1")  # of what is right: more is better; other quantities are errors


@dataclass(frozen=True)
class Scores:
    """A model on one split.

    Attributes:
        metrics: loss and metrics of the task.
        primary: the quantity that baselines are compared by: `accuracy`, `span_f1`, `mean_absolute_error`,
            `unit_error_rate`, of running texts `bits_per_character`, `perplexity` where units are no characters, or of
            several series `mase`.
        value: its value.
        confusion: (C, C) counts, rows are the true classes; None for numbers and texts.
        report: precision, recall, f1-score and support by class; empty for numbers and texts.
        written: some answers of a model that writes texts: source, wanted, written.
        spans: precision, recall, f1-score and support by type of span; empty where there are none.
        forecasts: some windows of series, and the error of each timestep ahead.
        mistakes: the worst answers, as rows of a table.
    """

    metrics: dict[str, float]
    primary: str
    value: float
    confusion: NDArray[np.int64] | None
    report: dict[str, Any]
    written: tuple[dict[str, str], ...] = ()
    spans: dict[str, Any] = field(default_factory=dict)
    forecasts: Examples | None = None
    mistakes: list[dict[str, Any]] = field(default_factory=list)


def score_outputs(
    head: HeadPlan,
    metrics: dict[str, float],
    target_N: NDArray[Any],
    output_NU: NDArray[Any],
    labels: tuple[str, ...],
) -> Scores:
    """Return the scores of outputs (N, U): probabilities, or numbers; a row for each sample or timestep."""
    if head.kind == "number":
        error = float(np.mean(np.abs(output_NU - target_N.reshape(output_NU.shape))))
        return Scores(metrics, "mean_absolute_error", error, None, {})
    with absent("pandas"):  # which scikit-learn would import
        from sklearn.metrics import classification_report, confusion_matrix  # takes a second, no training needs it

    answers = predicted_classes(head, output_NU)
    indices = list(range(len(labels)))
    report = classification_report(
        target_N, answers, labels=indices, target_names=list(labels), output_dict=True, zero_division=0.0
    )
    return Scores(
        metrics=metrics,
        primary="accuracy",
        value=float(np.mean(answers == target_N)),
        confusion=confusion_matrix(target_N, answers, labels=indices),
        report=report,
    )


def predicted_classes(head: HeadPlan, output_NU: NDArray[Any]) -> NDArray[np.int64]:
    """Return the class index (N,) of each row of probabilities."""
    if head.kind == "binary":
        return (output_NU[:, 0] > 0.5).astype(np.int64)
    return np.asarray(np.argmax(output_NU, axis=1), np.int64)


def skill_over(primary: str, value: float, baseline: float) -> float:
    """Return the share of the baseline's error that is gone: 1 is perfect, 0 no better, below 0 worse.

    For shares of what is right (a - b) / (1 - b), for errors 1 - e / b; 0 where the baseline is already perfect.
    """
    if primary in SHARES:
        return (value - baseline) / (1 - baseline) if baseline < 1 else 0.0
    return 1 - value / baseline if baseline > 0 else 0.0
