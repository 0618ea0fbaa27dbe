"""The plan of a model that reads batches of several lengths, and what such a model cannot have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rnnlab.datasets import padded_inputs
from rnnlab.experiment import Experiment
from rnnlab.experiment.prepared import padding_of
from rnnlab.plan.graph import plan_graph
from rnnlab.plan.kernels import with_kernels_of
from rnnlab.plan.plan import Plan
from rnnlab.plan.stateful import any_length
from rnnlab.source import Finding

HELP = "use a layer that reads any number of timesteps, or remove `bucket`"


def is_bucketed(experiment: Experiment) -> bool:
    """Return whether batches are padded to several lengths."""
    dataset = experiment.dataset
    return dataset is not None and any(padding_of(experiment, name).bucket for name in padded_inputs(dataset))


def open_plan(experiment: Experiment, plan: Plan) -> Plan:
    """Return the plan of the same model for any number of timesteps: the one that buckets are read by, and saved.

    What it costs is told for T timesteps, which is the most.
    """
    graph = plan_graph(experiment, any_length(plan), every_timestep=plan.every_timestep)
    assert graph.layers is not None, "what does not fit was found when the file was checked"
    return replace(plan, inputs=graph.inputs, outputs=graph.outputs, layers=with_kernels_of(graph.layers, plan))


def bucket_findings(experiment: Experiment, plan: Plan) -> Iterator[Finding]:
    """Yield what keeps batches from having several lengths (RL281: layers; RL284: sequences of one length)."""
    if not is_bucketed(experiment):
        return
    assert experiment.dataset is not None
    padded = [name for name in padded_inputs(experiment.dataset) if name in plan.inputs]
    if all(plan.inputs[name].mask is None and padding_of(experiment, name).mask for name in padded):
        place = ("padding", padded[0]) if isinstance(experiment.padding, dict) else ("padding",)
        message = "`bucket` does nothing: all sequences have the same length"
        yield Finding("RL284", message, (*place, "bucket"), help="remove it", on_key=True)
    needy: dict[int, tuple[str, str]] = {}
    for finding in plan_graph(experiment, any_length(plan), every_timestep=plan.every_timestep).findings:
        needy.setdefault(int(finding.path[2]), (str(finding.path[3]), "needs to know the number of timesteps"))
    for layer in plan.layers:
        if layer.keras_arguments.get("unroll"):
            needy.setdefault(layer.entry, ("unroll", "is unrolled, which needs a fixed number of timesteps"))
        if layer.layer == "time_distributed":
            reason = "is computed wrongly by Keras where the number of timesteps varies"
            needy.setdefault(layer.entry, ("layer", reason))
    for entry, (key, reason) in needy.items():
        name = next(layer.name for layer in plan.layers if layer.entry == entry)
        message = f"`{name}` {reason}, but with `padding: {{bucket: true}}` batches differ in it"
        yield Finding("RL281", message, ("model", "layers", entry, key), help=HELP)
