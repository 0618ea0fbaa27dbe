"""The plan of a model that carries its states from batch to batch, and what such a model cannot have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rnnlab.experiment import Experiment, target_kind
from rnnlab.layers import Signal
from rnnlab.plan.graph import plan_graph
from rnnlab.plan.kernels import with_kernels_of
from rnnlab.plan.late import DecoderSide, Obstacle, find_obstacles
from rnnlab.plan.plan import LayerPlan, Plan
from rnnlab.source import Finding

HELP = "use layers that read one timestep after the other, or remove `training.stateful`"
HELPS = {
    "initial_state": "remove `initial_state`, or `training.stateful`",
    "unroll": "remove `unroll`: windows may differ in length",
}


def stateful_plan(experiment: Experiment, plan: Plan) -> Plan:
    """Return the plan of the model that is trained where `training.stateful` is true.

    It has the weights of the plan given, whose model answers and is saved; it reads batches of `training.batch_size`
    samples and windows of any number of timesteps, and its recurrent layers start where the batch before left them.

    Args:
        experiment: with `training.stateful`.
        plan: of the same model for any batch.
    """
    graph = plan_graph(experiment, any_length(plan), every_timestep=plan.every_timestep)
    assert graph.layers is not None, "what does not fit was found when the file was checked"
    layers = tuple(_stateful(layer) for layer in with_kernels_of(graph.layers, plan))
    return replace(
        plan, inputs=graph.inputs, outputs=graph.outputs, layers=layers, stateful_batch=experiment.training.batch_size
    )


def any_length(plan: Plan) -> dict[str, Signal]:
    """Return the inputs of a plan for any number of timesteps."""
    return {name: replace(signal, shape=(None, *signal.shape[1:])) for name, signal in plan.inputs.items()}


def _stateful(layer: LayerPlan) -> LayerPlan:
    if layer.kernel is None:
        return layer
    return replace(layer, keras_arguments={**layer.keras_arguments, "stateful": True})


def stateful_findings(experiment: Experiment, plan: Plan) -> Iterator[Finding]:
    """Yield what keeps a model from being trained window by window."""
    if not experiment.training.stateful:
        return
    if not any(layer.kernel for layer in plan.layers):
        yield Finding("RL227", "no layer has states to carry", ("training", "stateful"), help="remove it", on_key=True)
        return
    told: set[int] = set()
    for entry, key, reason, help_ in _obstacles(plan, continues=target_kind(experiment) == "continuation"):
        if entry not in told:
            told.add(entry)
            layer = next(layer for layer in plan.layers if layer.entry == entry)
            yield Finding(
                "RL227",
                f"`{layer.name}` {reason}, so that the model cannot be trained window by window",
                ("model", "layers", entry, key),
                help=help_,
            )


def _obstacles(plan: Plan, *, continues: bool) -> Iterator[tuple[int, str, str, str]]:
    """Yield (entry, key, reason, help) of layers that need more than a window and their states."""
    for layer in plan.layers:
        if layer.layer == "time_distributed":  # Keras 3.15, compiled: as many timesteps come out as there are samples
            reason = "is computed wrongly by Keras where the number of timesteps varies"
            yield layer.entry, "layer", reason, "a dense layer needs none: it reads each timestep by itself"
    for obstacle in more_than_states(plan):
        if not (continues and obstacle.looks_ahead):  # RL251 says what is worse about it
            yield obstacle.entry, obstacle.key, obstacle.reason, HELPS.get(obstacle.key, HELP)


def more_than_states(plan: Plan) -> Iterator[Obstacle]:
    """Yield the layers that need more than some timesteps and the states before them."""
    for layer in plan.layers:
        if layer.initial_state:
            reason = "starts from the states of another layer"
            yield Obstacle(layer.name, layer.entry, "initial_state", reason, False)
        if layer.keras_arguments.get("unroll"):
            yield Obstacle(layer.name, layer.entry, "unroll", "is unrolled", False)
    everything = DecoderSide("", frozenset([*plan.inputs, *(layer.name for layer in plan.layers)]), frozenset())
    masking = {layer.name for layer in plan.layers if layer.layer == "masking"}
    for obstacle in find_obstacles(plan, everything):
        if (
            obstacle.key != "return_sequences" and obstacle.layer not in masking
        ):  # the last window gives the last output
            yield obstacle
