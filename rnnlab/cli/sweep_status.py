"""`rnnlab sweep --status`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from rnnlab.cli.console import SafeConsole
from rnnlab.cli.sweep_extras import told_objectives, trial_extras
from rnnlab.cli.sweep_view import Snapshot, UnderWay, draw
from rnnlab.cli.terminal import show
from rnnlab.sweep.call import resuming_call

if TYPE_CHECKING:
    from rnnlab.sweep.status import SweepStatus
    from rnnlab.sweep.trial import Trial


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
        "best": _best(best) if best else None,
        "running": [
            {
                "number": trial.number,
                "values": trial.chosen,
                "epochs": len(trial.values),
                "curve": list(trial.values),
                "worker": trial.workers[0] if trial.workers else "",
                "workers": list(trial.workers),
                "seeds": list(trial.seeds),
            }
            for trial in status.running
        ],
        "workers": facts.workers,
        "seconds_left": status.seconds_left,
        "resume": None if facts.status == "running" else resuming_call(facts),
        **_front(status),
    }


def _best(best: Trial) -> dict[str, Any]:
    return {"number": best.number, "value": best.value, "values": best.values, **trial_extras(best)}


def _front(status: SweepStatus) -> dict[str, Any]:
    """Return the objectives and the front as JSON, where there are several objectives."""
    goals = status.facts.goals
    if len(goals) == 1:
        return {}
    return {
        "objectives": [{"metric": goal.metric, "direction": goal.direction} for goal in goals],
        "front": [{"number": each.number, "objectives": list(each.objectives)} for each in status.front],
    }


def _show(status: SweepStatus) -> None:
    facts = status.facts
    show(f"sweep {facts.name} ({facts.run_id[:8]}) of {facts.experiment}: {facts.status}")
    console = SafeConsole(highlight=False)
    console.print(draw(snapshot_of(status), width=console.width))
    for place, trial in enumerate(status.front):
        show(f"{'' if place else 'front':<12}trial {trial.number}: {told_objectives(trial, facts.goals)}")
    if facts.status == "interrupted":
        show(f"next        {resuming_call(facts)}")


def snapshot_of(status: SweepStatus) -> Snapshot:
    """Return a sweep as the table takes it; of an interrupted one nothing is trained."""
    facts, now = status.facts, time.time()
    is_running = facts.status == "running"
    running = (
        UnderWay(
            each.number,
            each.chosen,
            each.values,
            each.epochs,
            each.workers if is_running else (),
            now - each.since if is_running and each.since else None,
            each.seeds if is_running else (),
        )
        for each in sorted(status.running, key=lambda each: each.number)
    )
    return Snapshot(facts.goals, status.trials, tuple(running), status.refused, facts.trials, facts.workers)
