"""Loss and metrics of the head, as functions of what the model gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from rnnlab.plan import HeadPlan
from rnnlab.tasks import METRICS


@dataclass(frozen=True)
class Objective:
    """How outputs are scored.

    Attributes:
        head: what the plan says.
        loss: a Keras loss without reduction: one number per sample.
        metrics: names and Keras metrics; their state is theirs.
    """

    head: HeadPlan
    loss: Any
    metrics: tuple[tuple[str, Any], ...]

    def losses(self, target_B: Any, output_BU: Any) -> Any:
        """Return the loss of each sample (B,), never computed in half precision."""
        output_BU = tf.cast(output_BU, self.head.dtype)
        if self.head.kind == "binary" or self.head.kind == "number":
            target = tf.cast(tf.reshape(target_B, (-1, 1)), output_BU.dtype)
        elif self.head.loss.one_hot:
            target = tf.one_hot(target_B, output_BU.shape[-1], dtype=output_BU.dtype)
        else:
            target = target_B
        return self.loss(target, output_BU)

    def probabilities(self, output_BU: Any) -> Any:
        """Return probabilities of logits; other outputs as they are; never in half precision."""
        output_BU = tf.cast(output_BU, self.head.dtype)
        if not self.head.from_logits:
            return output_BU
        return tf.sigmoid(output_BU) if self.head.kind == "binary" else tf.nn.softmax(output_BU)

    def update(self, target_B: Any, output_BU: Any) -> None:
        """Add a batch to every metric."""
        scores = self.probabilities(output_BU)
        target = target_B if self.head.kind == "classes" else tf.reshape(tf.cast(target_B, scores.dtype), (-1, 1))
        for _, metric in self.metrics:
            metric.update_state(target, scores)

    def result(self) -> dict[str, float]:
        """Return the value of every metric."""
        return {name: float(metric.result()) for name, metric in self.metrics}

    def reset(self) -> None:
        """Forget all batches."""
        for _, metric in self.metrics:
            metric.reset_state()


def build_objective(head: HeadPlan) -> Objective:
    """Return the objective of a planned head."""
    loss = getattr(keras.losses, head.loss.keras_class)(
        reduction="none", dtype=head.dtype, **head.loss.keras_arguments()
    )
    metrics = tuple(
        (name, getattr(keras.metrics, METRICS[name].keras_class[head.kind])(name=name, dtype=head.dtype))
        for name in head.metrics
    )
    return Objective(head, loss, metrics)
