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
        loss: a Keras loss without reduction: one number per row.
        metrics: names and Keras metrics; their state is theirs.
    """

    head: HeadPlan
    loss: Any
    metrics: tuple[tuple[str, Any], ...]

    def losses(self, target: Any, output: Any) -> Any:
        """Return the loss of each row (R,), of a sample or of a timestep of one, never computed in half precision.

        Args:
            target: (B,), (B, K), (B, T) or (B, T, K).
            output: (B, U) or (B, T, U).
        """
        wanted, found = self._rows(target, tf.cast(output, self.head.dtype))
        if self.head.kind == "binary" or self.head.kind == "number":
            wanted = tf.cast(wanted, found.dtype)
        elif self.head.loss.one_hot:
            wanted = tf.one_hot(wanted, found.shape[-1], dtype=found.dtype)
        return self.loss(wanted, found)

    def probabilities(self, output: Any) -> Any:
        """Return probabilities of logits; other outputs as they are; never in half precision."""
        output = tf.cast(output, self.head.dtype)
        if not self.head.from_logits:
            return output
        return tf.sigmoid(output) if self.head.kind == "binary" else tf.nn.softmax(output)

    def update(self, target: Any, output: Any, weight: Any) -> None:
        """Add a batch to every metric; rows of weight 0 do not count, all others count the same."""
        wanted, found = self._rows(target, self.probabilities(output))
        if self.head.kind != "classes":
            wanted = tf.cast(wanted, found.dtype)
        counted = tf.cast(tf.reshape(weight, (-1,)) != 0, found.dtype)
        for _, metric in self.metrics:
            metric.update_state(wanted, found, sample_weight=counted)

    def _rows(self, target: Any, output: Any) -> tuple[Any, Any]:
        """Return class indices (R,) or numbers (R, K), and outputs (R, U): a row for each sample or timestep."""
        found = output if self.head.per == "sample" else tf.reshape(output, (-1, output.shape[-1]))
        rows = (-1,) if self.head.kind == "classes" else (-1, self.head.numbers)
        return tf.reshape(target, rows), found

    @property
    def target_spec(self) -> Any:
        """Return type and shape of a batch of targets."""
        rows = (None,) if self.head.per == "sample" else (None, None)
        if self.head.kind == "number":
            return tf.TensorSpec((*rows, self.head.numbers) if self.head.numbers > 1 else rows, tf.float32)
        return tf.TensorSpec(rows, tf.int64)

    @property
    def weight_spec(self) -> Any:
        """Return type and shape of a batch of weights: one for each sample, or for each timestep."""
        return tf.TensorSpec((None,) if self.head.per == "sample" else (None, None), tf.float32)

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
