"""What a trial may cost and what must hold of it: `sweep.budget` and `sweep.constraints`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rnnlab.experiment import Experiment, resolve_path
from rnnlab.plan.plan import Plan
from rnnlab.plan.space.constraints import Constraint, parse_constraint
from rnnlab.plan.space.places import value_at
from rnnlab.source import Diagnostic, Document, Path
from rnnlab.sweeping import Budget

PLANNED = ("parameters", "trainable_parameters", "memory", "flops_per_sample")


@dataclass(frozen=True)
class Limits:
    """The budget and the constraints of a sweep.

    Attributes:
        paths: of the file, by the names that the constraints have for them.
    """

    budget: Budget
    constraints: tuple[Constraint, ...]
    paths: Mapping[str, Path]

    def broken_by(self, experiment: Experiment, plan: Plan) -> Iterator[Diagnostic]:
        """Yield why a trial is refused: RL309 for the budget, RL324 for a constraint; numbers unknown refuse none."""
        for key, value in self.over_budget(plan):
            yield Diagnostic("RL309", f"over the budget: {value:,} {'bytes of ' if key == 'memory' else ''}{key}", None)
        for constraint, sides in self.missed(experiment, plan):
            yield Diagnostic("RL324", f"`{constraint.text}` does not hold: {sides}", None)

    def over_budget(self, plan: Plan) -> Iterator[tuple[str, int]]:
        """Yield (key, planned value) of everything that is over the budget."""
        for key, limit, value in (
            ("parameters", self.budget.parameters, plan.parameters),
            ("memory", self.budget.memory, plan.memory_bytes),
        ):
            if limit is not None and value is not None and value > limit:
                yield key, value

    def missed(self, experiment: Experiment, plan: Plan) -> Iterator[tuple[Constraint, str]]:
        """Yield the constraints that do not hold, with the numbers of both sides."""
        for constraint in self.constraints:
            sides = constraint.missed(lambda name: self._number(name, experiment, plan))
            if sides is not None:
                yield constraint, sides

    def _number(self, name: str, experiment: Experiment, plan: Plan) -> float | None:
        if name not in PLANNED:
            value = value_at(experiment, self.paths[name])
            return value if isinstance(value, int | float) and not isinstance(value, bool) else None
        return plan.memory_bytes if name == "memory" else getattr(plan, name)


def limits_of(experiment: Experiment, document: Document) -> Limits:
    """Return the budget and the constraints of a sweep whose file was checked."""
    sweep = experiment.sweep
    assert sweep is not None
    constraints = tuple(parse_constraint(text) for text in sweep.constraints)
    names = {quantity.name for constraint in constraints for quantity in constraint.quantities} - set(PLANNED)
    return Limits(sweep.budget or Budget(), constraints, {name: resolve_path(document, name) for name in names})


def over_budget(experiment: Experiment, plan: Plan) -> Iterator[tuple[str, int]]:
    """Yield (key, planned value) of everything that is over `sweep.budget`."""
    budget = experiment.sweep.budget if experiment.sweep else None
    if budget is not None:
        yield from Limits(budget, (), {}).over_budget(plan)
