"""Weights that are shared between layers of which a part of the plan has only some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rnnlab.plan.plan import LayerPlan, Plan


def with_owners(part: Plan, plan: Plan) -> tuple[Plan, dict[str, str]]:
    """Return a part of a plan whose shared weights all have an owner in it, and the new names of the owners.

    Where the owner stands in the other part, the first layer that shares its weights takes its name, so that the
    weights keep their paths.
    """
    kept = {layer.name for layer in part.layers}
    names: dict[str, str] = {}
    for layer in part.layers:
        owner = layer.shared_with
        if owner is not None and owner not in kept and owner not in names.values():
            names[layer.name] = owner
    owners = {layer.name: layer for layer in plan.layers}
    return replace(
        part,
        inputs={renamed(name, names): signal for name, signal in part.inputs.items()},
        outputs={renamed(name, names): signal for name, signal in part.outputs.items()},
        layers=tuple(_layer_renamed(layer, names, owners) for layer in part.layers),
    ), names


def _layer_renamed(layer: LayerPlan, names: Mapping[str, str], owners: Mapping[str, LayerPlan]) -> LayerPlan:
    own = owners[names[layer.name]] if layer.name in names else layer
    return replace(
        layer,
        name=own.name,
        sources=tuple(renamed(source, names) for source in layer.sources),
        initial_state=tuple(renamed(state, names) for state in layer.initial_state),
        shared_with=own.shared_with,
        weights=own.weights,
        formula=own.formula,
    )


def renamed(reference: str, names: Mapping[str, str]) -> str:
    """Return a reference with the new name of its layer, where it has one."""
    name, dot, part = reference.partition(".")
    return f"{names.get(name, name)}{dot}{part}"
