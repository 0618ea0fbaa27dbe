"""`rnnlab sweep --status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rnnlab.cli.terminal import show

if TYPE_CHECKING:
    from rnnlab.sweep.status import SweepStatus


def show_status(selector: str, store: str | None, *, as_json: bool) -> None:
    """Show how a sweep is doing."""
    from rnnlab.sweep.status import sweep_status

    status = sweep_status(selector, store=store)
    if as_json:
        from rnnlab.cli.output import print_json

        print_json(_data(status))
    else:
        _show(status)


def _data(status: SweepStatus) -> dict[str, Any]:
    facts, best = status.facts, status.best
    return {
        "run_id": facts.run_id,
        "name": facts.name,
        "experiment": facts.experiment,
        "file": facts.file,
        "status": facts.status,
        "objective": facts.objective,
        "direction": facts.direction,
        "trials": facts.trials,
        "ended": len(status.trials),
        "states": status.states,
        "refused": status.refused,
        "best": {"number": best.number, "value": best.value, "values": best.values} if best else None,
        "running": [
            {"number": trial.number, "values": trial.chosen, "epochs": len(trial.values), "curve": list(trial.values)}
            for trial in status.running
        ],
        "workers": facts.workers,
        "seconds_left": status.seconds_left,
    }


def _show(status: SweepStatus) -> None:
    facts = status.facts
    show(f"sweep {facts.name} ({facts.run_id[:8]}) of {facts.experiment}: {facts.status}")
    states = ", ".join(f"{count} {state}" for state, count in status.states.items()) or "none yet"
    show(f"trials      {len(status.trials)} of {facts.trials} ended: {states}")
    if status.refused:
        show(f"refused     {status.refused} points by the plan; they are no trials")
    if status.best is not None:
        show(f"best        trial {status.best.number}: {facts.objective} {status.best.value:.4f}")
        for path, value in status.best.values.items():
            show(f"            {path} = {value:.4g}" if isinstance(value, float) else f"            {path} = {value}")
    word = "running" if facts.status == "running" else "begun"
    for trial in status.running:
        last = f", {facts.objective} {trial.values[-1]:.4f}" if trial.values else ""
        show(f"{word:<11} trial {trial.number}: {len(trial.values)} epochs{last}")
    if status.seconds_left is not None and facts.status == "running":
        show(f"left        about {status.seconds_left:.0f} s with {facts.workers} workers")
    if facts.status == "interrupted":
        show(f"next        rnnlab sweep {facts.file} --resume")
