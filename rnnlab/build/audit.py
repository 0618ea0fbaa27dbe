"""The built model held against the plan, weight by weight."""

from __future__ import annotations

import keras

from rnnlab.errors import PlanMismatchError
from rnnlab.plan import Plan


def audit(model: keras.Model, plan: Plan) -> None:
    """Compare path, shape, trainability and dtype of every weight, and the output shapes, with the plan.

    Raises:
        PlanMismatchError: RL501, with every difference.
    """
    planned = {
        weight.path: (weight.shape, weight.trainable, weight.dtype) for layer in plan.layers for weight in layer.weights
    }
    trainable = {id(weight) for weight in model.trainable_weights}
    built = {weight.path: (tuple(weight.shape), id(weight) in trainable, weight.dtype) for weight in model.weights}
    differences = [
        f"{path}: planned {_show(planned.get(path))}, built {_show(built.get(path))}"
        for path in sorted(planned.keys() | built.keys())
        if planned.get(path) != built.get(path)
    ]
    shapes = [tuple(output.shape[1:]) for output in model.outputs]
    wanted = [signal.shape for signal in plan.outputs.values()]
    if shapes != wanted:
        differences.append(f"outputs: planned {wanted}, built {shapes}")
    if model.count_params() != plan.parameters:
        differences.append(f"parameters: planned {plan.parameters:,}, built {model.count_params():,}")
    if differences:
        raise PlanMismatchError("RL501", "the built model is not the planned one\n  " + "\n  ".join(differences))


def _show(weight: tuple[tuple[int, ...], bool, str] | None) -> str:
    if weight is None:
        return "nothing"
    shape, trainable, dtype = weight
    return f"{shape}{'' if trainable else ' frozen'}{'' if dtype == 'float32' else f' {dtype}'}"
