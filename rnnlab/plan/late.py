"""What depends on the decoder's input, and which of it can be computed one timestep after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod

from rnnlab.layers import Signal
from rnnlab.plan.plan import LayerPlan, Plan
from rnnlab.plan.wiring import base_of, is_state

PER_TIMESTEP = {
    *("embedding", "dense", "dropout", "spatial_dropout1d", "activation", "gaussian_noise"),
    *("layer_normalization", "batch_normalization", "time_distributed"),
}
MERGES = {"concatenate", "add", "multiply"}
ATTENTIONS = {"attention", "additive_attention", "multi_head_attention"}


@dataclass(frozen=True)
class Obstacle:
    """Why a layer cannot be computed one timestep after the other.

    Attributes:
        layer: its name.
        entry: its place in `model.layers`.
        key: of the file, that is the cause.
        reason: ends the sentence `LAYER …`.
        looks_ahead: it reads later timesteps, so that nothing can be decoded; else it needs the earlier ones only.
    """

    layer: str
    entry: int
    key: str
    reason: str
    looks_ahead: bool


Found = tuple[str, str, bool] | None
"""(key, reason, looks ahead) of an obstacle."""


@dataclass(frozen=True)
class DecoderSide:
    """What depends on the decoder's input.

    Attributes:
        decoder: name of that input.
        names: of the layers that depend on it, and its own.
        repeats: of the `repeat_vector` layers that do not: they give each timestep the same.
    """

    decoder: str
    names: frozenset[str]
    repeats: frozenset[str]

    def has(self, reference: str) -> bool:
        """Return whether a tensor depends on the decoder's input."""
        return base_of(reference) in self.names

    def aligned(self, layer: LayerPlan) -> Iterator[tuple[str, Signal]]:
        """Yield what a layer that merges reads of the encoder's side timestep by timestep: (reference, signal)."""
        if layer.layer in MERGES:
            for source, signal in zip(layer.sources, layer.inputs, strict=True):
                per_timestep = len(signal.shape) == len(layer.output.shape) and signal.shape[0] != 1
                if per_timestep and not self.has(source):
                    yield source, signal


def decoder_side(plan: Plan, decoder: str) -> DecoderSide:
    """Return what depends on an input.

    Args:
        plan: of the training model.
        decoder: name of the decoder's input.
    """
    names = {decoder}
    for layer in plan.layers:
        if any(base_of(reference) in names for reference in (*layer.sources, *layer.initial_state)):
            names.add(layer.name)
    repeats = {layer.name for layer in plan.layers if layer.layer == "repeat_vector"} - names
    return DecoderSide(decoder, frozenset(names), frozenset(repeats))


def find_obstacles(plan: Plan, side: DecoderSide) -> tuple[Obstacle, ...]:
    """Return what keeps the decoder's side from being computed one timestep after the other, in order of the file."""
    found = []
    for layer in plan.layers:
        if layer.name in side.names:
            obstacle = _of_states(layer, side) or RULES.get(layer.layer, _unknown)(layer, side)
            if obstacle is not None:
                found.append(Obstacle(layer.name, layer.entry, *obstacle))
    return tuple(found)


def _of_states(layer: LayerPlan, side: DecoderSide) -> Found:
    for key, references in (("from", layer.sources), ("initial_state", layer.initial_state)):
        for reference in references:
            if side.has(reference) and is_state(reference):
                return key, f"reads `{reference}`, a state after the last timestep", True
    return None


def _nothing(layer: LayerPlan, side: DecoderSide) -> Found:
    return None


def _masking(layer: LayerPlan, side: DecoderSide) -> Found:
    return "layer", "masks timesteps, at which layers give what they gave before", False


def _unknown(layer: LayerPlan, side: DecoderSide) -> Found:
    return "layer", "is of a kind that joins the timesteps", True


def _recurrent(layer: LayerPlan, side: DecoderSide) -> Found:
    if layer.bidirectional:
        return "bidirectional", "also runs from the end", True
    if layer.keras_arguments["go_backwards"]:
        return "go_backwards", "runs from the end", True
    if not layer.keras_arguments["return_sequences"]:
        return "return_sequences", "gives one output after the last timestep", True
    return None if layer.carries else ("layer", "is not computed one timestep after the other", False)


def _merge(layer: LayerPlan, side: DecoderSide) -> Found:
    late = [signal for source, signal in zip(layer.sources, layer.inputs, strict=True) if side.has(source)]
    if any(len(signal.shape) < len(layer.output.shape) for signal in late):
        return "from", "meets a tensor of more dimensions, so that its timesteps become something else", True
    ranks = len(layer.output.shape)
    if layer.layer == "concatenate" and ranks > 1 and layer.keras_arguments["axis"] in (1, -ranks):
        return "axis", "puts timesteps behind one another", True
    if all(base_of(source) in side.repeats for source, _ in side.aligned(layer)):
        return None
    return "from", "reads a timestep of the encoder's side for each of its own", False


def _attention(layer: LayerPlan, side: DecoderSide) -> Found:
    places = [side.has(source) for source in layer.sources]
    query, attended = places[0], places[1:] or places[:1]
    causal = layer.keras_arguments["use_causal_mask"]
    if not query:
        return "from", "lets the encoder's side look at the whole of the decoder's", True
    if any(attended) and not causal:
        return "use_causal_mask", "looks at later timesteps: it has no causal mask", True
    if any(attended) or causal:
        return "layer", "looks at the earlier timesteps", False
    return None


def _conv1d(layer: LayerPlan, side: DecoderSide) -> Found:
    keys = layer.keras_arguments
    if keys["strides"] > 1:
        return "strides", "gives fewer timesteps than it reads", True
    if keys["kernel_size"] == 1:
        return None
    if keys["padding"] != "causal":
        return "padding", "has a kernel that reaches over later timesteps", True
    return "layer", "has a kernel that reaches back over earlier timesteps", False


def _permute(layer: LayerPlan, side: DecoderSide) -> Found:
    return None if layer.keras_arguments["dims"][0] == 1 else ("dims", "makes features of the timesteps", True)


def _reshape(layer: LayerPlan, side: DecoderSide) -> Found:
    before, after = (prod(size or 0 for size in signal.shape[1:]) for signal in (layer.input, layer.output))
    if before != after:
        return "target_shape", "moves numbers to other timesteps", True
    named = layer.keras_arguments["target_shape"][0] != -1
    return ("target_shape", "names the number of timesteps", False) if named else None


Rule = Callable[[LayerPlan, DecoderSide], Found]
RULES: dict[str, Rule] = {
    **dict.fromkeys(PER_TIMESTEP, _nothing),
    **dict.fromkeys(("simple_rnn", "lstm", "gru", "rnn"), _recurrent),
    **dict.fromkeys(("conv_lstm1d", "conv_lstm2d"), _recurrent),
    **dict.fromkeys(MERGES, _merge),
    **dict.fromkeys(ATTENTIONS, _attention),
    "masking": _masking,
    "conv1d": _conv1d,
    "permute": _permute,
    "reshape": _reshape,
}
