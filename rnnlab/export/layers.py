"""Planned layers as calls of keras.layers, without the arguments that Keras would take anyway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import PydanticUndefined

from rnnlab.cells import CELLS
from rnnlab.export.python import Call
from rnnlab.layers import CALL_ARGUMENTS, LAYERS
from rnnlab.layers.layer import NOT_KERAS
from rnnlab.plan import LayerPlan
from rnnlab.plan.kernels import may_use_cudnn
from rnnlab.spec import Spec

FIRST = ("cell", "units", "rate")
"""Arguments that people write without their name: Keras has them first."""
NOT_IN_THE_FILE = {"mask_zero": False, "return_sequences": False, "return_state": False, "use_cudnn": "auto"}
"""Keras's defaults of arguments that follow from the plan."""
WRITTEN = NOT_KERAS | {"pool_size"}
"""Keys whose defaults are not Keras's: AveragePooling1D demands its `pool_size`."""
SPECS: dict[str, type[Spec]] = {
    **{str(vars(layer)["keras_class"]): layer for layer in LAYERS.values()},
    **{cell.keras_cell_class: cell for cell in CELLS.values()},
}
"""By the name of the Keras class."""
STATES = {cell.keras_cell_class: len(cell.states) for cell in CELLS.values()}


def layer_call(plan: LayerPlan, dtype: str) -> Call:
    """Return the call that makes the Keras layer of a planned one: what `rnnlab.build.build_layer` does.

    Args:
        plan: of the layer.
        dtype: the policy that the script has set, which is not written again.
    """
    own = {} if plan.dtype == dtype else {"dtype": plan.dtype}
    arguments = {key: value for key, value in plan.keras_arguments.items() if key not in CALL_ARGUMENTS}
    if plan.layer == "time_distributed":
        return Call("layers.TimeDistributed", (_inner(**arguments, own=own),), (*own.items(), ("name", plan.name)))
    if plan.kernel is not None:
        arguments["return_state"] = any(name not in ("forward", "backward") for name in plan.states)
    if plan.layer in ("lstm", "gru"):
        arguments["use_cudnn"] = use_cudnn(plan)
    if plan.layer == "rnn":
        arguments = {"cell": _cells(arguments.pop("cells"), own)} | arguments
    uncast = {} if plan.autocast else {"autocast": False}
    call = _call(plan.keras_class, arguments | own | uncast | {"name": plan.name})
    return _both_directions(call, plan.name, plan.merge_mode, own) if plan.bidirectional else call


def use_cudnn(plan: LayerPlan) -> bool | str:
    """Return what Keras is told about cuDNN: `auto` unless something rules it out or demands it."""
    if plan.kernel == "cudnn":
        return True
    return "auto" if may_use_cudnn(plan.kernel_reason) else False


def state_counts(plan: LayerPlan) -> list[int]:
    """Return how many states each stacked cell has, of both directions; empty where no cells are stacked."""
    cells = plan.keras_arguments.get("cells", ())
    counts = [STATES[name] for name, _ in cells] if len(cells) > 1 else []
    return counts * (2 if plan.bidirectional else 1)


def _both_directions(call: Call, name: str, merge_mode: str | None, own: Mapping[str, str]) -> Call:
    merge = () if merge_mode == "concat" else (("merge_mode", merge_mode),)
    return Call("layers.Bidirectional", (call,), (*merge, *own.items(), ("name", name)))


def _inner(layer: str, name: str, arguments: Mapping[str, Any], merge_mode: str | None, own: Mapping[str, str]) -> Call:
    """Return the layer inside a time_distributed one."""
    call = _call(layer, {**arguments, **own, "name": name})
    return _both_directions(call, name, merge_mode, own) if merge_mode else call


def _cells(cells: Sequence[tuple[str, Mapping[str, Any]]], own: Mapping[str, str]) -> Call:
    built = [_call(name, {**arguments, **own}) for name, arguments in cells]
    if len(built) == 1:
        return built[0]
    return Call("layers.StackedRNNCells", (built,), (*own.items(), ("name", "stacked_rnn_cells")))


def _call(name: str, arguments: Mapping[str, Any]) -> Call:
    defaults = defaults_of(SPECS.get(name))
    first = next((key for key in FIRST if key in arguments), None)
    keywords = [
        (key, _value(key, value))
        for key, value in arguments.items()
        if key not in (first, "name") and not (key in defaults and defaults[key] == value)
    ]
    keywords.sort(key=lambda each: each[0] in NOT_IN_THE_FILE)
    if "name" in arguments:
        keywords.append(("name", arguments["name"]))
    return Call(f"layers.{name}", (arguments[first],) if first else (), tuple(keywords))


def defaults_of(spec: type[Spec] | None) -> dict[str, Any]:
    """Return the defaults that need not be written: the specs have Keras's own, which a test holds to be so."""
    fields = spec.model_fields if spec else {}
    own = {key: field.default for key, field in fields.items() if key not in WRITTEN}
    return {key: default for key, default in own.items() if default is not PydanticUndefined} | NOT_IN_THE_FILE


def _value(key: str, value: Any) -> Any:
    if key.endswith("_regularizer") and isinstance(value, Mapping):
        return Call("keras.regularizers.L1L2", (), tuple((name, size) for name, size in value.items() if size))
    return value
