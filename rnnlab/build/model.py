"""From the plan to a functional Keras model, audited before it is given away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from rnnlab.build.audit import audit
from rnnlab.build.masks import Masks, call_layer
from rnnlab.build.plugins import keras_class
from rnnlab.build.rates import use_values
from rnnlab.errors import CallError
from rnnlab.kernels import load_kernels
from rnnlab.layers import CALL_ARGUMENTS, Signal
from rnnlab.plan import LayerPlan, Plan
from rnnlab.plan.kernels import gives_way, may_use_cudnn
from rnnlab.plugging import blame, plugin_named

TRIED_TIMESTEPS = 64  # where any number will do; no window of a convolution is longer


def build_model(plan: Plan) -> keras.Model:
    """Return the functional Keras model of a plan, made of stock Keras layers only.

    Initial weights follow from Keras's global seed: call `keras.utils.set_random_seed` before.

    Raises:
        PlanMismatchError: a weight's path, shape or count differs from the plan (RL501).
        PluginError: RL511, the Keras file of a plugin is the cause of that, or raises something.
    """
    inputs = {
        name: keras.Input(batch_shape=(plan.stateful_batch, *signal.shape), dtype=signal.dtype, name=name)
        for name, signal in plan.inputs.items()
    }
    tensors: dict[str, Any] = dict(inputs)
    masks = Masks(inputs)
    layers: dict[str, keras.layers.Layer] = {}
    for layer_plan in plan.layers:
        with _blamed(layer_plan):
            layer = layers[layer_plan.shared_with] if layer_plan.shared_with else build_layer(layer_plan)
            layers[layer_plan.name] = layer
            tensors |= _apply(layer, layer_plan, tensors, masks)
        if layer_plan.keras_arguments.get("trainable") is False:
            _freeze(layer)
    use_values(plan, layers)
    _use_kernels(plan, layers)
    outputs = [tensors[name] for name in plan.outputs]
    model = keras.Model(inputs, outputs[0] if len(outputs) == 1 else outputs, name=_model_name(plan.name))
    audit(model, plan)
    if plan.plugins and plan.stateful_batch is None:  # a stateful model has a twin that was tried
        with blame("RL511", f"plugin {_quoted(plan.plugins)} computes", *_keras_files(plan.plugins)):
            model({name: _zeros(signal) for name, signal in plan.inputs.items()}, training=False)
    return model


def _use_kernels(plan: Plan, layers: Mapping[str, keras.layers.Layer]) -> None:
    """Let the layers that the plan gives to rnnlab's kernels, and the embeddings before them, know each other."""
    fast = {name for name, kernel in kernels_used(plan).items() if kernel == "numba"}
    if not fast:
        return
    try:
        load_kernels()
    except OSError as error:
        advice = "set RNNLAB_CACHE to a folder that can be written, or `runtime.kernel` to keras"
        raise CallError(f"the compiled kernels cannot be kept: {error}; {advice}") from error
    from rnnlab.build.kernels import use_kernels  # takes a second

    for layer in plan.layers:
        told = layer.layer == "embedding" and layer.dtype == "float32"
        if (layer.name in fast or told) and not layer.shared_with:
            use_kernels(layers[layer.name])


def kernels_used(plan: Plan) -> dict[str, str]:
    """Return the kernel of each recurrent layer on this machine: with a GPU, numba gives way as the plan says."""
    gpu = bool(tf.config.get_visible_devices("GPU"))
    return {layer.name: _kernel_used(layer, gpu=gpu) for layer in plan.layers if layer.kernel}


def _kernel_used(layer: LayerPlan, *, gpu: bool) -> str:
    assert layer.kernel is not None
    if not gpu or layer.kernel not in ("numba", "keras"):
        return layer.kernel
    if may_use_cudnn(layer.kernel_reason):
        return "cudnn"
    return "keras" if gives_way(layer.kernel_reason) else layer.kernel


def _blamed(plan: LayerPlan) -> AbstractContextManager[None]:
    """Return a block in which what is raised is told as an error of the layer's plugins, where it has any."""
    if not plan.plugins:
        return nullcontext()
    return blame("RL511", f"plugin {_quoted(plan.plugins)} builds `{plan.name}`", *_keras_files(plan.plugins))


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _keras_files(plugins: Sequence[str]) -> list[Path]:
    return [plugin.keras_file.path for plugin in map(plugin_named, plugins) if plugin]


