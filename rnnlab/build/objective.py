"""Loss and metrics of the head, as functions of what the model gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from rnnlab.data.series_encoder import CENTRE, SCALE, SCALED
from rnnlab.plan import HeadPlan
from rnnlab.tasks import METRICS, Pinball


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
        """Return the loss of each row (R,), never computed in half precision.

        A row is a sample, a timestep of one, or a number of a forecast.

        Args:
            target: (B,), (B, K), (B, T) or (B, T, K); of forecasts (B, H, K, 3).
            output: (B, U) or (B, T, U).
        """
        wanted, found = self._rows(target, tf.cast(output, self.head.dtype))
        if self.head.forecast and self.head.forecast.quantiles:
            return pinball(tf.cast(wanted, found.dtype), found, self.head.forecast.quantiles)
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
        if self.head.forecast:
            wanted, found = self._real(target, wanted, found)
        if self.head.kind != "classes":
            wanted = tf.cast(wanted, found.dtype)
        counted = tf.cast(tf.reshape(weight, (-1,)) != 0, found.dtype)
        for _, metric in self.metrics:
            metric.update_state(wanted, found, sample_weight=counted)

    def _rows(self, target: Any, output: Any) -> tuple[Any, Any]:
        """Return class indices (R,) or numbers (R, K), and outputs (R, U): a row for each sample or timestep."""
        if self.head.forecast:
            return tf.reshape(target[..., SCALED], (-1, 1)), tf.reshape(output, (-1, self.head.forecast.answers))
        found = output if self.head.per == "sample" else tf.reshape(output, (-1, output.shape[-1]))
        rows = (-1,) if self.head.kind == "classes" else (-1, self.head.numbers)
        return tf.reshape(target, rows), found

    def _real(self, target: Any, wanted: Any, found: Any) -> tuple[Any, Any]:
        """Return the true numbers and their forecasts in real units, both (R, 1)."""
        assert self.head.forecast is not None
        scale, centre = (tf.cast(tf.reshape(target[..., index], (-1, 1)), found.dtype) for index in (SCALE, CENTRE))
        middle = self.head.forecast.middle
        return tf.cast(wanted, found.dtype) * scale + centre, found[:, middle : middle + 1] * scale + centre

    @property
    def target_spec(self) -> Any:
        """Return type and shape of a batch of targets."""
        if self.head.forecast:
            return tf.TensorSpec((None, self.head.forecast.steps, self.head.forecast.targets, 3), tf.float32)
        rows = (None,) if self.head.per == "sample" else (None, None)
        if self.head.kind == "number":
            return tf.TensorSpec((*rows, self.head.numbers) if self.head.numbers > 1 else rows, tf.float32)
        return tf.TensorSpec(rows, tf.int64)

    @property
    def weight_spec(self) -> Any:
        """Return type and shape of a batch of weights: one for each sample, timestep, or number of a forecast."""
        if self.head.forecast:
            return tf.TensorSpec((None, self.head.forecast.steps, self.head.forecast.targets), tf.float32)
        return tf.TensorSpec((None,) if self.head.per == "sample" else (None, None), tf.float32)

    def result(self) -> dict[str, float]:
        """Return the value of every metric."""
        return {name: float(metric.result()) for name, metric in self.metrics}

    def reset(self) -> None:
        """Forget all batches."""
        for _, metric in self.metrics:
            metric.reset_state()


def pinball(wanted: Any, found: Any, quantiles: Sequence[float]) -> Any:
    """Return the pinball loss (R,) of quantiles (R, Q) of numbers (R, 1): its mean over the quantiles.

    Source: Koenker & Bassett 1978.
    """
    levels = tf.constant(quantiles, found.dtype)
    above = wanted - found
    return tf.reduce_mean(tf.maximum(levels * above, (levels - 1.0) * above), axis=-1)


def build_objective(head: HeadPlan) -> Objective:
    """Return the objective of a planned head."""
    arguments = {} if isinstance(head.loss, Pinball) else head.loss.keras_arguments()
    loss = getattr(keras.losses, head.loss.keras_class)(reduction="none", dtype=head.dtype, **arguments)
    metrics = tuple(
        (name, getattr(keras.metrics, METRICS[name].keras_class[head.kind])(name=name, dtype=head.dtype))
        for name in head.metrics
    )
    return Objective(head, loss, metrics)
