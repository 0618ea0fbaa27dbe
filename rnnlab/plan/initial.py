"""Which weights a training takes over from another run, and whether they fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rnnlab.experiment import Experiment
from rnnlab.layers import show_dimensions
from rnnlab.plan.plan import Plan
from rnnlab.source import Finding

PLACE = ("model", "initial_weights")
Shapes = Mapping[str, tuple[int, ...]]
"""The weights of a layer by path."""


def initial_findings(experiment: Experiment, plan: Plan) -> Iterator[Finding]:
    """Yield the layers of `initial_weights.layers` that have no weights to take over."""
    given = experiment.model.starts_from
    by_name = {layer.name: layer for layer in plan.layers}
    for index, name in enumerate((given.layers if given else None) or ()):
        layer = by_name.get(name)
        if layer is not None and not layer.weights:
            message = f"`{name}` has no weights of its own"
            help_ = f"name `{layer.shared_with}`, whose weights it shares" if layer.shared_with else "remove it"
            yield Finding("RL210", message, (*PLACE, "layers", index), help=help_)


def taken_over(experiment: Experiment, plan: Plan) -> tuple[str, ...]:
    """Return the names of the layers that take the weights of the other run."""
    given = experiment.model.starts_from
    return (given.layers if given else None) or tuple(layer.name for layer in plan.layers if layer.weights)


def misfits(experiment: Experiment, plan: Plan, found: Mapping[str, Shapes], run: str) -> Iterator[Finding]:
    """Yield the layers whose weights the other run has not, or not with these shapes.

    Args:
        experiment: with `initial_weights`.
        plan: of its model, complete.
        found: the weights of the other run's model, by layer.
        run: what a person calls it.
    """
    given = experiment.model.starts_from
    written = given is not None and given.layers is not None
    for index, name in enumerate(taken_over(experiment, plan)):
        layer = next(layer for layer in plan.layers if layer.name == name)
        wanted = {weight.path: weight.shape for weight in layer.weights}
        if found.get(name, {}) != wanted:
            yield Finding(
                "RL503",
                f"the weights of `{name}` in {run} do not fit: "
                f"found {_show(found.get(name, {}), wanted)}, wanted {_show(wanted, found.get(name, {}))}",
                (*PLACE, "layers", index) if written else PLACE,
                help=None if written else "take those that fit: `{run: …, layers: […]}`",
            )


def _show(weights: Shapes, others: Shapes) -> str:
    """Return the weights that differ from others."""
    shown = [f"{path} {show_dimensions(shape)}" for path, shape in weights.items() if others.get(path) != shape]
    return ", ".join(shown) or ("no more" if weights else "no such layer with weights")
