"""How a layer is called so that padding changes nothing: what `rnnlab.build.masks` does, as Python to read.

Keras hands a mask on by itself from an embedding or masking layer through layers that keep it; there the script says
nothing. Where Keras drops masks, or a layer has none, the script says what is done instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rnnlab.dtypes import compute_dtype
from rnnlab.export.python import Call, Variable
from rnnlab.layers import CALL_ARGUMENTS, Mask, Signal
from rnnlab.plan import LayerPlan

LOWEST, LOWEST_FLOAT16 = -3.0e38, -65504.0  # as in rnnlab.build.masks
ZERO = 0.0
KEEP_MASKS = {
    "dropout", "spatial_dropout1d", "gaussian_noise", "dense", "activation", "layer_normalization",
    "batch_normalization", "simple_rnn", "lstm", "gru", "rnn",
}  # fmt: skip
"""Layers whose output has the mask of their input in Keras."""
TAKE_A_MASK = {"global_average_pooling1d", "batch_normalization", "conv_lstm1d", "conv_lstm2d"}
ATTENDING = {"attention", "additive_attention", "multi_head_attention"}
FILLED = {
    "conv1d": (ZERO, "a convolution ignores masks: padding is zeros, as beyond the edge"),
    "time_distributed": (ZERO, "time_distributed ignores masks: padding is zeros"),
    "global_max_pooling1d": (LOWEST, "pooling ignores masks: padding is put below all data, so that it never wins"),
    "max_pooling1d": (LOWEST, "pooling ignores masks: padding is put below all data, so that it never wins"),
    "average_pooling1d": (ZERO, "pooling ignores masks: the sum over the data of a window by their number"),
}
"""What stands in place of padding, and why."""


@dataclass(frozen=True)
class Applied:
    """A layer's call.

    Attributes:
        value: the call, and what is done with what it gives.
        before: (variable, value) of the lines above.
        remark: why.
    """

    value: Call
    before: tuple[tuple[Variable, Any], ...] = ()
    remark: str = ""


@dataclass
class Masks:
    """The masks of a script: which Keras hands on, and variables for the others.

    Attributes:
        choose: gives the variable of a meaning, as near as possible to the one wanted.
        carried: what Keras hands on beside each tensor.
        sources: of a masking layer: what it reads and the value that it masks.
        made: variables that stand in the script already.
        flagged: inputs of numbers, whose last feature tells data from padding.
    """

    choose: Callable[[str, str], str]
    carried: dict[str, Mask] = field(default_factory=dict)
    sources: dict[str, tuple[Variable, float]] = field(default_factory=dict)
    made: set[Mask] = field(default_factory=set)
    flagged: frozenset[str] = frozenset()

    def variable(self, mask: Mask) -> Variable:
        """Return the variable of a mask."""
        return self.helper(str(mask.input), "mask")

    def helper(self, name: str, part: str) -> Variable:
        """Return a variable for something that belongs to a layer or input."""
        return Variable(self.choose(f"{name} {part}", f"{name}_{part}"))

    def note(self, layer: LayerPlan, read: Variable) -> None:
        """Keep which mask Keras hands on beside the output of a layer."""
        if layer.layer == "masking":
            self.sources[layer.name] = (read, layer.keras_arguments["mask_value"])
        starts = layer.layer == "masking" or layer.keras_arguments.get("mask_zero")
        mask = layer.output.mask
        keeps = layer.layer in KEEP_MASKS and self.carried.get(layer.sources[0]) == mask
        if mask is not None and (starts or keeps) and layer.name in layer.tensors:
            self.carried[layer.name] = mask

    def needs(self, layer: LayerPlan) -> list[Mask]:
        """Return the masks that the call of a layer has to name, those made before left out."""
        return [mask for mask in dict.fromkeys(self._named(layer)) if mask not in self.made]

    def _named(self, layer: LayerPlan) -> list[Mask]:
        signals = layer.inputs[:2] if layer.layer in ATTENDING else layer.inputs[:1]
        masks = [signal.mask for signal in signals if signal.mask]
        if layer.layer in ATTENDING or layer.layer in FILLED:
            return masks
        return masks if masks and takes_mask(layer) and not self.hands_on(layer) else []

    def hands_on(self, layer: LayerPlan) -> bool:
        """Return whether Keras itself gives the layer the mask that is planned."""
        return self.carried.get(layer.sources[0]) == layer.input.mask

    def value(self, mask: Mask, names: Mapping[str, Variable]) -> Call:
        """Return what makes the mask: (B, T), true where there are data.

        Args:
            mask: to make.
            names: the variables of the inputs.
        """
        self.made.add(mask)
        if mask.input in self.sources:
            read, value = self.sources[mask.input]
            return Call("keras.ops.any", (Call("keras.ops.not_equal", (read, value)),), (("axis", -1),))
        observed: Any = names[str(mask.input)]
        if mask.input in self.flagged:
            observed = Call("keras.ops.take", (observed, -1), (("axis", -1),))
        return Call("keras.ops.not_equal", (observed, 0))


def takes_mask(layer: LayerPlan) -> bool:
    """Return whether the layer's call has a mask."""
    return layer.kernel is not None or layer.layer in TAKE_A_MASK


