"""What every cell and layer of a plugin must keep, tried on built models: `rnnlab plugin check`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from pydantic import ValidationError

from rnnlab.build.machine import fresh_session
from rnnlab.build.model import build_model
from rnnlab.build.plugins import register_classes
from rnnlab.cells import Cell
from rnnlab.errors import InvalidExperimentError, RnnlabError
from rnnlab.experiment import Experiment
from rnnlab.layers import RecurrentLayer
from rnnlab.plan import Plan, plan_model
from rnnlab.plugging import FAULTS, Plugin, load_plugin
from rnnlab.spec import Spec, key_docs

TIMESTEPS = 4
FEATURES = (4, 3)
SAMPLES = 3
PADS = 3
TOLERANCE = 1e-5
Layers = list[dict[str, Any]]
Array = NDArray[Any]


@dataclass(frozen=True)
class Check:
    """One question about one member of a plugin.

    Attributes:
        member: name of the cell or layer.
        question: what must hold.
        problem: empty where it holds.
    """

    member: str
    question: str
    problem: str = ""

    @property
    def holds(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.problem


class ContractError(Exception):
    """The member does not do what the question asks."""


def check_plugin(path: Path | str) -> tuple[Check, ...]:
    """Return what was asked of each member of a plugin, and what is wrong.

    Every member is planned, built, held against its plan, run with padding, trained for a step, saved and loaded.
    The keys are those of `examples` of its class.

    Raises:
        PluginError: RL510, the plugin cannot be loaded; RL511, its Keras file cannot be executed or lacks a class.
    """
    plugin = load_plugin(path)
    register_classes(plugin)
    return tuple(check for name, member in plugin.members.items() for check in _check_member(plugin, name, member))


def _check_member(plugin: Plugin, name: str, member: type[Spec]) -> Iterator[Check]:
    fresh_session()
    yield Check(name, "every key is documented", _undocumented(member))
    questions = CELL_QUESTIONS if issubclass(member, Cell) else LAYER_QUESTIONS
    examples = getattr(member, "examples", ())
    if not examples:
        yield Check(name, "there are examples", "give the class `examples`: values of its keys to try")
    for question, ask in questions.items():
        problems = [problem for example in examples if (problem := _ask(ask, name, dict(example)))]
        yield Check(name, question, problems[0] if problems else "")


def _undocumented(member: type[Spec]) -> str:
    docs = key_docs(member)
    keys = [key for key in member.model_fields if key not in ("cell", "layer") and not docs.get(key, "x")]
    keys += [key for key in member.__annotations__ if key in member.model_fields and key not in docs]
    keys = [key for key in dict.fromkeys(keys) if key not in ("cell", "layer")]
    return f"write a string below {', '.join(f'`{key}`' for key in keys)}" if keys else ""


def _ask(ask: Callable[[str, dict[str, Any]], None], name: str, example: dict[str, Any]) -> str:
    """Return what is wrong, nothing where the question is answered well."""
    keras.utils.set_random_seed(1)
    shown = ", ".join(f"{key}: {value}" for key, value in example.items())
    try:
        ask(name, example)
    except (ContractError, RnnlabError, tf.errors.OpError, *FAULTS) as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        return f"with {{{shown}}}: {' / '.join(lines[:4]) or type(error).__name__}"
    return ""


def _planned(layers: Layers, outputs: list[str] | None = None, inputs: dict[str, Any] | None = None) -> Plan:
    """Return the plan of layers that read `x`, sequences of any length unless other inputs are given."""
    model: dict[str, Any] = {"inputs": {"x": inputs or {"features": FEATURES[0]}}, "layers": layers}
    model |= {"outputs": outputs} if outputs else {}
    try:
        return plan_model(Experiment.model_validate({"rnnlab": 1, "name": "contract", "model": model}))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ContractError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _draw(shape: tuple[int, ...]) -> Array:
    return np.random.default_rng(1).normal(size=shape).astype(np.float32)


def _run(model: keras.Model, given: Array) -> list[Array]:
    return [np.asarray(each) for each in keras.tree.flatten(model({"x": given}, training=False))]


def _same(one: list[Array], two: list[Array], said: str) -> None:
    for first, second in zip(one, two, strict=True):
        if first.shape != second.shape or not np.allclose(first, second, rtol=TOLERANCE, atol=TOLERANCE):
            far = float(np.max(np.abs(first - second))) if first.shape == second.shape else "shapes differ"
            raise ContractError(f"{said} ({far})")


def _train(model: keras.Model, given: Any) -> None:
    """Take the gradient of a loss: finite, and one for every trainable weight."""
    with tf.GradientTape() as tape:
        outputs = keras.tree.flatten(model({"x": given}, training=True))
        loss = sum(tf.reduce_sum(tf.square(output - 0.5)) for output in outputs)
    gradients = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
    for weight, gradient in zip(model.trainable_weights, gradients, strict=True):
        if gradient is None:
            raise ContractError(f"the loss does not depend on `{weight.path}`: its gradient is nothing")
        if not np.all(np.isfinite(np.asarray(gradient))):
            raise ContractError(f"the gradient of `{weight.path}` is not finite")
    keras.optimizers.SGD(0.01).apply(gradients, model.trainable_weights)


def _saved(model: keras.Model, given: Any) -> None:
    """Save, load in safe mode, and compare."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        again = keras.models.load_model(path, compile=False, safe_mode=True)
    _same(_run(model, given), _run(again, given), "the loaded model gives other results")


