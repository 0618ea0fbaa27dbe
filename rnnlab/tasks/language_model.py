"""`kind: language_model`: the next unit of a running text."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rnnlab.datasets.facts import TargetKind
from rnnlab.spec import PositiveInt, Spec, Tuple
from rnnlab.tasks.losses import AnyLoss, Loss, SparseCategoricalCrossentropy
from rnnlab.tasks.metrics import MetricName


class LanguageModel(Spec):
    """The next unit at every timestep of a running text, from those before it.

    Each split is one text, cut into windows. With `training: {stateful: true, reset: epoch, shuffle: false}` it is cut
    into `batch_size` streams first, and each window starts from the states that the one before it left.
    """

    target: ClassVar[TargetKind] = "continuation"
    default_metrics: ClassVar[tuple[MetricName, ...]] = ("accuracy",)
    baselines: ClassVar[tuple[str, ...]] = ("unigram", "ngram_3", "ngram_5")

    kind: Literal["language_model"] = "language_model"
    window: PositiveInt = 100
    """Timesteps of a sample: so many units are read and as many predicted. Gradients stay within a window."""
    loss: AnyLoss | None = None
    """A loss by name, or `{kind: name, …}` with its arguments; of every unit. `sparse_categorical_crossentropy` unless
    given."""
    metrics: Annotated[tuple[MetricName, ...], Tuple, Field(min_length=1)] | None = None
    """Metrics of every unit, by Keras's names; `[accuracy]` unless given. The test is scored by perplexity and bits per
    character beside them."""

    def default_loss(self, head: str) -> Loss:
        """Return the loss that fits the head."""
        return SparseCategoricalCrossentropy()