def apply_layer(maker: str | Call, layer: LayerPlan, read: list[Variable], masks: Masks) -> Applied:
    """Return the call of a layer.

    Args:
        maker: the layer, or the call that makes it.
        layer: its plan.
        read: what it reads.
        masks: of the script.
    """
    if layer.layer == "multi_head_attention":
        return _heads(maker, layer, read, masks)
    if layer.layer in ATTENDING:
        given = [masks.variable(signal.mask) if signal.mask else None for signal in layer.inputs[:2]]
        both = (("mask", given),) if any(given) else ()
        return Applied(Call(maker, (read,), (*both, *_call_arguments(layer))))
    if layer.layer in FILLED and layer.input.mask:
        return _filled(maker, layer, read[0], masks)
    explicit = layer.input.mask and takes_mask(layer) and not masks.hands_on(layer)
    keywords = (("mask", masks.variable(layer.input.mask)),) if explicit and layer.input.mask else ()
    return Applied(Call(maker, (read[0] if len(read) == 1 else read,), keywords))


def _filled(maker: str | Call, layer: LayerPlan, read: Variable, masks: Masks) -> Applied:
    assert layer.input.mask is not None
    mask = masks.variable(layer.input.mask)
    value, remark = FILLED[layer.layer]
    if value == LOWEST and "float16" in (layer.input.dtype, compute_dtype(layer.dtype)):
        value = LOWEST_FLOAT16
    data = masks.helper(layer.name, "input")
    before = ((data, _fill(mask, layer.input, read, value)),)
    given = Call(maker, (data,))
    if layer.layer == "max_pooling1d":
        return Applied(_fill(mask, layer.output, given, ZERO), before, remark)
    if layer.layer != "average_pooling1d":
        return Applied(given, before, remark)
    share = masks.helper(layer.name, "share")
    ones = Call("keras.ops.expand_dims", (Call("keras.ops.cast", (mask, layer.input.dtype)), -1))
    least = 1.0 / layer.keras_arguments["pool_size"]
    counted = (share, Call("keras.ops.maximum", (Call(maker, (ones,)), least)))
    return Applied(Call("keras.ops.divide", (given, share)), (*before, counted), remark)


def _heads(maker: str | Call, layer: LayerPlan, read: list[Variable], masks: Masks) -> Applied:
    signals = layer.inputs if len(read) > 1 else layer.inputs * 2
    tensors = read if len(read) > 1 else read * 2
    bare = tuple(
        _fill(masks.variable(signal.mask), signal, tensor, ZERO) if signal.mask else tensor
        for signal, tensor in zip(signals, tensors, strict=True)
    )
    mask = signals[1].mask
    keywords = (("attention_mask", Call("keras.ops.expand_dims", (masks.variable(mask), 1))),) if mask else ()
    remark = "padding is zeros, and nothing attends to it" if any(signal.mask for signal in signals) else ""
    return Applied(Call(maker, bare, (*keywords, *_call_arguments(layer))), (), remark)


def _fill(mask: Variable, signal: Signal, read: Any, value: float) -> Call:
    """Return a tensor with a number in place of everything masked."""
    keep: Any = mask
    for _ in range(len(signal.shape) - 1):
        keep = Call("keras.ops.expand_dims", (keep, -1))
    return Call("keras.ops.where", (keep, read, value))


def _call_arguments(layer: LayerPlan) -> tuple[tuple[str, Any], ...]:
    return tuple((key, value) for key, value in layer.keras_arguments.items() if key in CALL_ARGUMENTS and value)
