"""What `rnnlab sweep` says at its end."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnlab.cli.sweep_extras import (
    confirmation_lines,
    extras,
    front_lines,
    test_scores,
    trial_extras,
    value_of,
)
from rnnlab.cli.terminal import show
from rnnlab.sweep.call import resuming_call, store_option
from rnnlab.sweep.trial import FAILURES, Trial

if TYPE_CHECKING:
    from rnnlab.sweep import SweepOutcome

WIDEST = 72  # characters of a command beside which others are set in columns
SIDE_BY_SIDE = 4  # runs that are offered to be compared


def give_report(outcome: SweepOutcome, file: Path, *, json: bool) -> None:
    """Show what a sweep came to, as text or as JSON."""
    if json:
        from rnnlab.cli.output import print_json

        print_json(report_data(outcome))
        return
    show("\n" + "\n".join(report_lines(outcome, file)))


def report_data(outcome: SweepOutcome) -> dict[str, Any]:
    """Return what a sweep came to, for programs: docs/sweeps.md tells each key."""
    return {
        "run_id": outcome.run_id,
        "name": outcome.name,
        "objective": outcome.objective,
        "direction": outcome.direction,
        "trials": [_trial_data(trial) for trial in outcome.trials],
        "states": dict(sorted(Counter(trial.state for trial in outcome.trials).items())),
        "refused": len(outcome.refused),
        "epochs": sum(trial.trained for trial in outcome.trials),
        "epochs_saved_by_pruning": outcome.epochs_saved,
        "failed": outcome.failed,
        "best": outcome.best.number if outcome.best else None,
        "best_config": str(outcome.best_path) if outcome.best_path else None,
        "test": outcome.scores.get("test"),
        "skill": outcome.scores.get("skill"),
        "figures_left_out": outcome.figures_left_out,
        "store": outcome.store,
        **extras(outcome),
    }


def _trial_data(trial: Trial) -> dict[str, Any]:
    return {
        "number": trial.number,
        "values": trial.values,
        "state": trial.state,
        "value": trial.value,
        "parameters": trial.parameters,
        "epochs": trial.trained,
        "kept_epoch": trial.kept_epoch or None,
        "seconds": trial.seconds,
        "run_id": trial.run_id,
        "message": trial.message,
        "threads": trial.threads,
        "fingerprint": trial.fingerprint,
        **trial_extras(trial),
    }


def report_lines(outcome: SweepOutcome, file: Path) -> list[str]:
    """Return what a sweep came to, line by line."""
    lines = [f"sweep {outcome.name} ({outcome.run_id[:8]}): {_states(outcome.trials)}"]
    if outcome.refused:
        lines.append(f"refused     {len(outcome.refused)} points by the plan; they are no trials")
    if outcome.epochs_saved:
        trained = sum(trial.trained for trial in outcome.trials)
        lines.append(f"pruning     saved {outcome.epochs_saved} epochs; {trained} were trained")
    if outcome.failed:
        lines.append("FAILED      more trials failed than `sweep.max_failures`; --resume goes on once that is raised")
    failed = [trial for trial in outcome.trials if trial.state in FAILURES]
    lines += [f"failed      trial {trial.number}, {trial.state}: {_first_line(trial.message)}" for trial in failed[:3]]
    if len(failed) > 3:
        lines.append(f"            and {len(failed) - 3} more; the tag rnnlab.error of each run in MLflow says why")
    if outcome.best is None:
        return [*lines, "best        none: no trial completed"]
    lines += [*confirmation_lines(outcome), *front_lines(outcome), *_best_lines(outcome, outcome.best)]
    if outcome.figures_left_out:
        reasons = dict.fromkeys(outcome.figures_left_out.values())
        groups = {
            reason: [name for name, why in outcome.figures_left_out.items() if why == reason] for reason in reasons
        }
        lines += [f"left out    the pictures {', '.join(names)}: {reason}" for reason, names in groups.items()]
    return [*lines, *_next_lines(outcome, file)]


def _states(trials: tuple[Trial, ...]) -> str:
    counts = Counter(trial.state for trial in trials)
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "no trials"


def _first_line(message: str) -> str:
    return message.split("\n", maxsplit=1)[0]


def _best_lines(outcome: SweepOutcome, best: Trial) -> list[str]:
    first = next((trial for trial in outcome.trials if trial.number == 0), None)
    written = f"; the file as written has {first.value:.4f}" if first and first.value and first is not best else ""
    lines = [f"best        trial {best.number}: {outcome.objective} {value_of(best)}{written}"]
    for path, value in best.values.items():
        lines.append(
            f"            {path} = {value:.4g}" if isinstance(value, float) else f"            {path} = {value}"
        )
    lines.append(f"parameters  {best.parameters:,}")
    lines += _score_lines(outcome)
    if outcome.best_path is None:  # it could not be written beside the file
        lines += ["", outcome.best_config]
    return lines


def _score_lines(outcome: SweepOutcome) -> list[str]:
    scores = outcome.scores
    if not scores:
        return ["recorded    by the machine that trained it"]
    lines = ["test        " + ", ".join(test_scores(outcome))]
    lines += [f"skill       {skill:+.1%} over {name}" for name, skill in scores["skill"].items()]
    if scores["missed"]:
        lines.append(f"MISSED      does not beat {scores['missed']}, as `expect.beats` demands")
    return lines


def _next_lines(outcome: SweepOutcome, file: Path) -> list[str]:
    lines = [f"store       {outcome.store}"]
    commands, store = [], store_option(outcome.facts)
    if outcome.best_path:
        lines.append(f"saved       {outcome.best_path}")
        commands.append((f"rnnlab run {outcome.best_path}{store}", "trains the best again, alone"))
    commands.append((resuming_call(outcome.facts, file=file), "goes on, once `trials` is raised"))
    last = [trial.run_id[:8] for trial in outcome.trials if trial.run_id][-SIDE_BY_SIDE:]
    if len(last) > 1:
        replicated = outcome.confirmed or any(trial.replicates for trial in outcome.trials)  # they are the last runs
        named = " ".join(last) if replicated else f"LAST~{len(last) - 1}..LAST"
        commands.append((f"rnnlab compare {named}{store}", f"the last {len(last)} trials side by side"))
    commands.append((f"rnnlab ui{store}", "MLflow's pages, with this sweep's pictures"))
    width = max((len(command) for command, _ in commands if len(command) <= WIDEST), default=0)
    for index, (command, what) in enumerate(commands):
        lines.append(f"{'next' if index == 0 else '':<12}{command:<{width}}  {what}")
    return lines
