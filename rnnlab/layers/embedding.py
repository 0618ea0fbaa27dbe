"""`layer: embedding`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.cells import Weight
from rnnlab.initializers import Constraint, Initializer, Regularizer
from rnnlab.layers.layer import NOT_KERAS, LayerProblemError, Planned, Signal, WeightedLayer, times
from rnnlab.spec import PositiveInt


class Embedding(WeightedLayer):
    """A vector for each id: (T,) to (T, output_dim). The number of rows follows from the vocabulary."""

    keras_class: ClassVar[str] = "Embedding"
    layer: Literal["embedding"] = "embedding"
    output_dim: PositiveInt
    """Numbers in each vector."""
    embeddings_initializer: Initializer = "random_uniform"
    """First values of the vectors."""
    embeddings_regularizer: Regularizer | None = None
    """Penalty on the vectors."""
    embeddings_constraint: Constraint | None = None
    """Constraint on the vectors after each step."""

    weights_file: str | None = None
    """Pretrained vectors in GloVe's or word2vec's text format, relative to the experiment's file: a word and
    `output_dim` numbers a line. Words that it lacks keep the initializer's; `trainable: false` keeps all as they
    are."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        if signal.vocabulary is None:
            raise LayerProblemError(
                "RL212", "`embedding` looks ids up, but gets numbers", help="put it first, on an input of ids"
            )
        (timesteps,) = signal.shape
        return Planned(
            output=Signal((timesteps, self.output_dim), mask=signal.mask),
            weights=(Weight("embeddings", (signal.vocabulary, self.output_dim)),),
            formula=f"{signal.vocabulary}·{self.output_dim}",
            activations=times(timesteps, self.output_dim),
            keras_arguments={
                "input_dim": signal.vocabulary,
                "mask_zero": signal.mask is not None,
                **self.model_dump(exclude=NOT_KERAS | {"weights_file"}),
            },
        )
