"""The built model held against the plan, weight by weight."""

from __future__ import annotations

import keras

from rnnlab.errors import PlanMismatchError, PluginError
from rnnlab.plan import Plan


def audit(model: keras.Model, plan: Plan) -> None:
    """Compare path, shape, trainability and dtype of every weight, and the output shapes, with the plan.

    Raises:
        PlanMismatchError: RL501, with every difference.
        PluginError: RL511, the same, where layers of plugins alone differ: the spec file and the Keras file disagree.
    """
    planned = {
        weight.path: (weight.shape, weight.trainable, weight.dtype) for layer in plan.layers for weight in layer.weights
    }
    trainable = {id(weight) for weight in model.trainable_weights}
    built = {weight.path: (tuple(weight.shape), id(weight) in trainable, weight.dtype) for weight in model.weights}
    names = [path for path in sorted(planned.keys() | built.keys()) if planned.get(path) != built.get(path)]
    differences = [f"{path}: planned {_show(planned.get(path))}, built {_show(built.get(path))}" for path in names]
    shapes = [tuple(output.shape[1:]) for output in model.outputs]
    wanted = [signal.shape for signal in plan.outputs.values()]
    if shapes != wanted:
        differences.append(f"outputs: planned {wanted}, built {shapes}")
    if model.count_params() != plan.parameters:
        differences.append(f"parameters: planned {plan.parameters:,}, built {model.count_params():,}")
    plugins = {layer.name: layer.plugins for layer in plan.layers if layer.plugins}
    if names and all(path.partition("/")[0] in plugins for path in names):
        blamed = ", ".join(f"`{name}`" for name in dict.fromkeys(each for found in plugins.values() for each in found))
        message = f"plugin {blamed}: its Keras file does not build what its spec file says"
        raise PluginError("RL511", f"{message}\n  " + "\n  ".join(differences))
    if differences:
        raise PlanMismatchError("RL501", "the built model is not the planned one\n  " + "\n  ".join(differences))


def _show(weight: tuple[tuple[int, ...], bool, str] | None) -> str:
    if weight is None:
        return "nothing"
    shape, trainable, dtype = weight
    return f"{shape}{'' if trainable else ' frozen'}{'' if dtype == 'float32' else f' {dtype}'}"