def _keeps_arguments(plan: Plan, model: keras.Model) -> None:
    """Look for every argument of the tried cell or layer in its `get_config`."""
    planned = plan.layers[-1]
    layer = model.get_layer(planned.name)
    cells = planned.keras_arguments.get("cells")
    arguments = cells[0][1] if cells else planned.keras_arguments
    config = (layer.cell if cells else layer).get_config()
    lost = [key for key in arguments if key not in config]
    if lost:
        raise ContractError(f"`get_config` lacks {', '.join(f'`{key}`' for key in lost)}")


def _rnn(cell: str, example: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"layer": "rnn", "cells": [{"cell": cell, **example}], "name": "rnn"} | keys


def _cell_is_planned(name: str, example: dict[str, Any]) -> None:
    for features in FEATURES:
        inputs = {"features": features}
        build_model(_planned([_rnn(name, example)], inputs=inputs))
        build_model(_planned([_rnn(name, example, return_sequences=True)], inputs=inputs))
    two = _rnn(name, example) | {"cells": [{"cell": name, **example}] * 2}
    build_model(_planned([two]))


def _cell_is_bidirectional(name: str, example: dict[str, Any]) -> None:
    model = build_model(_planned([_rnn(name, example, bidirectional=True, return_sequences=True)]))
    _run(model, _draw((SAMPLES, TIMESTEPS, FEATURES[0])))


def _cell_gives_states(name: str, example: dict[str, Any]) -> None:
    first = _rnn(name, example, name="first")
    second = _rnn(name, example, name="second", initial_state="first", **{"from": "x"})
    outputs = [f"second.{state}" for state in _states(first)]
    model = build_model(_planned([first, second], ["second", *outputs]))
    x = _draw((SAMPLES, TIMESTEPS, FEATURES[0]))
    found = _run(model, x)
    if not all(np.all(np.isfinite(each)) for each in found):
        raise ContractError("an output or a state is not finite")
    weights = [weight.numpy() for weight in model.get_layer("first").weights]
    model.get_layer("second").set_weights(weights)
    whole = build_model(_planned([first], ["first", *(output.replace("second", "first") for output in outputs)]))
    whole.get_layer("first").set_weights(weights)
    twice = np.concatenate([x, x], axis=1)
    _same(_run(whole, twice), _run(model, x), "a sequence read in two halves ends in another state")


def _states(layer: dict[str, Any]) -> tuple[str, ...]:
    model = {"inputs": {"x": {"features": 1}}, "layers": [layer]}
    (spec,) = Experiment.model_validate({"rnnlab": 1, "name": "contract", "model": model}).model.layers
    assert isinstance(spec, RecurrentLayer)
    return spec.state_names


def _cell_is_loop(name: str, example: dict[str, Any]) -> None:
    inputs = {"features": FEATURES[0], "timesteps": TIMESTEPS}
    rolled = build_model(_planned([_rnn(name, example, return_sequences=True)], inputs=inputs))
    unrolled = build_model(_planned([_rnn(name, example, return_sequences=True, unroll=True)], inputs=inputs))
    unrolled.set_weights(rolled.get_weights())
    x = _draw((SAMPLES, TIMESTEPS, FEATURES[0]))
    _same(_run(rolled, x), _run(unrolled, x), "the unrolled loop gives other results")


def _cell_is_trained(name: str, example: dict[str, Any]) -> None:
    _train(build_model(_planned([_rnn(name, example)])), _draw((SAMPLES, TIMESTEPS, FEATURES[0])))


