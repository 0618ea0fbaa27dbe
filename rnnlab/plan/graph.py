"""From the layers of the file to planned layers: names, shapes, masks, weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rnnlab.cells import Weight
from rnnlab.datasets import Facts
from rnnlab.experiment import Experiment
from rnnlab.layers import (
    Layer,
    LayerProblemError,
    Mask,
    Planned,
    RecurrentLayer,
    Signal,
    WeightedLayer,
    count_names,
)
from rnnlab.plan.kernels import kernel_of
from rnnlab.plan.plan import LayerPlan
from rnnlab.source import Finding


@dataclass(frozen=True)
class Graph:
    """The planned layers, as far as they could be planned.

    Attributes:
        layers: None where something was wrong.
    """

    inputs: Mapping[str, Signal]
    layers: tuple[LayerPlan, ...] | None
    findings: tuple[Finding, ...]


def plan_graph(experiment: Experiment, facts: Facts | None) -> Graph:
    """Return the planned layers of an experiment."""
    inputs = plan_inputs(experiment, facts)
    findings = list(_clashes(experiment, inputs))
    planned: list[LayerPlan] = []
    ((source, signal),) = inputs.items()
    copies = list(_copies(experiment))
    for position, (entry, name, layer) in enumerate(copies):
        sequences = _needs_sequences([below for _, _, below in copies[position + 1 :]])
        if layer.repeat > 1 and isinstance(layer, RecurrentLayer) and sequences:
            layer = layer.model_copy(update={"return_sequences": layer.return_sequences or None})
        try:
            result = layer.plan(signal, sequences=sequences)
        except LayerProblemError as problem:
            findings.append(_finding(problem, entry, layer))
            return Graph(inputs, None, tuple(findings))
        findings += _unrolled_blind(experiment, entry, layer, signal)
        planned.append(_layer_plan(experiment, entry, name, layer, source, signal, result))
        source, signal = name, result.output
    return Graph(inputs, None if findings else tuple(planned), tuple(findings))


def plan_inputs(experiment: Experiment, facts: Facts | None) -> dict[str, Signal]:
    """Return the inputs of the network: from the dataset's facts, else from `model.inputs`."""
    if experiment.model.inputs:
        return {
            name: Signal((given.timesteps,), vocabulary=given.vocabulary)
            if given.vocabulary
            else Signal((given.timesteps, given.features))
            for name, given in experiment.model.inputs.items()
        }
    assert facts is not None, "a file without inputs has a dataset, and that has facts"
    signals = {}
    for name, fact in facts.inputs.items():
        mask = Mask(name, fact.padding) if fact.masked and fact.padding else None
        shape = (fact.timesteps,) if fact.kind == "ids" else (fact.timesteps, fact.features)
        signals[name] = Signal(shape, vocabulary=fact.vocabulary, mask=mask)
    return signals


def _copies(experiment: Experiment) -> Iterator[tuple[int, str, Layer]]:
    """Yield (place in the file, name, layer) of every layer, repeated ones as often as they stand."""
    layers = experiment.model.layers
    names = count_names((layer.name, layer.default_name, layer.repeat) for layer in layers)
    for entry, (layer, copies) in enumerate(zip(layers, names, strict=True)):
        for name in copies:
            yield entry, name, layer


def _needs_sequences(below: list[Layer]) -> bool:
    """Return whether the next layer that cares about it reads (T, F)."""
    for layer in below:
        if layer.reads_sequence:
            return True
        if not layer.keeps_sequence:
            return False
    return False


def _clashes(experiment: Experiment, inputs: Mapping[str, Signal]) -> Iterator[Finding]:
    given = {*inputs, *(layer.name for layer in experiment.model.layers if layer.name)}
    seen = set(inputs)
    for entry, name, layer in _copies(experiment):
        taken = name in seen or (name in given and name != layer.name)
        seen.add(name)
        if not taken:
            continue
        if layer.name is None:
            yield Finding(
                "RL202",
                f"this layer would be called `{name}`, which is already taken",
                ("model", "layers", entry, "layer"),
                help="give it a `name`",
            )
        elif name != layer.name:
            yield Finding(
                "RL202",
                f"its copy `{name}` has the name of another layer or input",
                ("model", "layers", entry, "name"),
                help="choose another",
            )


def _unrolled_blind(experiment: Experiment, entry: int, layer: Layer, signal: Signal) -> Iterator[Finding]:
    if getattr(layer, "unroll", False) and signal.shape[0] is None and experiment.dataset is None:
        yield Finding(
            "RL218",
            "`unroll` needs to know the number of timesteps",
            ("model", "layers", entry, "unroll"),
            help="give the input its `timesteps`",
            on_key=True,
        )


def _finding(problem: LayerProblemError, entry: int, layer: Layer) -> Finding:
    key = problem.key or "layer"
    return Finding(problem.code, str(problem), ("model", "layers", entry, key), help=problem.help)


def _layer_plan(
    experiment: Experiment, entry: int, name: str, layer: Layer, source: str, signal: Signal, result: Planned
) -> LayerPlan:
    trainable = not isinstance(layer, WeightedLayer) or layer.trainable
    kernel, reason = kernel_of(layer, signal, experiment.runtime)
    bidirectional = isinstance(layer, RecurrentLayer) and layer.bidirectional
    return LayerPlan(
        name=name,
        layer=layer.layer,
        sources=(source,),
        entry=entry,
        input=signal,
        output=result.output,
        weights=tuple(_named(weight, name, trainable) for weight in result.weights),
        formula=result.formula,
        flops=result.flops,
        activations=result.activations,
        keras_class=layer.keras_class,
        keras_arguments=result.keras_arguments,
        merge_mode=layer.merge_mode if bidirectional else None,  # type: ignore[attr-defined]
        kernel=kernel,
        kernel_reason=reason,
    )


def _named(weight: Weight, name: str, trainable: bool) -> Weight:
    return replace(
        weight, path=f"{name}/{weight.path.replace('{name}', name)}", trainable=weight.trainable and trainable
    )
