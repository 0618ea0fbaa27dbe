"""`layer: additive_attention`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from rnnlab.cells import Contradiction, Weight
from rnnlab.initializers import Rate
from rnnlab.layers.attending import look_at_later, pairs, read_attended, same_features, total
from rnnlab.layers.layer import NOT_KERAS, LookAhead, Planned, Signal, WeightedLayer, times, volume


class AdditiveAttention(WeightedLayer):
    """Additive attention (Bahdanau et al. 2015): (Tq, F), (Tv, G) and (Tv, F) to (Tq, G)."""

    keras_class: ClassVar[str] = "AdditiveAttention"
    reads_sequence: ClassVar[bool] = True
    layer: Literal["additive_attention"] = "additive_attention"
    use_scale: bool = True
    """Weigh the features by learned numbers."""
    dropout: Rate = 0.0
    """Fraction of the scores dropped."""
    use_causal_mask: bool = False
    """No timestep looks at later ones."""

    def plan_all(self, signals: tuple[Signal, ...], *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan_all`."""
        query, value, key = read_attended(self.layer, signals, causal=self.use_causal_mask)
        features = same_features(self.layer, query, key)
        width = value.shape[-1]
        assert width is not None
        shape = (query.shape[0], width)
        each = pairs(query, value)
        return Planned(
            output=Signal(shape, mask=query.mask),
            weights=(Weight("scale", (features,)),) if self.use_scale else (),
            formula=str(features) if self.use_scale else "",
            flops=times(each, 2 * (features + width)),
            activations=total(times(each, features + 2), volume(shape)),
            keras_arguments=self.model_dump(exclude=NOT_KERAS),
        )

    def look_ahead(self, signals: tuple[Signal, ...], output: Signal) -> Iterator[LookAhead]:
        """Yield what it sees ahead of: see `Layer.look_ahead`."""
        yield from look_at_later(signals, causal=self.use_causal_mask)

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        if not self.trainable and not self.use_scale:
            yield Contradiction("trainable", "`trainable` has no weights to act on", "remove it")
