"""`layer: layer_normalization`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from rnnlab.cells import Contradiction, Weight
from rnnlab.layers.layer import NOT_KERAS, LayerProblemError, Planned, Signal, WeightedLayer, volume
from rnnlab.spec import Positive


class LayerNormalization(WeightedLayer):
    """Mean 0 and variance 1 over the features of each timestep, then scale and shift (Ba et al. 2016)."""

    keras_class: ClassVar[str] = "LayerNormalization"
    layer: Literal["layer_normalization"] = "layer_normalization"
    epsilon: Positive = 1e-3
    """Added to the variance."""
    center: bool = True
    """Add a learned shift (beta)."""
    scale: bool = True
    """Multiply by a learned scale (gamma)."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        if signal.is_ids:
            raise LayerProblemError(
                "RL212", "`layer_normalization` would change ids", help="put it after the embedding"
            )
        features = signal.shape[-1]
        assert features is not None
        names = [name for name, wanted in (("gamma", self.scale), ("beta", self.center)) if wanted]
        return Planned(
            output=signal,
            weights=tuple(Weight(name, (features,)) for name in names),
            formula=f"{len(names)}·{features}" if names else "",
            activations=volume(signal.shape),
            keras_arguments=self.model_dump(exclude=NOT_KERAS),
        )

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        if not self.trainable and not self.center and not self.scale:
            yield Contradiction("trainable", "`trainable` has no weights to act on", "remove it")
