"""The plan of a model that takes the states of its recurrent layers and gives them back: one call resumes another."""

from __future__ import annotations

from dataclasses import replace

from rnnlab.errors import CallError
from rnnlab.experiment import Experiment
from rnnlab.layers import Signal
from rnnlab.plan.graph import plan_graph
from rnnlab.plan.parts import state_inputs
from rnnlab.plan.plan import LayerPlan, Plan
from rnnlab.plan.stateful import any_length, more_than_states


def carrying_plan(experiment: Experiment, plan: Plan) -> tuple[Plan, dict[str, Signal]]:
    """Return (plan, states by reference) of the same model for sequences that are read in parts.

    It reads any number of timesteps; the states are further inputs, and outputs after the model's own.

    Args:
        experiment: the plan is of.
        plan: of the model.

    Raises:
        CallError: the states are not all that a later part needs of an earlier one.
    """
    for obstacle in more_than_states(plan):
        raise CallError(f"sequences cannot be continued: `{obstacle.layer}` {obstacle.reason} (`{obstacle.key}`)")
    for name, signal in plan.inputs.items():
        if signal.is_ids and signal.mask is None:
            raise CallError(f"sequences cannot be continued: the padding of `{name}` is read as data (`padding.mask`)")
    graph = plan_graph(experiment, any_length(plan), every_timestep=plan.every_timestep)
    assert graph.layers is not None, "it was planned before, with a known number of timesteps"
    states = {name: signal for layer in graph.layers for name, signal in state_inputs(layer).items()}
    if not states:
        raise CallError("sequences cannot be continued: no layer of the model has states")
    return replace(
        plan,
        inputs={**graph.inputs, **states},
        outputs={**graph.outputs, **states},
        layers=tuple(_from_inputs(layer) for layer in graph.layers),
        memory_bytes=None,
    ), states


def _from_inputs(layer: LayerPlan) -> LayerPlan:
    if not layer.carries:
        return layer
    return replace(layer, states=layer.carries, initial_state=tuple(state_inputs(layer)))
