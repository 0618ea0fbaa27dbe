"""From the layers of the file to planned layers: names, shapes, masks, weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rnnlab.cells import Weight
from rnnlab.datasets import Facts
from rnnlab.dtypes import variable_dtype
from rnnlab.experiment import Experiment
from rnnlab.layers import (
    LayerProblemError,
    Mask,
    Planned,
    RecurrentLayer,
    Shape,
    Signal,
    WeightedLayer,
    show_dimensions,
)
from rnnlab.plan.dtypes import layer_policies, with_dtypes
from rnnlab.plan.kernels import kernel_of
from rnnlab.plan.plan import LayerPlan
from rnnlab.plan.wiring import Node, wire
from rnnlab.plugging import blame, class_name, plugins_in
from rnnlab.source import Finding

ANY_DIMENSIONS = {"dense", "dropout", "activation", "gaussian_noise"}
"""Layers that can be used again on inputs of another number of dimensions."""


@dataclass(frozen=True)
class Graph:
    """The planned layers, as far as they could be planned.

    Attributes:
        outputs: by reference: `dense`, `encoder.state_h`.
        layers: None where something was wrong.
    """

    inputs: Mapping[str, Signal]
    outputs: Mapping[str, Signal]
    layers: tuple[LayerPlan, ...] | None
    findings: tuple[Finding, ...]


def plan_graph(experiment: Experiment, inputs: Mapping[str, Signal], *, every_timestep: bool = False) -> Graph:
    """Return the planned layers of an experiment.

    Args:
        experiment: the layers are of.
        inputs: of the network, by name: see `plan_inputs`.
        every_timestep: the target has a value for each, so that the outputs need them.
    """
    wiring = wire(experiment, tuple(inputs), every_timestep=every_timestep)
    findings = list(wiring.findings)
    if findings:
        return Graph(inputs, {}, None, tuple(findings))
    tensors: dict[str, Signal] = dict(inputs)
    planned: dict[str, LayerPlan] = {}
    policies = layer_policies(experiment, wiring)
    for node in wiring.nodes:
        known = all(reference in tensors for reference in (*node.sources, *node.initial_state))
        if not known or (node.shared_with and node.shared_with not in planned):
            continue  # what it reads could not be planned, which is told already
        try:
            layer = _plan_plugged(experiment, node, policies[node.name], tensors, planned)
        except LayerProblemError as problem:
            findings.append(_finding(problem, node))
            continue
        findings += _unrolled_blind(experiment, node, layer.input)
        planned[node.name] = layer
        tensors |= layer.tensors
    if findings:
        return Graph(inputs, {}, None, tuple(findings))
    return Graph(inputs, {name: tensors[name] for name in wiring.outputs}, tuple(planned.values()), ())


def _plan_plugged(
    experiment: Experiment, node: Node, policy: str, tensors: Mapping[str, Signal], planned: Mapping[str, LayerPlan]
) -> LayerPlan:
    """Return the plan of one layer; what the code of a plugin raises names the plugin."""
    plugins = plugins_in(node.layer)
    if not plugins:
        return plan_node(experiment, node, policy, tensors, planned)
    names = ", ".join(f"`{plugin.name}`" for plugin in plugins)
    with blame("RL510", f"plugin {names} plans `{node.name}`", *(plugin.spec_file.path for plugin in plugins)):
        return plan_node(experiment, node, policy, tensors, planned)


def plan_node(
    experiment: Experiment, node: Node, policy: str, tensors: Mapping[str, Signal], planned: Mapping[str, LayerPlan]
) -> LayerPlan:
    """Return the plan of one layer.

    Args:
        experiment: the layer is of.
        node: the layer and what it reads.
        policy: its dtype policy.
        tensors: what inputs and layers above give.
        planned: the layers above.

    Raises:
        LayerProblemError: it cannot read its inputs, or the states it is to start from.
    """
    layer = node.layer
    if layer.repeat > 1 and isinstance(layer, RecurrentLayer) and node.sequences:
        layer = layer.model_copy(update={"return_sequences": layer.return_sequences or None})
    signals = tuple(tensors[reference] for reference in node.sources)
    result = _mask_named(layer.plan_all(signals, sequences=node.sequences), node)
    result = with_dtypes(layer, policy, signals, result)
    _check_cudnn(experiment, node, signals[0])
    _check_depth(node)
    if node.initial_state:
        _check_states(node, [tensors[reference] for reference in node.initial_state], result)
    if node.shared_with is not None:
        _check_shared(node, signals, result, planned[node.shared_with])
        result = replace(result, weights=(), formula="")
    planning = _layer_plan(experiment, node, policy, signals, result)
    if node.shared_with is None:
        return planning
    owner = planned[node.shared_with]  # there is one layer, and it computes in one way
    return replace(planning, kernel=owner.kernel, kernel_reason=owner.kernel_reason)


def _check_shared(node: Node, signals: tuple[Signal, ...], result: Planned, owner: LayerPlan) -> None:
    fits = [weight.shape for weight in result.weights] == [weight.shape for weight in owner.weights]
    if node.layer.layer not in ANY_DIMENSIONS:
        before, now = ([len(signal.shape) for signal in each] for each in (owner.inputs, signals))
        rows, rows_now = ([signal.shape[1:-1] for signal in each] for each in (owner.inputs, signals))
        fits = fits and before == now and rows == rows_now
    if not fits:
        read, wanted = (
            " and ".join(show_dimensions(signal.shape) for signal in each) for each in (signals, owner.inputs)
        )
        raise LayerProblemError(
            "RL212",
            f"`{owner.name}` reads {wanted}, so that with the same weights it cannot read {read}",
            help="give both inputs the same features",
        )


def _mask_named(result: Planned, node: Node) -> Planned:
    """Return the result with a mask that the layer makes named after it."""
    mask = result.output.mask
    if mask is None or mask.input is not None:
        return result
    return replace(result, output=replace(result.output, mask=replace(mask, input=node.name)))


def _check_cudnn(experiment: Experiment, node: Node, signal: Signal) -> None:
    if experiment.runtime.kernel != "cudnn" or not isinstance(node.layer, RecurrentLayer):
        return
    if signal.mask and signal.mask.side in ("any", "gaps"):
        raise LayerProblemError(
            "RL215",
            f"cuDNN cannot compute this layer: {node.layer.cudnn_obstacle(signal)}",
            help="use `runtime.kernel: auto`",
        )


def _check_depth(node: Node) -> None:
    if node.wants_states and isinstance(node.layer, RecurrentLayer) and not node.layer.states_readable:
        raise LayerProblemError(
            "RL224",
            f"the states of `{node.name}` are lists in lists, which Keras cannot give away",
            help="run the cell in a layer of its own, with `state_size` nested once",
        )


def _check_states(node: Node, given: list[Signal], result: Planned) -> None:
    wanted = [(name, signal) for name, signal in result.states.items() if name not in ("forward", "backward")]
    names = ", ".join(f"`{name}`" for name, _ in wanted)
    if len(given) != len(wanted):
        number = f"{len(wanted)} state{'s' if len(wanted) > 1 else ''}"
        raise LayerProblemError(
            "RL224",
            f"`{node.name}` starts from {number} ({names}), found {len(given)}",
            key="initial_state",
            help="take them from a layer of the same kind, or list them in Keras's order",
        )
    for reference, signal, (name, state) in zip(node.initial_state, given, wanted, strict=True):
        if signal.shape != state.shape or signal.is_ids:
            found = f"`{reference}` has shape {signal.shape}"
            raise LayerProblemError(
                "RL224",
                f"the state `{name}` of `{node.name}` has {state.shape[0]} numbers, but {found}",
                key="initial_state",
                help="give both layers the same `units`, or put a dense layer between",
            )


def plan_inputs(experiment: Experiment, facts: Facts | None) -> dict[str, Signal]:
    """Return the inputs of the network: from the dataset's facts, else from `model.inputs`."""
    if experiment.model.inputs:
        return {
            name: _input((given.timesteps, *given.dimensions), given.vocabulary, experiment.runtime.dtype)
            for name, given in experiment.model.inputs.items()
        }
    assert facts is not None, "a file without inputs has a dataset, and that has facts"
    signals = {}
    for name, fact in facts.inputs.items():
        mask = Mask(name, fact.padding or "gaps") if fact.masked else None
        signal = _input((fact.timesteps, *fact.features), fact.vocabulary, experiment.runtime.dtype)
        signals[name] = replace(signal, mask=mask)
    return signals


