"""`layer: batch_normalization`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from rnnlab.cells import Contradiction, Weight
from rnnlab.cells.cell import BiasInitializer
from rnnlab.initializers import Constraint, Regularizer
from rnnlab.layers.layer import NOT_KERAS, Planned, Signal, WeightedLayer, volume
from rnnlab.layers.sequence import leaks, read_numbers
from rnnlab.spec import Fraction, Positive


class BatchNormalization(WeightedLayer):
    """Mean 0 and variance 1 of each feature over the batch and its timesteps (Ioffe & Szegedy 2015).

    Padded timesteps count neither for the mean nor for the variance. Prediction uses moving averages.
    """

    keras_class: ClassVar[str] = "BatchNormalization"
    layer: Literal["batch_normalization"] = "batch_normalization"
    momentum: Fraction = 0.99
    """Share that the moving averages keep at each step."""
    epsilon: Positive = 1e-3
    """Added to the variance."""
    center: bool = True
    """Add a learned shift (beta)."""
    scale: bool = True
    """Multiply by a learned scale (gamma)."""
    beta_initializer: BiasInitializer = "zeros"
    """First values of the shift."""
    gamma_initializer: BiasInitializer = "ones"
    """First values of the scale."""
    moving_mean_initializer: BiasInitializer = "zeros"
    """First values of the moving mean."""
    moving_variance_initializer: Literal["zeros", "ones"] = "ones"
    """First values of the moving variance."""
    beta_regularizer: Regularizer | None = None
    """Penalty on the shift: `{l1: …, l2: …}`."""
    gamma_regularizer: Regularizer | None = None
    """Penalty on the scale."""
    beta_constraint: Constraint | None = None
    """Constraint on the shift after each step."""
    gamma_constraint: Constraint | None = None
    """Constraint on the scale after each step."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        features = read_numbers(self.layer, signal)
        if signal.mask and len(signal.shape) != 2:
            instead = "put it above the layer that adds dimensions"
            raise leaks(self.layer, signal.mask, "follows a mask over (timesteps, features) only", instead)
        names = [name for name, wanted in (("gamma", self.scale), ("beta", self.center)) if wanted]
        moving = tuple(Weight(name, (features,), trainable=False) for name in ("moving_mean", "moving_variance"))
        return Planned(
            output=signal,
            weights=(*(Weight(name, (features,)) for name in names), *moving),
            formula=f"{len(names) + 2}·{features}",
            activations=volume(signal.shape),
            keras_arguments=self.model_dump(exclude=NOT_KERAS),
        )

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        yield from super().contradictions()
        for weight, wanted, switch in (("beta", self.center, "center"), ("gamma", self.scale, "scale")):
            for key in (f"{weight}_initializer", f"{weight}_regularizer", f"{weight}_constraint"):
                if self.departs(key) and not wanted:
                    message = f"`{key}` has nothing to act on: `{switch}` is false"
                    yield Contradiction(key, message, f"remove `{key}`, or `{switch}: false`")
        if self.departs("momentum") and not self.trainable:
            message = "`momentum` moves nothing: a frozen layer keeps its moving averages"
            yield Contradiction("momentum", message, "remove `momentum`, or `trainable: false`")
