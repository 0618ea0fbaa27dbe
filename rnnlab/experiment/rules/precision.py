"""Rules of `dtype`: what TensorFlow cannot do in half precision, and what it is too coarse or too slow for."""

from __future__ import annotations

from collections.abc import Iterator

from rnnlab.dtypes import HALVES, compute_dtype
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.rules.rule import rule
from rnnlab.layers import Layer
from rnnlab.source import Finding, Path
from rnnlab.spec import Spec

SCORED = {"dense", "activation"}


@rule("model")
def initializers_exist(experiment: Experiment) -> Iterator[Finding]:
    """RL230: orthogonal matrices cannot be drawn in bfloat16, which is the default of recurrent weights."""
    for index, layer in enumerate(experiment.model.layers):
        if layer.dtype != "bfloat16":
            continue
        for below, spec in _parts(layer):
            if getattr(spec, "recurrent_initializer", None) == "orthogonal":
                written = "recurrent_initializer" in spec.model_fields_set
                place = (*below, "recurrent_initializer") if written else ("dtype",)
                yield Finding(
                    "RL230",
                    "TensorFlow cannot draw orthogonal weights in bfloat16",
                    ("model", "layers", index, *place),
                    help="use `dtype: mixed_bfloat16`, or another `recurrent_initializer`",
                )


def _parts(layer: Layer) -> Iterator[tuple[Path, Spec]]:
    """Yield (path below the layer, spec) of everything in a layer that may draw recurrent weights."""
    yield (), layer
    yield from ((("cells", number), cell) for number, cell in enumerate(getattr(layer, "cells", ())))
    if isinstance(inner := getattr(layer, "inner", None), Spec):
        yield ("inner",), inner


@rule("model", "runtime", "dataset")
def half_precision_pays(experiment: Experiment) -> Iterator[Finding]:
    """RL231, a warning: half precision on a CPU, or for what is scored."""
    layers = experiment.model.layers
    places: list[tuple[Path, str]] = [(("runtime", "dtype"), experiment.runtime.dtype)]
    places += [(("model", "layers", index, "dtype"), each.dtype) for index, each in enumerate(layers) if each.dtype]
    halves = [(path, compute_dtype(policy)) for path, policy in places if compute_dtype(policy) in HALVES]
    last = ("model", "layers", len(layers) - 1, "dtype")
    for path, dtype in halves:
        if experiment.runtime.devices == "cpu":
            message, help_ = f"a CPU is slower in {dtype} than in float32, up to 41 times", "use float32 without a GPU"
        elif path == last and layers[-1].layer in SCORED and experiment.dataset is not None:
            message, help_ = f"{dtype} is coarse for what is scored", "leave `dtype` out: this layer then uses float32"
        else:
            continue
        yield Finding("RL231", message, path, help=help_, severity="warning")
