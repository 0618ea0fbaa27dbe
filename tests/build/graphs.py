"""Random graphs of layers, and what must hold for each: the built model is the planned one, and so is what it gives."""

import json
import random
from dataclasses import dataclass, field
from typing import Any, get_args

import numpy as np

from rnnlab import plan_model, validate_experiment
from rnnlab.dtypes import LayerPolicy
from rnnlab.errors import InvalidExperimentError
from rnnlab.layers import LAYERS, RecurrentLayer
from rnnlab.plan import Plan
from rnnlab.plan.wiring import parts_of

from .strategies import random_layer

SAMPLES, TIMESTEPS = 2, 3  # of the data that the built model is called on
TRIES = 40
INPUTS = ({"features": 2}, {"features": 3}, {"features": [4, 3]}, {"features": [4, 3, 2]}, {"vocabulary": 7})
RECURRENT = [kind for kind, spec in LAYERS.items() if issubclass(spec, RecurrentLayer)]
MERGES = {"concatenate", "add", "multiply", "attention", "additive_attention", "multi_head_attention"}


@dataclass
class RandomGraph:
    """A file that grows layer by layer, as long as the plan accepts it.

    Attributes:
        references: what a further layer can read: inputs, outputs, states.
    """

    draw: random.Random
    inputs: dict[str, dict[str, Any]]
    known: bool
    layers: list[dict[str, Any]] = field(default_factory=list)
    references: list[str] = field(default_factory=list)

    def text(self, layers: list[dict[str, Any]], outputs: list[str], *, known: bool) -> str:
        timesteps = {"timesteps": TIMESTEPS} if known else {}
        inputs = {name: timesteps | keys for name, keys in self.inputs.items()}
        model = {"inputs": inputs, "layers": layers, "outputs": outputs}
        return f"rnnlab: 1\nname: random\nmodel: {json.dumps(model)}\n"

    def accepts(self, layers: list[dict[str, Any]]) -> bool:
        """Return whether the plan takes the layers, with and without a known number of timesteps."""
        names = [layer["name"] for layer in layers]
        outputs = [name for layer in layers for name in self.outputs_of(layer)] + self.unread(layers)
        try:
            for known in {True, self.known}:
                plan_model(validate_experiment(self.text(layers, outputs, known=known)))
        except InvalidExperimentError:
            return False
        return len(set(names)) == len(names)

    def unread(self, layers: list[dict[str, Any]]) -> list[str]:
        """Return the inputs that no layer reads."""
        read = {name for layer in layers for name in _listed(layer["from"])}
        return [name for name in self.inputs if name not in read]

    def spec_of(self, layer: dict[str, Any]) -> Any:
        owner = next(each for each in self.layers if each["name"] == layer["reuse"]) if "reuse" in layer else layer
        return self.spec_of(owner) if "reuse" in owner else LAYERS[owner["layer"]].model_validate(owner)

    def outputs_of(self, layer: dict[str, Any]) -> list[str]:
        spec = self.spec_of(layer)
        copies = [layer["name"], f"{layer['name']}_1"][: layer.get("repeat", 1)]
        apart = isinstance(spec, RecurrentLayer) and spec.bidirectional and spec.merge_mode is None
        return [f"{layer['name']}.{part}" for part in ("forward", "backward")] if apart else copies

    def grow(self) -> None:
        """Add a layer that the plan accepts, if one is found."""
        for _ in range(TRIES):
            layer = self.propose()
            if self.accepts([*self.layers, layer]):
                self.layers.append(layer)
                states = [f"{layer['name']}.{part}" for part in parts_of(self.spec_of(layer))]
                self.references += dict.fromkeys([*self.outputs_of(layer), *states])
                return

    def propose(self) -> dict[str, Any]:
        name = f"n{len(self.layers)}"
        several = [self.draw.choice(self.references) for _ in range(self.draw.choice([2, 2, 3]))]
        if self.layers and self.draw.random() < 0.15:
            owner = self.draw.choice(self.layers)
            merges = isinstance(owner["from"], list)
            return {"reuse": owner["name"], "name": name, "from": several if merges else several[0]}
        encoders = [each for each in self.layers if each.get("layer") in RECURRENT]
        if encoders and self.draw.random() < 0.25:
            encoder = self.draw.choice(encoders)
            return encoder | {"name": name, "from": several[0], "initial_state": encoder["name"]}
        kind = self.draw.choice([*(kind for kind in LAYERS if kind != "reuse"), *RECURRENT])
        layer = random_layer(kind, self.draw) | {"name": name, "from": several if kind in MERGES else several[0]}
        if issubclass(LAYERS[kind], RecurrentLayer):
            layer |= self.recurrent_keys(layer)
        elif kind not in MERGES and self.draw.random() < 0.1:
            layer["repeat"] = 2
        return layer

    def recurrent_keys(self, layer: dict[str, Any]) -> dict[str, Any]:
        keys: dict[str, Any] = {"unroll": layer.get("unroll", False) and self.known}
        if self.draw.random() < 0.3:
            keys["return_sequences"] = True
        if layer.get("bidirectional") and self.draw.random() < 0.5:
            keys["merge_mode"] = None
        return keys

    def finished(self) -> str:
        """Return the file, with every layer and some of the states as outputs."""
        outputs = [name for layer in self.layers for name in self.outputs_of(layer)]
        states = [name for name in self.references if "." in name and name not in outputs]
        chosen = self.draw.sample(states, min(len(states), 2))
        return self.text(self.layers, [*outputs, *chosen, *self.unread(self.layers)], known=self.known)


