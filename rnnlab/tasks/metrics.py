"""The metrics, by Keras's names: which heads each fits and which direction is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnlab.tasks.losses import HeadKind

Direction = Literal["maximize", "minimize"]


@dataclass(frozen=True)
class Metric:
    """A metric of keras.metrics.

    Attributes:
        keras_class: by kind of head; a head that is missing does not fit.
        direction: which way is better.
        probabilities: it needs probabilities, so logits are turned into them first.
    """

    keras_class: dict[HeadKind, str]
    direction: Direction


METRICS: dict[str, Metric] = {
    "accuracy": Metric({"binary": "BinaryAccuracy", "classes": "SparseCategoricalAccuracy"}, "maximize"),
    "top_5_accuracy": Metric({"classes": "SparseTopKCategoricalAccuracy"}, "maximize"),
    "auc": Metric({"binary": "AUC"}, "maximize"),
    "precision": Metric({"binary": "Precision"}, "maximize"),
    "recall": Metric({"binary": "Recall"}, "maximize"),
    "mean_absolute_error": Metric({"number": "MeanAbsoluteError"}, "minimize"),
    "mean_squared_error": Metric({"number": "MeanSquaredError"}, "minimize"),
    "root_mean_squared_error": Metric({"number": "RootMeanSquaredError"}, "minimize"),
    "r2_score": Metric({"number": "R2Score"}, "maximize"),
}

MetricName = Literal[
    "accuracy",
    "top_5_accuracy",
    "auc",
    "precision",
    "recall",
    "mean_absolute_error",
    "mean_squared_error",
    "root_mean_squared_error",
    "r2_score",
]


def direction_of(quantity: str) -> Direction:
    """Return which way a recorded quantity is better; `val_` and `test_` do not matter, losses are minimized."""
    name = quantity.removeprefix("val_").removeprefix("test_")
    return METRICS[name].direction if name in METRICS else "minimize"
