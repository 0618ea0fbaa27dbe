"""What a sweep tells before trial 0: what its space holds, and how long its trials will take."""

from __future__ import annotations

from dataclasses import replace

from rnnlab.errors import RnnlabError
from rnnlab.plan.census import Census, Drawn, draw_points, take_census
from rnnlab.plan.kept_paces import keep_pace, kept_pace, pace_file
from rnnlab.plan.pace import Pace, expected_seconds
from rnnlab.run.opening import Road
from rnnlab.sweep.executor import Executor
from rnnlab.sweep.probing import affordable_points, probe

WITHIN = 3.0  # seconds that planning may take


def census_before(road: Road, executor: Executor) -> Census:
    """Return what a space holds: the census of `rnnlab sweep --census`, of fewer points where plans take long.

    The pace is that of an earlier probe on this machine; where there is none, and the sweep is so long that a probe
    matters little, it is probed now, by the workers that train its trials.
    """
    samples = len(road.splits.train)
    drawn = draw_points(road.experiment, road.document, road.folder, samples=samples, within=WITHIN)
    assert road.experiment.sweep is not None
    trials = drawn.trials(road.experiment.sweep)
    pace = _pace(drawn, road, executor, trials)
    seconds = expected_seconds(drawn.works, road.experiment, pace, trials=trials) if pace else None
    return replace(take_census(drawn), seconds=seconds)


def _pace(drawn: Drawn, road: Road, executor: Executor, trials: int) -> Pace | None:
    path = pace_file(road.experiment, road.folder, workers=executor.capacity, threads=executor.threads)
    pace, most = kept_pace(path), affordable_points(drawn, trials)
    if pace is not None or not most:
        return pace
    try:
        pace = probe(drawn, road.experiment, road.document, road.folder, executor, most=most, say=road.say)
    except RnnlabError as error:
        road.say(f"the probe failed: {error}")
        return None
    keep_pace(path, pace)
    return pace