def _listed(source: str | list[str]) -> list[str]:
    names = [source] if isinstance(source, str) else source
    return [name.partition(".")[0] for name in names]


def random_graph(seed: int, size: int = 8) -> str:
    """Return a file with a random graph of layers."""
    draw = random.Random(seed)
    inputs = {f"x{index}": dict(draw.choice(INPUTS)) for index in range(draw.choice([1, 2, 3]))}
    graph = RandomGraph(draw, inputs, known=draw.random() < 0.5, references=list(inputs))
    for _ in range(size):
        graph.grow()
    return graph.finished()


def with_dtypes(text: str, dtype: str, seed: int) -> str:
    """Return a file computed in a dtype, with others and without autocast at random layers, where the plan takes it."""
    draw = random.Random(seed)
    before, _, model = text.partition("model: ")
    data = json.loads(model)

    def written() -> str:
        return f"{before}model: {json.dumps(data)}\nruntime: {{dtype: {dtype}}}\n"

    for layer in data["layers"]:
        for key, choices in (("dtype", get_args(LayerPolicy)), ("autocast", (False,))):
            if "reuse" in layer or draw.random() < 0.5:
                continue
            layer[key] = draw.choice(choices)
            try:
                plan_model(validate_experiment(written()))
            except InvalidExperimentError:
                del layer[key]
    return written()


def check_graph(text: str) -> Plan:
    """Build a file and compare what comes out with its plan; building compares the weights."""
    import keras

    from rnnlab.build import build_model

    plan = plan_model(validate_experiment(text))
    model = build_model(plan)
    assert model.count_params() == plan.parameters
    assert {weight.path: tuple(weight.shape) for weight in model.weights} == {
        weight.path: weight.shape for layer in plan.layers for weight in layer.weights
    }
    draw = np.random.default_rng(0)
    data = {}
    for name, signal in plan.inputs.items():
        shape = (SAMPLES, *(TIMESTEPS if size is None else size for size in signal.shape))
        floats = draw.normal(size=shape).astype("float32")
        data[name] = draw.integers(0, signal.vocabulary, shape).astype("int32") if signal.vocabulary else floats
    given = model(data, training=True)
    for (name, signal), output in zip(plan.outputs.items(), keras.tree.flatten(given), strict=True):
        real = (None, *output.shape[1:])
        wanted = (None, *(size or real for size, real in zip(signal.shape, output.shape[1:], strict=True)))
        assert (output.shape[0], real) == (SAMPLES, wanted), name
    keras.backend.clear_session()
    return plan
