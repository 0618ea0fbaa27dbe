"""In which numbers every layer keeps its weights, computes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rnnlab.dtypes import BYTES, compute_dtype, meet, variable_dtype
from rnnlab.experiment import Experiment
from rnnlab.layers import Layer, LayerProblemError, Planned, Signal
from rnnlab.plan.plan import LayerPlan
from rnnlab.plan.wiring import Wiring, base_of, is_state

HEADS = {"dense", "activation"}
"""Layers that give probabilities or numbers to be scored, for which half precision is too coarse."""
FOLLOW_AUTOCAST = {
    "dropout", "activation", "global_max_pooling1d", "global_average_pooling1d", "masking", "max_pooling1d",
    "average_pooling1d", "repeat_vector", "flatten", "reshape", "permute", "concatenate", "add", "multiply",
}  # fmt: skip
"""Layers that Keras computes in the numbers they read, where it does not cast those. The others cast inside (cells,
normalization, attention) or meet weights of another dtype, which fails."""


def layer_policies(experiment: Experiment, wiring: Wiring) -> Mapping[str, str]:
    """Return the dtype policy of every layer by name: its own, else the model's; one for all that share weights.

    Under a mixed policy the dense and activation layers that the model gives compute in float32.
    """
    whole = experiment.runtime.dtype
    owners = {node.name: node.shared_with or node.name for node in wiring.nodes}
    given = {owners.get(base_of(reference)) for reference in wiring.outputs if not is_state(reference)}
    found = {}
    for node in wiring.nodes:
        is_head = node.layer.layer in HEADS and owners[node.name] in given
        usual = variable_dtype(whole) if is_head else whole
        found[node.name] = node.layer.dtype or usual
    return found


def with_dtypes(layer: Layer, policy: str, signals: tuple[Signal, ...], planned: Planned) -> Planned:
    """Return the plan of a layer with the dtypes of its weights and of all that it gives.

    Raises:
        LayerProblemError: RL210, `autocast` cannot matter.
    """
    if not layer.autocast:
        _check_autocast(layer, policy, signals)
    kept, given = variable_dtype(policy), _given_dtype(layer, policy, signals)
    return replace(
        planned,
        output=replace(planned.output, dtype=given),
        states={name: replace(state, dtype=given) for name, state in planned.states.items()},
        weights=tuple(replace(weight, dtype=kept) for weight in planned.weights),
    )


def _given_dtype(layer: Layer, policy: str, signals: tuple[Signal, ...]) -> str:
    if layer.autocast:
        return compute_dtype(policy)
    return meet(signal.dtype for signal in signals)


def _check_autocast(layer: Layer, policy: str, signals: tuple[Signal, ...]) -> None:
    if layer.layer not in FOLLOW_AUTOCAST:
        message, help_ = f"`{layer.layer}` can compute in its own dtype only", "remove `autocast`"
    elif all(signal.dtype == compute_dtype(policy) for signal in signals):
        message = f"`autocast` has nothing to cast: the layer reads {compute_dtype(policy)} and computes in it"
        help_ = "remove it, or give the layer another `dtype`"
    else:
        return
    raise LayerProblemError("RL210", message, key="autocast", help=help_)


def memory_bytes(layers: tuple[LayerPlan, ...], *, slots: int, batch_size: int) -> int | None:
    """Return bytes of weights, gradients, optimizer slots and activations; None where T is unknown.

    Args:
        layers: of the plan.
        slots: numbers that the optimizer keeps for each trainable parameter.
        batch_size: samples whose activations are kept for the backward pass.
    """
    total = 0
    for layer in layers:
        if layer.activations is None:
            return None
        total += layer.activations * batch_size * BYTES[layer.output.dtype]
        for weight in layer.weights:
            total += weight.size * BYTES[weight.dtype] * (2 + slots if weight.trainable else 1)
    return total
