"""The inference model of an encoder-decoder, from the plan of its training model.

Training reads the whole target at once. Decoding reads one id after the other, so the plan is cut in two: the
**encoder**, which does not depend on the decoder's input and is computed once, and the **step**, the decoder's side
for one timestep, whose recurrent layers start from the states that the timestep before left. All weights keep their
paths, so that those of the trained model can be copied into both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from rnnlab.errors import CallError
from rnnlab.layers import Signal
from rnnlab.plan.late import DecoderSide, Obstacle, decoder_side, find_obstacles
from rnnlab.plan.owners import renamed, with_owners
from rnnlab.plan.parts import giving, part_of, state_inputs
from rnnlab.plan.plan import LayerPlan, Plan
from rnnlab.plan.wiring import base_of, is_state

ONE_AT_A_TIME = "one timestep at a time"


@dataclass(frozen=True)
class State:
    """What a recurrent layer of the step hands to the next timestep.

    Attributes:
        name: of the step's input that takes it, and reference of the step's output that gives it.
        start: reference of what it is at the first timestep; None for zeros.
        units: U.
    """

    name: str
    start: str | None
    units: int


@dataclass(frozen=True)
class InferencePlan:
    """How a trained model decodes.

    Attributes:
        mode: `step`: one timestep after the other; `prefix`: the training model over all ids so far.
        decoder: name of the decoder's input.
        sources: names of the other inputs.
        timesteps: of the decoder's input; None for any number. No limit for mode `step`.
        padding: id 0 of the decoder's input is padding.
        whole: the training model.
        encoder: what is computed once; None where there is nothing to compute, and in mode `prefix`.
        step: one timestep of the decoder's side; its outputs are the probabilities and the states; None in mode
            `prefix`.
        encoded: by name of a step's input, the reference of the encoder's output, or the source, that it takes.
        states: in the order of the step's outputs.
        obstacles: why it is not mode `step`.
    """

    mode: Literal["step", "prefix"]
    decoder: str
    sources: tuple[str, ...]
    timesteps: int | None
    padding: bool
    whole: Plan
    encoder: Plan | None = None
    step: Plan | None = None
    encoded: Mapping[str, str] = field(default_factory=dict)
    states: tuple[State, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def encoder_outputs(self) -> tuple[str, ...]:
        """Return the references of what the encoder gives, in its order."""
        needed = (*(state.start for state in self.states if state.start), *self.encoded.values())
        return tuple(dict.fromkeys(reference for reference in needed if reference not in self.sources))


def decoding_obstacles(plan: Plan, decoder: str) -> tuple[Obstacle, ...]:
    """Return the layers of the decoder's side that read later timesteps: a model with one cannot be decoded.

    Args:
        plan: of the training model.
        decoder: name of the decoder's input.
    """
    return tuple(each for each in find_obstacles(plan, decoder_side(plan, decoder)) if each.looks_ahead)


def plan_inference(plan: Plan, decoder: str) -> InferencePlan:
    """Return how the model of a plan decodes once it is trained.

    Args:
        plan: of the training model; its one output are the probabilities (T, V) of the next id.
        decoder: name of the decoder's input, ids (T,).

    Raises:
        CallError: there is no such input of ids, the output is not per timestep of it, or a layer looks ahead.
    """
    side = decoder_side(plan, decoder)
    obstacles = find_obstacles(plan, side)
    _check(plan, side, obstacles)
    whole = InferencePlan(
        mode="prefix",
        decoder=decoder,
        sources=tuple(name for name in plan.inputs if name != decoder),
        timesteps=_timesteps(plan, side),
        padding=plan.inputs[decoder].mask is not None,
        whole=plan,
        obstacles=obstacles,
    )
    return whole if obstacles else _cut_apart(whole, side)


def _timesteps(plan: Plan, side: DecoderSide) -> int | None:
    """Return how many timesteps the decoder's side reads; None for any number.

    Raises:
        CallError: as many as the encoder's side gives, and nobody knows how many.
    """
    aligned = [signal for layer in plan.layers if layer.name in side.names for _, signal in side.aligned(layer)]
    sizes = [signal.shape[0] for signal in (plan.inputs[side.decoder], *aligned)]
    known = [size for size in sizes if size is not None]
    if aligned and not known:
        raise CallError("the decoder reads the encoder's side timestep by timestep; give the inputs their `timesteps`")
    return known[0] if known else None


def _check(plan: Plan, side: DecoderSide, obstacles: tuple[Obstacle, ...]) -> None:
    if side.decoder not in plan.inputs:
        known = ", ".join(f"`{name}`" for name in plan.inputs)
        raise CallError(f"there is no input `{side.decoder}` to decode into; there are {known}")
    if not plan.inputs[side.decoder].is_ids:
        raise CallError(f"`{side.decoder}` are no ids; only ids are decoded")
    for obstacle in obstacles:
        if obstacle.looks_ahead:
            raise CallError(f"`{obstacle.layer}` {obstacle.reason}, so that the model cannot decode")
    outputs = [(name, signal) for name, signal in plan.outputs.items() if side.has(name) and not is_state(name)]
    if len(plan.outputs) != 1 or not outputs or len(outputs[0][1].shape) != 2:
        raise CallError(f"the model needs one output (T, V) that depends on `{side.decoder}`")


def _cut_apart(whole: InferencePlan, side: DecoderSide) -> InferencePlan:
    cut = _Cut(whole.whole, side)
    for layer in whole.whole.layers:
        if layer.name in side.names:
            cut.add(layer)
    ((output, signal),) = whole.whole.outputs.items()
    given = {output: _one_timestep(signal)} | {state.name: Signal((state.units,)) for state in cut.states}
    step, names = with_owners(part_of(whole.whole, "step", cut.inputs, given, cut.layers), whole.whole)
    states = tuple(replace(state, name=renamed(state.name, names)) for state in cut.states)
    found = replace(whole, mode="step", step=step, encoded=cut.encoded, states=states)
    return replace(
        found, encoder=giving(whole.whole, "encoder", found.encoder_outputs) if found.encoder_outputs else None
    )


class _Cut:
    """The decoder's side for one timestep, and what crosses over to it."""

    def __init__(self, plan: Plan, side: DecoderSide) -> None:
        self.side = side
        self.plan = plan
        self.by_name = {layer.name: layer for layer in plan.layers}
        self.inputs: dict[str, Signal] = {side.decoder: _one_timestep(plan.inputs[side.decoder])}
        self.encoded: dict[str, str] = {}
        self.states: list[State] = []
        self.layers: dict[str, LayerPlan] = {}

    def add(self, layer: LayerPlan) -> None:
        """Take a layer of the decoder's side over."""
        repeated = {source for source, _ in self.side.aligned(layer)}
        sources, inputs = [], []
        for source, signal in zip(layer.sources, layer.inputs, strict=True):
            late = self.side.has(source)
            if source in repeated:
                self.repeat(self.by_name[base_of(source)])
            sources.append(source if late or source in repeated else self.hand_over(source, signal))
            inputs.append(_one_timestep(signal) if late or source in repeated else signal)
        self.layers[layer.name] = _stepped(
            layer, sources=tuple(sources), inputs=tuple(inputs), initial_state=self.starts(layer)
        )

    def hand_over(self, reference: str, signal: Signal) -> str:
        """Return the name of the step's input that takes a tensor of the encoder's side, with its mask."""
        name = reference if reference in self.plan.inputs else f"{reference}.encoded"
        self.inputs[name] = signal
        self.encoded[name] = reference
        if signal.mask and signal.mask.input is not None:
            self.mask(signal.mask.input)
        return name

    def mask(self, name: str) -> None:
        """Have the mask of an input, or of a masking layer, made once more from what it was made of."""
        if name in self.plan.inputs:
            self.inputs[name] = self.plan.inputs[name]
            self.encoded[name] = name
        elif name not in self.layers:
            owner = self.by_name[name]
            self.layers[name] = replace(owner, sources=(self.hand_over(owner.sources[0], owner.input),))

    def repeat(self, layer: LayerPlan) -> None:
        """Have a vector that is the same at every timestep repeated once."""
        source = self.hand_over(layer.sources[0], layer.input)
        once = {**layer.keras_arguments, "n": 1}
        self.layers[layer.name] = _stepped(layer, sources=(source,), inputs=layer.inputs, keras_arguments=once)

    def starts(self, layer: LayerPlan) -> tuple[str, ...]:
        """Return the step's inputs that a recurrent layer starts from, and what they are at first."""
        given = layer.initial_state or (None,) * len(layer.carries)
        inputs = state_inputs(layer)
        self.inputs |= inputs
        for (name, signal), start in zip(inputs.items(), given, strict=True):
            self.states.append(State(name, start, signal.shape[0] or 0))
        return tuple(inputs)


def _one_timestep(signal: Signal) -> Signal:
    return replace(signal, shape=(1, *signal.shape[1:]))


def _stepped(
    layer: LayerPlan,
    *,
    sources: tuple[str, ...],
    inputs: tuple[Signal, ...],
    initial_state: tuple[str, ...] = (),
    keras_arguments: Mapping[str, object] | None = None,
) -> LayerPlan:
    """Return the layer for one timestep: a recurrent one needs no loop."""
    unrolled = {**layer.keras_arguments, "unroll": True} if layer.carries else layer.keras_arguments
    return replace(
        layer,
        sources=sources,
        inputs=inputs,
        output=_one_timestep(layer.output),
        states=layer.carries,
        initial_state=initial_state,
        flops=None,
        activations=None,
        kernel="keras" if layer.kernel else None,
        kernel_reason=ONE_AT_A_TIME if layer.kernel else "",
        keras_arguments=keras_arguments or unrolled,
    )
