"""`layer: multi_head_attention`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from rnnlab.cells import Contradiction, Weight
from rnnlab.cells.cell import BiasInitializer
from rnnlab.initializers import Constraint, Rate, Regularizer
from rnnlab.layers.attending import look_at_later, pairs, read_attended, total
from rnnlab.layers.convolution import KernelInitializer, bias_contradictions
from rnnlab.layers.layer import NOT_KERAS, LookAhead, Planned, Signal, WeightedLayer, times, volume
from rnnlab.spec import PositiveInt


class MultiHeadAttention(WeightedLayer):
    """Scaled dot-product attention of several heads (Vaswani et al. 2017): (Tq, F) and (Tv, G) to (Tq, F).

    With one input, every timestep looks at all others of the same sequence.
    """

    keras_class: ClassVar[str] = "MultiHeadAttention"
    reads_sequence: ClassVar[bool] = True
    layer: Literal["multi_head_attention"] = "multi_head_attention"
    num_heads: PositiveInt
    """H: heads."""
    key_dim: PositiveInt
    """K: numbers of a query and a key in each head."""
    value_dim: PositiveInt | None = None
    """Numbers of a value in each head; `key_dim` unless given."""
    dropout: Rate = 0.0
    """Fraction of the scores dropped."""
    output_shape: PositiveInt | None = None
    """Numbers per timestep that come out; as many as the query has unless given."""
    use_causal_mask: bool = False
    """No timestep looks at later ones."""
    use_bias: bool = True
    """Add a bias to every projection."""
    kernel_initializer: KernelInitializer = "glorot_uniform"
    """First values of the kernels."""
    bias_initializer: BiasInitializer = "zeros"
    """First values of the bias."""
    kernel_regularizer: Regularizer | None = None
    """Penalty on the kernels: `{l1: …, l2: …}`."""
    bias_regularizer: Regularizer | None = None
    """Penalty on the bias."""
    kernel_constraint: Constraint | None = None
    """Constraint on the kernels after each step."""
    bias_constraint: Constraint | None = None
    """Constraint on the bias after each step."""

    def plan_all(self, signals: tuple[Signal, ...], *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan_all`."""
        query, value, key = read_attended(self.layer, signals, causal=self.use_causal_mask, alone=True)
        heads, wide = self.num_heads, self.value_dim or self.key_dim
        widths = query.shape[-1] or 0, key.shape[-1] or 0, value.shape[-1] or 0
        out = self.output_shape or widths[0]
        shape = (query.shape[0], out)
        each = pairs(query, value)
        sizes = (self.key_dim, self.key_dim, wide)
        projected = [
            times(signal.shape[0], 2 * width * heads * size)
            for signal, width, size in zip((query, key, value), widths, sizes, strict=True)
        ]
        return Planned(
            output=Signal(shape, mask=query.mask),
            weights=self._weights(*widths, wide, out),
            formula=self._formula(*widths, wide, out),
            flops=total(
                *projected, times(each, 2 * heads * (self.key_dim + wide)), times(shape[0], 2 * heads * wide * out)
            ),
            activations=total(times(each, 2 * heads), times(shape[0], heads * (self.key_dim + wide)), volume(shape)),
            keras_arguments=self.model_dump(exclude=NOT_KERAS),
        )

    def _weights(self, query: int, key: int, value: int, wide: int, out: int) -> tuple[Weight, ...]:
        """Return the weights in Keras's order, each kernel followed by its bias."""
        heads, size = self.num_heads, self.key_dim
        kernels = {
            "query": ((query, heads, size), (heads, size)),
            "key": ((key, heads, size), (heads, size)),
            "value": ((value, heads, wide), (heads, wide)),
            "attention_output": ((heads, wide, out), (out,)),
        }
        weights: list[Weight] = []
        for name, (kernel, bias) in kernels.items():
            weights.append(Weight(f"{name}/kernel", kernel))
            if self.use_bias:
                weights.append(Weight(f"{name}/bias", bias))
        return tuple(weights)

    def _formula(self, query: int, key: int, value: int, wide: int, out: int) -> str:
        one = " + 1" if self.use_bias else ""
        heads = self.num_heads
        sizes = ((query, self.key_dim), (key, self.key_dim), (value, wide))
        inner = [f"{heads}·{size}({width}{one})" for width, size in sizes]
        return " + ".join([*inner, f"{out}({heads}·{wide}{one})"])

    def look_ahead(self, signals: tuple[Signal, ...], output: Signal) -> Iterator[LookAhead]:
        """Yield what it sees ahead of: see `Layer.look_ahead`."""
        yield from look_at_later(signals, causal=self.use_causal_mask)

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        yield from super().contradictions()
        yield from bias_contradictions(self, use_bias=self.use_bias)
