"""The front of several objectives: the trials that no other one beats in all of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnlab.plan.space import Goal, goals_of
from rnnlab.sweep.best import best_yaml, write_best
from rnnlab.sweep.front_figures import front_figure, interactive_front
from rnnlab.sweep.ranking import front_of as front_of
from rnnlab.sweep.site import Site
from rnnlab.sweep.trial import Trial, with_run


@dataclass(frozen=True)
class FrontMember:
    """A trial of the front.

    Attributes:
        config: its file, as YAML that runs alone.
        path: where that was written.
    """

    trial: Trial
    config: str
    path: Path | None


def record_front(site: Site, trials: Sequence[Trial]) -> tuple[FrontMember, ...]:
    """Return the front, after writing it into the sweep's run: as JSON, as CSV, as pictures, each trial as a file.

    Beside the experiment the files are `NAME.best-1.yaml` and so on, the best in the first objective first.
    """
    goals = goals_of(site.sweep)
    front = front_of(trials, goals)
    members = tuple(_member(site, trial, place) for place, trial in enumerate(front, start=1))
    if not members:
        return ()
    store, rows = site.road.store, [front_row(member, goals) for member in members]
    store.log_text(site.run_id, "front.json", json.dumps(rows, indent=2))
    store.log_text(site.run_id, "front.csv", front_csv(rows))
    store.log_figure(site.run_id, "figures/front.png", front_figure(trials, front, goals))
    store.log_figure(site.run_id, "figures/front.html", interactive_front(trials, front, goals))
    store.log_metrics(site.run_id, {"front": float(len(members))})
    store.set_tags(site.run_id, {"rnnlab.front": ", ".join(f"{trial.number}" for trial in front)})
    return members


def front_row(member: FrontMember, goals: Sequence[Goal]) -> dict[str, Any]:
    """Return a trial of the front as reports have it."""
    trial = member.trial
    return {
        "number": trial.number,
        "objectives": {goal.metric: value for goal, value in zip(goals, trial.objectives, strict=True)},
        "values": trial.values,
        "threads": trial.threads,
        "run_id": trial.run_id,
        "config": member.path.name if member.path else None,
    }


def front_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Return the front as CSV: number, objectives, values."""
    paths = list(dict.fromkeys(path for row in rows for path in row["values"]))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["trial", *rows[0]["objectives"], *paths])
    for row in rows:
        values = (row["values"].get(path, "") for path in paths)
        writer.writerow([row["number"], *row["objectives"].values(), *values])
    return text.getvalue()


def _member(site: Site, trial: Trial, place: int) -> FrontMember:
    point = site.point(trial)
    plugins = [Path(path).name for path, _ in site.points.order(site.folder, 0, "0", point).plugins]
    file = with_run(point.document.to_data(), point.experiment)
    config = best_yaml(file, trial.threads, sweep=site.run_id, trial=trial.number, plugins=plugins, what="A trial")
    site.road.store.log_text(site.run_id, f"front/best-{place}.yaml", config)
    return FrontMember(trial, config, write_best(config, site.road.document.name, site.road.say, place=place))
