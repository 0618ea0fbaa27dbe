"""Who reads whom: names, references and consumers, before any shape is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rnnlab.experiment import Experiment
from rnnlab.layers import Layer, RecurrentLayer, Reuse, count_names
from rnnlab.source import Finding, Path, did_you_mean


@dataclass(frozen=True)
class Node:
    """One layer of the model, with what it reads.

    Attributes:
        entry: its place in `model.layers`.
        layer: its spec; of a `reuse` that of the layer it shares.
        sources: references it reads, two where a bidirectional layer keeps its directions apart.
        initial_state: references of the states it starts from.
        shared_with: the layer whose weights it shares, None where they are its own.
        sequences: a layer further down needs (T, F).
        wants_states: somebody reads its states.
    """

    entry: int
    name: str
    layer: Layer
    sources: tuple[str, ...]
    initial_state: tuple[str, ...] = ()
    shared_with: str | None = None
    sequences: bool = False
    wants_states: bool = False


@dataclass(frozen=True)
class Wiring:
    """All layers in order, and what the model gives."""

    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    findings: tuple[Finding, ...]


def wire(experiment: Experiment, inputs: tuple[str, ...], *, every_timestep: bool = False) -> Wiring:
    """Return who reads whom; with findings where a reference leads nowhere or nobody reads a layer.

    Args:
        experiment: the layers are of.
        inputs: their names.
        every_timestep: the target has a value for each, so that the outputs need them.
    """
    wires = _Wires(experiment, inputs)
    nodes = wires.connect()
    outputs = wires.outputs(nodes)
    findings = [*_clashes(experiment, inputs), *wires.findings]
    if not findings:
        findings += _unread(nodes, inputs, outputs)
    if findings:
        return Wiring(tuple(nodes), outputs, tuple(findings))
    return Wiring(_with_needs(nodes, outputs, every_timestep=every_timestep), outputs, ())


def copies_of(experiment: Experiment) -> Iterator[tuple[int, int, str, Layer]]:
    """Yield (place in the file, number of the copy, name, layer) of every layer."""
    layers = experiment.model.layers
    names = count_names((layer.name, layer.default_name, layer.repeat) for layer in layers)
    for entry, (layer, copies) in enumerate(zip(layers, names, strict=True)):
        for number, name in enumerate(copies):
            yield entry, number, name, layer


class _Wires:
    def __init__(self, experiment: Experiment, inputs: tuple[str, ...]) -> None:
        self.experiment = experiment
        self.inputs = inputs
        self.copies = list(copies_of(experiment))
        self.places = {name: entry for entry, _, name, _ in self.copies}
        self.nodes: dict[str, Node] = {}
        self.findings: list[Finding] = []

    def connect(self) -> list[Node]:
        before: str | None = None
        for entry, number, name, layer in self.copies:
            node = self.node(entry, number, name, layer, before)
            self.nodes.setdefault(name, node)
            before = name
        return list(self.nodes.values())

    def node(self, entry: int, number: int, name: str, layer: Layer, before: str | None) -> Node:
        path: Path = ("model", "layers", entry)
        shared = layer.reuse if isinstance(layer, Reuse) else None
        owner = self.owner(shared, path) if shared else None
        initial = layer.initial_states if isinstance(layer, RecurrentLayer) and number == 0 else ()
        return Node(
            entry=entry,
            name=name,
            layer=owner.layer if owner else layer,
            sources=self.sources(layer, number, before, path),
            initial_state=self.states(initial, (*path, "initial_state")),
            shared_with=owner.shared_with or owner.name if owner else None,
        )

    def owner(self, shared: str, path: Path) -> Node | None:
        node = self.nodes.get(shared)
        if node is None:
            known = list(self.nodes)
            self.report("RL221", f"there is no layer `{shared}` above", (*path, "reuse"), did_you_mean(shared, known))
        return node

    def sources(self, layer: Layer, number: int, before: str | None, path: Path) -> tuple[str, ...]:
        if number > 0 and before is not None:
            return self.parts(before)
        if layer.sources:
            many = not isinstance(layer.source, str)
            places = [(*path, "from", index) if many else (*path, "from") for index in range(len(layer.sources))]
            found = [self.resolve(ref, place) for ref, place in zip(layer.sources, places, strict=True)]
            return tuple(part for parts in found for part in parts)
        if before is not None:
            return self.parts(before)
        if len(self.inputs) > 1:
            known = ", ".join(f"`{name}`" for name in self.inputs)
            self.report("RL221", f"there are several inputs: {known}", (*path, "layer"), "say which with `from`")
            return ()
        return self.inputs

    def states(self, references: tuple[str, ...], path: Path) -> tuple[str, ...]:
        """Return the tensors of `initial_state`: all states of a layer, or the list as given."""
        if len(references) == 1 and "." not in references[0]:
            node = self.nodes.get(references[0])
            if node is not None and isinstance(node.layer, RecurrentLayer):
                return tuple(f"{node.name}.{state}" for state in node.layer.state_names)
        found: list[str] = []
        for index, reference in enumerate(references):
            place = (*path, index) if len(references) > 1 else path
            found += self.resolve(reference, place)
        return tuple(found)

    def resolve(self, reference: str, path: Path) -> tuple[str, ...]:
        """Return the tensors that a reference names, none where it leads nowhere."""
        name, _, part = reference.partition(".")
        node = self.nodes.get(name)
        if node is None and name not in self.inputs:
            self.unknown(name, reference, path)
            return ()
        if not part:
            return self.parts(name)
        known = parts_of(node.layer) if node else ()
        if part not in known:
            what = f"`{name}` has {', '.join(f'`{name}.{each}`' for each in known)}" if known else None
            self.report("RL221", f"`{name}` has no `{part}`", path, what or f"`{name}` has one output and no states")
            return ()
        return (reference,)

    def unknown(self, name: str, reference: str, path: Path) -> None:
        if name in self.places:
            self.report(
                "RL222",
                f"`{name}` stands below, or reads this layer itself",
                path,
                "a layer reads what stands above it",
            )
            return
        self.report("RL221", f"there is no `{reference}`", path, did_you_mean(name, [*self.inputs, *self.nodes]))

    def parts(self, name: str) -> tuple[str, ...]:
        node = self.nodes.get(name)
        layer = node.layer if node else None
        if isinstance(layer, RecurrentLayer) and layer.bidirectional and layer.merge_mode is None:
            return (f"{name}.forward", f"{name}.backward")
        return (name,)

    def outputs(self, nodes: list[Node]) -> tuple[str, ...]:
        references = self.experiment.model.outputs
        if references is None:
            return self.parts(nodes[-1].name)
        found: list[str] = []
        for index, reference in enumerate(references):
            found += self.resolve(reference, ("model", "outputs", index))
        return tuple(dict.fromkeys(found))

    def report(self, code: str, message: str, path: Path, help: str | None) -> None:
        self.findings.append(Finding(code, message, path, help=help))


def parts_of(layer: Layer) -> tuple[str, ...]:
    """Return what can stand behind a layer's name: its states, and its two directions where they are kept apart."""
    if not isinstance(layer, RecurrentLayer):
        return ()
    apart = ("forward", "backward") if layer.bidirectional and layer.merge_mode is None else ()
    return (*apart, *layer.state_names)


