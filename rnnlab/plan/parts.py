"""Parts of a plan: what some of its tensors need, and recurrent layers that start from inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from rnnlab.layers import Signal
from rnnlab.plan.owners import with_owners
from rnnlab.plan.plan import LayerPlan, Plan
from rnnlab.plan.wiring import base_of


def state_inputs(layer: LayerPlan) -> dict[str, Signal]:
    """Return the inputs from which a recurrent layer starts where its states are given, by reference."""
    return {f"{layer.name}.{state}": signal for state, signal in layer.carries.items()}


def with_all_states(plan: Plan) -> Plan:
    """Return the plan of the same model whose recurrent layers give all their states, read by somebody or not."""
    layers = tuple(
        replace(layer, states={**layer.states, **layer.carries}) if layer.carries else layer for layer in plan.layers
    )
    return replace(plan, layers=layers)


def giving(plan: Plan, name: str, references: Iterable[str]) -> Plan:
    """Return the part of a plan that gives some tensors; its weights keep their paths.

    Args:
        plan: of the whole model.
        name: of the part.
        references: of the tensors, which the part gives in this order.
    """
    wanted = tuple(references)
    needed = {base_of(reference) for reference in wanted}
    for layer in reversed(plan.layers):
        if layer.name in needed:
            needed |= {base_of(reference) for reference in (*layer.sources, *layer.initial_state)}
            needed |= {signal.mask.input for signal in layer.inputs if signal.mask and signal.mask.input}
    layers = {layer.name: layer for layer in plan.layers if layer.name in needed}
    inputs = {name: signal for name, signal in plan.inputs.items() if name in needed}
    tensors = inputs | {reference: signal for layer in layers.values() for reference, signal in layer.tensors.items()}
    outputs = {reference: tensors[reference] for reference in wanted}
    return with_owners(part_of(plan, name, inputs, outputs, layers), plan)[0]


def part_of(
    plan: Plan,
    name: str,
    inputs: Mapping[str, Signal],
    outputs: Mapping[str, Signal],
    layers: Mapping[str, LayerPlan],
) -> Plan:
    """Return a plan of some layers of another."""
    return replace(
        plan,
        name=f"{plan.name}-{name}",
        inputs=inputs,
        outputs=outputs,
        layers=tuple(layers.values()),
        head=None,
        memory_bytes=None,
        xla=False,
    )