def _input(shape: Shape, vocabulary: int | None, policy: str) -> Signal:
    """Return an input: ids are int32, numbers as the weights are kept, so that float64 data stay what they are."""
    return Signal(shape, vocabulary, dtype=variable_dtype(policy) if vocabulary is None else "int32")


def _unrolled_blind(experiment: Experiment, node: Node, signal: Signal) -> Iterator[Finding]:
    if getattr(node.layer, "unroll", False) and signal.shape[0] is None and experiment.dataset is None:
        yield Finding(
            "RL218",
            "`unroll` needs to know the number of timesteps",
            ("model", "layers", node.entry, "unroll"),
            help="give the input its `timesteps`",
            on_key=True,
        )


def _finding(problem: LayerProblemError, node: Node) -> Finding:
    fields = {field.alias or name: name for name, field in type(node.layer).model_fields.items()}
    key = "reuse" if node.shared_with else problem.key or "layer"
    if fields.get(key, key) not in {*node.layer.model_fields_set, "reuse"}:
        key = "layer"  # the cause is a default, which stands nowhere
    return Finding(problem.code, str(problem), ("model", "layers", node.entry, key), help=problem.help)


def _layer_plan(
    experiment: Experiment, node: Node, policy: str, signals: tuple[Signal, ...], result: Planned
) -> LayerPlan:
    layer = node.layer
    trainable = not isinstance(layer, WeightedLayer) or layer.trainable
    kernel, reason = kernel_of(layer, signals[0], experiment.runtime, policy, result.flops)
    bidirectional = isinstance(layer, RecurrentLayer) and layer.bidirectional
    carries = {name: signal for name, signal in result.states.items() if name not in ("forward", "backward")}
    states = {name: signal for name, signal in result.states.items() if node.wants_states or name not in carries}
    return LayerPlan(
        name=node.name,
        layer=layer.layer,
        sources=node.sources,
        entry=node.entry,
        inputs=signals,
        output=result.output,
        states=states,
        carries=carries,
        initial_state=node.initial_state,
        shared_with=node.shared_with,
        weights=tuple(_named(weight, node.name, trainable) for weight in result.weights),
        formula=result.formula,
        flops=result.flops,
        activations=result.activations,
        keras_class=class_name(type(layer), layer.keras_class),
        keras_arguments=result.keras_arguments,
        bidirectional=bidirectional,
        merge_mode=layer.merge_mode if isinstance(layer, RecurrentLayer) and bidirectional else None,
        look_ahead=tuple(layer.look_ahead(signals, result.output)),
        kernel=kernel,
        kernel_reason=reason,
        takes_mask=layer.takes_mask,
        plugins=tuple(plugin.name for plugin in plugins_in(layer)),
        dtype=policy,
        autocast=layer.autocast,
    )


def _named(weight: Weight, name: str, trainable: bool) -> Weight:
    return replace(
        weight, path=f"{name}/{weight.path.replace('{name}', name)}", trainable=weight.trainable and trainable
    )