def base_of(reference: str) -> str:
    """Return the name of the layer or input that a reference is of."""
    return reference.partition(".")[0]


def is_state(reference: str) -> bool:
    """Return whether a reference names a state, not an output."""
    part = reference.partition(".")[2]
    return bool(part) and part not in ("forward", "backward")


def _with_needs(nodes: list[Node], outputs: tuple[str, ...], *, every_timestep: bool) -> tuple[Node, ...]:
    """Return the nodes with what their consumers need of them; layers that share weights share the needs too."""
    readers: dict[str, list[Node]] = {}
    states = {base_of(reference) for reference in outputs if is_state(reference)}
    for node in nodes:
        for reference in node.sources:
            if is_state(reference):
                states.add(base_of(reference))
            else:
                readers.setdefault(base_of(reference), []).append(node)
        states |= {base_of(reference) for reference in node.initial_state if is_state(reference)}

    needing = {base_of(reference) for reference in outputs if every_timestep and not is_state(reference)}
    for node in reversed(nodes):  # who reads a layer stands below it
        for reader in readers.get(node.name, ()):
            if reader.layer.reads_sequence or (reader.layer.keeps_sequence and reader.name in needing):
                needing.add(node.name)

    group = {node.name: node.shared_with or node.name for node in nodes}
    sequences = {group[node.name] for node in nodes if node.name in needing}
    stateful = {group[name] for name in states if name in group}
    return tuple(
        replace(node, sequences=group[node.name] in sequences, wants_states=group[node.name] in stateful)
        for node in nodes
    )


def _unread(nodes: list[Node], inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Iterator[Finding]:
    """Yield layers and inputs that nobody reads: they would do nothing."""
    read = {base_of(reference) for node in nodes for reference in (*node.sources, *node.initial_state)}
    read |= {base_of(reference) for reference in outputs}
    for name in inputs:
        if name not in read:
            yield Finding(
                "RL223",
                f"nobody reads the input `{name}`",
                ("model", "inputs", name),
                help="read it with `from`",
                on_key=True,
            )
    for node in nodes:
        if node.name not in read:
            yield Finding(
                "RL223",
                f"nobody reads `{node.name}`, and it is no output",
                ("model", "layers", node.entry),
                help=f"read it with `from: {node.name}`, or name it in `model.outputs`",
            )


def _clashes(experiment: Experiment, inputs: tuple[str, ...] | Mapping[str, object]) -> Iterator[Finding]:
    given = {*inputs, *(layer.name for layer in experiment.model.layers if layer.name)}
    seen = set(inputs)
    for entry, _, name, layer in copies_of(experiment):
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