def _zeros(signal: Signal) -> Any:
    """Return one sample of nothing: Keras builds a recurrent layer without ever asking its cell for a number."""
    return keras.ops.zeros(
        (1, *(size or TRIED_TIMESTEPS for size in signal.shape)), "int32" if signal.is_ids else "float32"
    )


def _apply(layer: keras.layers.Layer, plan: LayerPlan, tensors: Mapping[str, Any], masks: Masks) -> dict[str, Any]:
    """Return everything the layer gives, by reference."""
    read = [tensors[source] for source in plan.sources]
    starts = {}
    if plan.initial_state:
        starts["initial_state"] = _nested(layer, [tensors[state] for state in plan.initial_state])
    given = call_layer(layer, plan, read, masks, **starts)
    return dict(zip(plan.tensors, keras.tree.flatten(given), strict=True))


def _freeze(layer: keras.layers.Layer) -> None:
    """Freeze what a layer made for itself when it was first called: `trainable=False` does not reach it."""
    layer.trainable = False
    for weight in layer.weights:
        weight.trainable = False


def _nested(layer: keras.layers.Layer, states: list[Any]) -> Any:
    """Return the states in the structure that the layer wants: nested where cells are stacked, or have such states."""
    cell = getattr(getattr(layer, "forward_layer", layer), "cell", None)
    if not isinstance(cell, keras.layers.Layer) or not keras.tree.is_nested(cell.state_size):
        return states
    directions = 2 if hasattr(layer, "forward_layer") else 1
    return keras.tree.pack_sequence_as(list(cell.state_size) * directions, states)


def build_layer(plan: LayerPlan) -> keras.layers.Layer:
    """Return the Keras layer of a planned one."""
    arguments = _arguments(plan.keras_arguments)
    if plan.layer == "time_distributed":
        inner = _build_inner(**arguments, dtype=plan.dtype)
        return keras.layers.TimeDistributed(inner, name=plan.name, dtype=plan.dtype)
    if plan.kernel is not None:
        arguments["return_state"] = any(name not in ("forward", "backward") for name in plan.states)
    if plan.layer in ("lstm", "gru"):
        arguments["use_cudnn"] = {"cudnn": True, "xla": False}.get(plan.kernel or "", _auto_cudnn(plan))
    if plan.layer == "rnn":
        arguments["cell"] = _build_cells(arguments.pop("cells"), plan.dtype)
    layer = keras_class(plan.keras_class)(name=plan.name, dtype=plan.dtype, **arguments)
    if not plan.autocast:
        _leave_uncast(layer)
    if not plan.bidirectional:
        return layer
    return keras.layers.Bidirectional(layer, merge_mode=plan.merge_mode, name=plan.name, dtype=plan.dtype)


def _leave_uncast(layer: keras.layers.Layer) -> None:
    """Switch autocast off, and say so in what is saved: Keras reads `autocast` from a file, but does not write it."""
    config = layer.get_config
    layer.autocast = False
    layer.get_config = lambda: config() | {"autocast": False}


def _auto_cudnn(plan: LayerPlan) -> bool | str:
    return "auto" if may_use_cudnn(plan.kernel_reason) else False


def _build_cells(cells: Sequence[tuple[str, Mapping[str, Any]]], dtype: str) -> Any:
    built = [keras_class(name)(dtype=dtype, **_arguments(arguments)) for name, arguments in cells]
    return built[0] if len(built) == 1 else keras.layers.StackedRNNCells(built, name="stacked_rnn_cells", dtype=dtype)


def _build_inner(
    layer: str, name: str, arguments: Mapping[str, Any], merge_mode: str | None, dtype: str
) -> keras.layers.Layer:
    """Return the layer inside a time_distributed one."""
    built = getattr(keras.layers, layer)(name=name, dtype=dtype, **_arguments(arguments))
    return keras.layers.Bidirectional(built, merge_mode=merge_mode, name=name, dtype=dtype) if merge_mode else built


def _arguments(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of the class, with regularizers built."""
    return {
        key: keras.regularizers.L1L2(**value) if key.endswith("_regularizer") and value is not None else value
        for key, value in given.items()
        if key not in CALL_ARGUMENTS
    }


def _model_name(name: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in name)
