"""Everything that a built model shows: what it is made of, and what it computes."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, cached_property
from typing import Any

import numpy as np

from rnnlab import plan_model, validate_experiment

from .layers import TIMESTEPS

SAMPLES = 2


class Shown:
    """A file's model, built with seed 1; each quantity is computed when it is first asked for."""

    def __init__(self, text: str) -> None:
        import keras

        from rnnlab.build import build_model

        self.plan = plan_model(validate_experiment(text))
        keras.backend.clear_session(free_memory=False)
        keras.utils.set_random_seed(1)
        self.model = build_model(self.plan)

    @cached_property
    def data(self) -> dict[str, Any]:
        draw, data = np.random.default_rng(2), {}
        for name, signal in self.plan.inputs.items():
            shape = (SAMPLES, *(TIMESTEPS if size is None else size for size in signal.shape))
            ids = draw.integers(1, signal.vocabulary or 2, shape).astype("int32")
            data[name] = ids if signal.is_ids else draw.normal(size=shape).astype("float32")
            if not signal.is_ids and len(shape) == 3 and shape[1] > 2:
                data[name][:, 1], data[name][:, 2] = 0, 0.5  # for masking
        return data

    def penalties(self) -> str:
        return str([float(loss) for loss in self.model.losses])

    def constraints(self) -> str:
        return str([getattr(weight.constraint, "__class__", None) for weight in self.model.weights])

    def weights(self) -> str:
        return str([(weight.shape, weight.trainable, weight.numpy().tobytes()) for weight in self.model.weights])

    def outputs(self) -> str:
        return _bytes(self.model(self.data))

    def training(self) -> str:
        import keras

        keras.utils.set_random_seed(3)
        return _bytes(self.model(self.data, training=True)) + self.weights()  # moving averages

    def configuration(self) -> str:
        return json.dumps(self.model.get_config(), default=str)


QUANTITIES: tuple[Callable[[Shown], str], ...] = (
    Shown.penalties,
    Shown.constraints,
    Shown.weights,
    Shown.outputs,
    Shown.training,
)


@cache
def shown(text: str) -> Shown:
    """Return the model of a file; those that several keys share are built once."""
    return Shown(text)


@cache
def quantity(text: str, which: int) -> str:
    """Return a quantity of the model of a file."""
    return QUANTITIES[which](shown(text))


def first_difference(before: str, after: str) -> str | None:
    """Return the name of the first quantity in which the models of two files differ."""
    other = Shown(after)
    for which, compute in enumerate(QUANTITIES):
        if quantity(before, which) != compute(other):
            return compute.__name__
    return None


def _bytes(outputs: Any) -> str:
    import keras

    return str([(output.shape, np.asarray(output).tobytes()) for output in keras.tree.flatten(outputs)])
