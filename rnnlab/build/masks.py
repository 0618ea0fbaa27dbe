"""Layers called with the masks of the plan, so that padding changes nothing that they give.

Keras hands masks on by itself, but drops them at convolutions, pooling, reshaping and wherever a masked and an unmasked
tensor meet, and attention lays them aside. Here every layer that takes a mask is given it, and the others read
padding as what lies beyond the edge of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras

from rnnlab.dtypes import compute_dtype
from rnnlab.layers import CALL_ARGUMENTS, Mask
from rnnlab.plan import LayerPlan

LOWEST = -3.0e38  # below every number that a network gives, and finite, so that 0 times it is 0
LOWEST_FLOAT16 = -65504.0
ZERO = 0.0


class Masks:
    """The mask tensors of a model, (B, T) and true where there are data, made when they are first asked for."""

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        self._inputs = inputs
        self._tensors: dict[Mask, Any] = {}

    def tensor(self, mask: Mask) -> Any:
        """Return the tensor of a mask."""
        if mask not in self._tensors:
            assert mask.input is not None
            read = self._inputs[mask.input]
            observed = read if len(read.shape) == 2 else keras.ops.take(read, -1, axis=-1)
            self._tensors[mask] = keras.ops.not_equal(observed, 0)
        return self._tensors[mask]

    def find(self, mask: Mask, read: Any, mask_value: float) -> None:
        """Keep the mask that a masking layer finds in what it reads (B, T, F)."""
        self._tensors[mask] = keras.ops.any(keras.ops.not_equal(read, mask_value), axis=-1)

    def fill(self, mask: Mask | None, read: Any, value: float) -> Any:
        """Return a tensor with a number in place of everything masked."""
        if mask is None:
            return read
        keep = self.tensor(mask)
        for _ in range(len(read.shape) - 2):
            keep = keras.ops.expand_dims(keep, -1)
        return keras.ops.where(keep, read, value)


def lowest(plan: LayerPlan) -> float:
    """Return a number below all data that a layer computes with."""
    return LOWEST_FLOAT16 if "float16" in (plan.input.dtype, compute_dtype(plan.dtype)) else LOWEST


Call = Callable[[keras.layers.Layer, LayerPlan, list[Any], Masks], Any]


def call_layer(layer: keras.layers.Layer, plan: LayerPlan, read: list[Any], masks: Masks, **arguments: Any) -> Any:
    """Return what the layer makes of its inputs.

    Args:
        layer: the built one.
        plan: of the layer.
        read: its inputs.
        masks: of the model; a masking layer adds its own.
        arguments: of the call.
    """
    if plan.layer == "masking":
        assert plan.output.mask is not None
        masks.find(plan.output.mask, read[0], plan.keras_arguments["mask_value"])
    if plan.layer in CALLS:
        return CALLS[plan.layer](layer, plan, read, masks)
    if plan.input.mask and (plan.kernel is not None or plan.takes_mask or plan.layer in TAKE_A_MASK):
        arguments["mask"] = masks.tensor(plan.input.mask)
    return layer(read[0] if len(read) == 1 else read, **arguments)


TAKE_A_MASK = {"global_average_pooling1d", "batch_normalization", "conv_lstm1d", "conv_lstm2d"}


def _zeros(layer: keras.layers.Layer, plan: LayerPlan, read: list[Any], masks: Masks) -> Any:
    """Padding is zeros, as beyond the edge."""
    return layer(masks.fill(plan.input.mask, read[0], ZERO))


def _global_maximum(layer: keras.layers.Layer, plan: LayerPlan, read: list[Any], masks: Masks) -> Any:
    """Padding never wins, even where all data are negative."""
    return layer(masks.fill(plan.input.mask, read[0], lowest(plan)))


def _maximum(layer: keras.layers.Layer, plan: LayerPlan, read: list[Any], masks: Masks) -> Any:
    """Padding never wins; windows of nothing else give 0, which keeps gradients finite."""
    return masks.fill(plan.output.mask, layer(masks.fill(plan.input.mask, read[0], lowest(plan))), ZERO)


def _average(layer: keras.layers.Layer, plan: LayerPlan, read: list[Any], masks: Masks) -> Any:
    """The sum over the data of a window by their number: both as averages over the window."""
    if plan.input.mask is None:
        return layer(read[0])
    data = keras.ops.cast(masks.tensor(plan.input.mask), plan.input.dtype)
    share = keras.ops.maximum(layer(keras.ops.expand_dims(data, -1)), 1.0 / plan.keras_arguments["pool_size"])
    return layer(masks.fill(plan.input.mask, read[0], ZERO)) / share


def _attention(layer: keras.layers.Layer, plan: LayerPlan, read: list[Any], masks: Masks) -> Any:
    query, value = (masks.tensor(signal.mask) if signal.mask else None for signal in plan.inputs[:2])
    given = {"mask": [query, value]} if query is not None or value is not None else {}
    return layer(read, **given, **_call_arguments(plan))


def _heads(layer: keras.layers.Layer, plan: LayerPlan, read: list[Any], masks: Masks) -> Any:
    """Query, value and key without Keras's masks, which the layer would take off its inputs."""
    signals = plan.inputs if len(read) > 1 else plan.inputs * 2
    tensors = read if len(read) > 1 else read * 2
    bare = [masks.fill(signal.mask, tensor, ZERO) for signal, tensor in zip(signals, tensors, strict=True)]
    mask = signals[1].mask
    given = {"attention_mask": keras.ops.expand_dims(masks.tensor(mask), 1)} if mask else {}
    return layer(*bare, **given, **_call_arguments(plan))


def _call_arguments(plan: LayerPlan) -> dict[str, Any]:
    return {key: value for key, value in plan.keras_arguments.items() if key in CALL_ARGUMENTS}


CALLS: dict[str, Call] = {
    "conv1d": _zeros,
    "time_distributed": _zeros,
    "global_max_pooling1d": _global_maximum,
    "max_pooling1d": _maximum,
    "average_pooling1d": _average,
    "attention": _attention,
    "additive_attention": _attention,
    "multi_head_attention": _heads,
}
