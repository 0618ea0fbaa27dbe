"""Which timesteps of an input a timestep of an output can see: those up to itself, or later ones too.

A tensor is followed from the input through every layer, states included. With timesteps it is causal, where timestep t
comes from timesteps up to t, or it looks ahead; without, it may sum up the whole sequence, and whoever spreads it over
timesteps again looks ahead.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rnnlab.plan.plan import LayerPlan, Plan

SUMMARY = "gives every timestep what sums up the whole sequence"
STARTS = "starts from a state that sums up the whole sequence"


@dataclass(frozen=True)
class Ahead:
    """How a model sees the future of an input.

    Attributes:
        layer: the first one of which a timestep sees later ones of the input.
        reason: ends the sentence `LAYER …`.
        key: of the layer in the file, that is the cause.
    """

    layer: LayerPlan
    reason: str
    key: str


@dataclass(frozen=True)
class _Sight:
    """What a tensor shows of the input: where it has no timesteps, it may sum up all of the input's.

    Attributes:
        aligned: its timesteps are those of the input.
        ahead: how each timestep sees later ones; None where it does not.
    """

    aligned: bool
    ahead: Ahead | None = None


def looks_ahead(plan: Plan, input_name: str) -> Ahead | None:
    """Return how a timestep of an output sees later timesteps of an input; None where none does.

    Every output with timesteps counts, whatever they stand for: a decoder sees all timesteps of the source by right, so
    that of a translation only the target is asked about.
    """
    found = {sight.ahead.layer.name: sight.ahead for sight in _outputs(plan, input_name).values() if sight.ahead}
    return next((found[layer.name] for layer in plan.layers if layer.name in found), None)


def outputs_per_timestep(plan: Plan, input_name: str) -> Mapping[str, Ahead | None]:
    """Return the outputs whose timesteps are those of an input, with how they see later ones; None: they do not."""
    return {name: sight.ahead for name, sight in _outputs(plan, input_name).items() if sight.aligned}


def _outputs(plan: Plan, input_name: str) -> dict[str, _Sight]:
    """Return what the outputs show of an input; those that do not read it are left out."""
    timed = _timed(plan)
    if input_name not in timed:
        return {}  # nothing is later than anything else
    seen = {input_name: _Sight(aligned=True)}
    for layer in plan.layers:
        seen |= _given(layer, seen, timed)
    return {name: seen[name] for name in plan.outputs if name in seen}


def _timed(plan: Plan) -> frozenset[str]:
    """Return the tensors that have timesteps; rows of an image are none, those made of one vector are."""
    timed = {name for name, signal in plan.inputs.items() if signal.is_ids or len(signal.shape) > 1}
    for layer in plan.layers:
        made = any(len(signal.shape) == 1 for signal in layer.inputs) or not timed.isdisjoint(layer.sources)
        if made and layer.keras_arguments.get("return_sequences", True):
            timed |= {name for name, signal in layer.tensors.items() if len(signal.shape) > 1}
    return frozenset(timed)


def _given(layer: LayerPlan, seen: Mapping[str, _Sight], timed: Collection[str]) -> dict[str, _Sight]:
    """Return what everything that a layer gives shows of the input."""
    read = [place for place, source in enumerate(layer.sources) if source in seen]
    if not read and not any(state in seen for state in layer.initial_state):
        return {}
    turned = {ahead.place for ahead in layer.look_ahead} - {0}  # what attention looks at gives it no timesteps
    aligned = any(seen[layer.sources[place]].aligned for place in read if place not in turned)
    return {
        name: _Sight(aligned, _ahead(layer, name, read, seen, timed)) if name in timed else _Sight(aligned=False)
        for name in layer.tensors
    }


def _ahead(
    layer: LayerPlan, name: str, read: list[int], seen: Mapping[str, _Sight], timed: Collection[str]
) -> Ahead | None:
    """Return how the timesteps of what a layer gives see later ones of the input."""
    sources = [layer.sources[place] for place in read]
    for source in sources:
        if ahead := seen[source].ahead:
            return ahead
    if any(state in seen for state in layer.initial_state):
        return Ahead(layer, STARTS, "initial_state")
    if any(source not in timed for source in sources):
        return Ahead(layer, SUMMARY, "layer")
    own = [] if name.endswith(".forward") else [ahead for ahead in layer.look_ahead if ahead.place in read]
    return Ahead(layer, own[0].reason, own[0].key) if own else None
