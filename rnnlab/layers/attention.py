"""`layer: attention`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from rnnlab.cells import Contradiction, Weight
from rnnlab.initializers import Rate
from rnnlab.layers.attending import look_at_later, pairs, read_attended, same_features, total
from rnnlab.layers.layer import NOT_KERAS, LookAhead, Planned, Signal, WeightedLayer, times, volume


class Attention(WeightedLayer):
    """Dot-product attention (Luong et al. 2015): (Tq, F), (Tv, G) and (Tv, F) to (Tq, G)."""

    keras_class: ClassVar[str] = "Attention"
    reads_sequence: ClassVar[bool] = True
    layer: Literal["attention"] = "attention"
    use_scale: bool = False
    """Multiply the scores by a learned number."""
    score_mode: Literal["dot", "concat"] = "dot"
    """How a query meets a key: their product, or the tanh of their sum, with a learned factor."""
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
        names = [
            name
            for name, wanted in (("scale", self.use_scale), ("concat_score_weight", self.score_mode == "concat"))
            if wanted
        ]
        each = pairs(query, value)
        return Planned(
            output=Signal(shape, mask=query.mask),
            weights=tuple(Weight(name, ()) for name in names),
            formula=str(len(names)) if names else "",
            flops=times(each, 2 * (features + width)),
            activations=total(times(each, 2), volume(shape)),
            keras_arguments=self.model_dump(exclude=NOT_KERAS),
        )

    def look_ahead(self, signals: tuple[Signal, ...], output: Signal) -> Iterator[LookAhead]:
        """Yield what it sees ahead of: see `Layer.look_ahead`."""
        yield from look_at_later(signals, causal=self.use_causal_mask)

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        if not self.trainable and not self.use_scale and self.score_mode == "dot":
            yield Contradiction("trainable", "`trainable` has no weights to act on", "remove it")
