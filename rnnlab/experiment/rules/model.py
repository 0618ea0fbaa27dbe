"""Rules of the model that need no shapes: its inputs, its names, keys that cannot matter."""

from __future__ import annotations

from collections.abc import Iterator

from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.rules.rule import per_input, rule
from rnnlab.layers import RecurrentLayer
from rnnlab.source import Finding


@rule("dataset", "model")
def data_or_inputs(experiment: Experiment) -> Iterator[Finding]:
    """RL211: a file has a dataset, or inputs by shape."""
    if experiment.dataset is None and experiment.model.inputs is None:
        yield Finding(
            "RL211",
            "the model has nothing to read",
            ("model",),
            help="add a `dataset:`, or, without data, `model.inputs: {x: {timesteps: …, features: …}}`",
            on_key=True,
        )
    if experiment.dataset is not None and experiment.model.inputs is not None:
        yield Finding(
            "RL211",
            "the inputs come from the dataset",
            ("model", "inputs"),
            help="remove `model.inputs`, or the dataset",
            on_key=True,
        )


@rule("model")
def input_shapes(experiment: Experiment) -> Iterator[Finding]:
    """RL211: an input is ids or features."""
    for name, given in (experiment.model.inputs or {}).items():
        if (given.vocabulary is None) == (given.features is None):
            yield Finding(
                "RL211",
                f"the input `{name}` must have either `features` or `vocabulary`",
                ("model", "inputs", name),
                help="`features: F` for numbers, `vocabulary: V` for ids",
                on_key=True,
            )


@rule("model")
def keys_that_matter(experiment: Experiment) -> Iterator[Finding]:
    """RL210: keys of a layer that cannot matter beside others."""
    for index, layer in enumerate(experiment.model.layers):
        for problem in layer.contradictions():
            yield Finding(
                "RL210",
                problem.message,
                ("model", "layers", index, *problem.path, problem.key),
                help=problem.help,
                on_key=True,
            )


@rule("model")
def unique_names(experiment: Experiment) -> Iterator[Finding]:
    """RL202: names of layers and inputs are unique."""
    seen = set(experiment.model.inputs or {})
    if experiment.dataset is not None:
        seen |= set(experiment.dataset.input_names)
    for index, layer in enumerate(experiment.model.layers):
        if layer.name is None:
            continue
        if layer.name in seen:
            yield Finding(
                "RL202",
                f"the name `{layer.name}` is already taken",
                ("model", "layers", index, "name"),
                help="choose another",
            )
        seen.add(layer.name)


@rule("runtime", "model", "dataset", "padding")
def cudnn_can(experiment: Experiment) -> Iterator[Finding]:
    """RL215: `kernel: cudnn` refuses what cuDNN cannot do."""
    if experiment.runtime.kernel != "cudnn":
        return
    path = ("runtime", "kernel")
    if experiment.runtime.devices == "cpu":
        yield Finding("RL215", "cuDNN needs a GPU, but `devices` is cpu", path, help="use `kernel: auto`")
    recurrent = [
        (("model", "layers", index), layer)
        for index, layer in enumerate(experiment.model.layers)
        if isinstance(layer, RecurrentLayer)
    ]
    for place, layer in recurrent:
        if obstacle := layer.cudnn_obstacle(None):
            yield Finding(
                "RL215",
                f"cuDNN cannot compute this layer: {obstacle}",
                (*place, layer.cudnn_obstacle_key or "layer"),
                help="use `runtime.kernel: auto`",
            )
    for section, padding in per_input(experiment.padding, "padding"):
        if recurrent and experiment.dataset and padding.mask and padding.padding == "pre":
            message = "cuDNN masks only padding that stands at the end"
            help_ = "use `padding: post`, or `runtime.kernel: auto`"
            yield Finding("RL215", message, (*section, "padding"), help=help_)
