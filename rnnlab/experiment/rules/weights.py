"""Rules of the weights that a training starts from."""

from __future__ import annotations

from collections.abc import Iterator

from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.model import InitialWeights
from rnnlab.experiment.rules.rule import rule
from rnnlab.layers import count_names
from rnnlab.source import Finding, did_you_mean

PLACE = ("model", "initial_weights")


@rule("model", "dataset")
def weights_are_trained(experiment: Experiment) -> Iterator[Finding]:
    """RL210: weights to start from need a training."""
    if experiment.model.initial_weights is not None and experiment.dataset is None:
        message = "`initial_weights` has no training to start: the file has no dataset"
        yield Finding("RL210", message, PLACE, help="add a `dataset:`, or remove it", on_key=True)


@rule("model")
def vectors_are_not_overwritten(experiment: Experiment) -> Iterator[Finding]:
    """RL210: a layer takes its weights from one place."""
    model = experiment.model
    given = model.initial_weights
    if given is None:
        return
    taken = given.layers if isinstance(given, InitialWeights) else None
    copies = count_names((layer.name, layer.default_name, layer.repeat) for layer in model.layers)
    for index, (layer, names) in enumerate(zip(model.layers, copies, strict=True)):
        if getattr(layer, "weights_file", None) and (taken is None or names[0] in taken):
            yield Finding(
                "RL210",
                f"`{names[0]}` takes the weights of another run, so that the vectors of a file would be overwritten",
                ("model", "layers", index, "weights_file"),
                help="remove it, or leave the layer out of `initial_weights: {run: …, layers: […]}`",
                on_key=True,
            )


@rule("model")
def named_layers_exist(experiment: Experiment) -> Iterator[Finding]:
    """RL105, RL202: `initial_weights.layers` names layers of this file, each once."""
    given = experiment.model.initial_weights
    if not isinstance(given, InitialWeights):
        return
    copies = count_names((layer.name, layer.default_name, layer.repeat) for layer in experiment.model.layers)
    known = [name for names in copies for name in names]
    for index, name in enumerate(given.layers or ()):
        place = (*PLACE, "layers", index)
        if name not in known:
            yield Finding("RL105", f"there is no layer `{name}`", place, help=did_you_mean(name, known))
        elif name in (given.layers or ())[:index]:
            yield Finding("RL202", f"`{name}` stands twice", place, help="keep one")