def _cell_is_saved(name: str, example: dict[str, Any]) -> None:
    plan = _planned([_rnn(name, example)])
    model = build_model(plan)
    _keeps_arguments(plan, model)
    _saved(model, _draw((SAMPLES, TIMESTEPS, FEATURES[0])))


def _cell_skips_padding(name: str, example: dict[str, Any]) -> None:
    for keys in ({}, {"bidirectional": True}):
        _padded(_planned([{"layer": "masking"}, _rnn(name, example, **keys)]))


def _cell_is_calm(name: str, example: dict[str, Any]) -> None:
    _calm(build_model(_planned([_rnn(name, example)])), _draw((SAMPLES, TIMESTEPS, FEATURES[0])))


def _calm(model: keras.Model, given: Array) -> None:
    whole = _run(model, given)
    _same(whole, _run(model, given), "the same inputs give other results the second time")
    _same([each[:1] for each in whole], _run(model, given[:1]), "other samples of the batch change a result")


def _padded(plan: Plan) -> None:
    """Hold the results of a model with pads before and behind against those without."""
    model = build_model(plan)
    x = _draw((SAMPLES, TIMESTEPS, FEATURES[0]))
    bare = _run(model, x)
    for before, behind in ((PADS, 0), (0, PADS)):
        found = _run(model, np.pad(x, ((0, 0), (before, behind), (0, 0))))
        live = [each[:, before : before + TIMESTEPS] if each.ndim > 2 else each for each in found]
        _same(bare, live, "padding changes a result")


def _each_input(name: str, example: dict[str, Any], *, masked: bool = False) -> Iterator[tuple[Plan, Array]]:
    """Yield (plan, inputs) of a layer for every kind of input that it reads.

    Raises:
        ContractError: it reads none of them.
    """
    layer = {"layer": name, **example, "name": "tried"}
    cases: list[tuple[Layers, dict[str, Any], Array]] = [
        ([layer], {"features": FEATURES[0], "timesteps": TIMESTEPS}, _draw((SAMPLES, TIMESTEPS, FEATURES[0]))),
        ([{"layer": "flatten"}, layer], {"features": 2, "timesteps": 2}, _draw((SAMPLES, 2, 2))),
        ([layer], {"vocabulary": 9, "timesteps": TIMESTEPS}, np.arange(SAMPLES * TIMESTEPS).reshape(SAMPLES, -1) % 9),
    ]
    refusals = []
    for layers, inputs, given in cases[: 1 if masked else None]:
        before: Layers = [{"layer": "masking"}] if masked else []
        try:
            yield _planned([*before, *layers], inputs=inputs | ({"timesteps": None} if masked else {})), given
        except InvalidExperimentError as error:
            refusals.append(str(error))
    if len(refusals) == len(cases):
        raise ContractError(f"it reads neither sequences, nor vectors, nor ids: {refusals[0]}")


def _layer_is_planned(name: str, example: dict[str, Any]) -> None:
    for plan, given in _each_input(name, example):
        _run(build_model(plan), given)


def _layer_is_trained(name: str, example: dict[str, Any]) -> None:
    for plan, given in _each_input(name, example):
        _train(build_model(plan), given)


def _layer_is_saved(name: str, example: dict[str, Any]) -> None:
    for plan, given in _each_input(name, example):
        model = build_model(plan)
        _keeps_arguments(plan, model)
        _saved(model, given)


def _layer_skips_padding(name: str, example: dict[str, Any]) -> None:
    for plan, _ in _each_input(name, example, masked=True):
        _padded(plan)


def _layer_is_calm(name: str, example: dict[str, Any]) -> None:
    for plan, given in _each_input(name, example):
        _calm(build_model(plan), given)


CELL_QUESTIONS: dict[str, Callable[[str, dict[str, Any]], None]] = {
    "plan = built: paths, shapes and number of weights": _cell_is_planned,
    "it runs in both directions": _cell_is_bidirectional,
    "states are given and taken": _cell_gives_states,
    "an unrolled loop gives the same": _cell_is_loop,
    "padding never changes a result": _cell_skips_padding,
    "outside training it depends on its inputs alone": _cell_is_calm,
    "every weight is trained": _cell_is_trained,
    "saved and loaded it is the same": _cell_is_saved,
}
LAYER_QUESTIONS: dict[str, Callable[[str, dict[str, Any]], None]] = {
    "plan = built: paths, shapes and number of weights": _layer_is_planned,
    "padding never changes a result": _layer_skips_padding,
    "outside training it depends on its inputs alone": _layer_is_calm,
    "every weight is trained": _layer_is_trained,
    "saved and loaded it is the same": _layer_is_saved,
}
