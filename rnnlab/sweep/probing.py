"""The probe of a space: some of its points trained for some batches, by the workers that train its trials."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Sequence
from pathlib import Path

from rnnlab.errors import RnnlabError
from rnnlab.experiment import Experiment
from rnnlab.plan import check_document
from rnnlab.plan.census import Drawn
from rnnlab.plan.pace import Pace, Probed, Work, work_of
from rnnlab.plan.space import Chosen, nodes_of, trial_document
from rnnlab.plugging import plugins_in
from rnnlab.run.opening import Say
from rnnlab.run.pace import fit_pace
from rnnlab.source import Document, Parsed
from rnnlab.sweep.executor import Executor
from rnnlab.sweep.trial import TrialOrder, TrialReport
from rnnlab.sweeping import seconds_of

UNKNOWN = "the lengths or the number of its sequences are unknown"
LATE = "a point took longer than `sweep.engine.timeout`"
MOST = 9  # points, beside the file as written
PLACES = (0.5, 0.1, 0.9, 0.3, 0.7)  # among the points of the same cells, from the fewest operations to the most
AFFORDED = 2000  # batches of a sweep for each point that is probed before trial 0


def affordable_points(drawn: Drawn, trials: int) -> int:
    """Return how many points may be probed before trial 0: so few that the sweep is hardly longer for it."""
    known = [work.batches for work in drawn.works if work is not None]
    return min(MOST, int(trials * sum(known) / len(known) / AFFORDED)) if known else 0


def probe(
    drawn: Drawn,
    experiment: Experiment,
    document: Document,
    folder: Path,
    executor: Executor,
    *,
    most: int = MOST,
    say: Say = lambda line: None,
) -> Pace:
    """Return how fast the workers train the models of a space.

    Each begins with the file as written, for what a first training takes longer; then they share the other points.

    Args:
        drawn: points of the space; the data are prepared.
        experiment: of the file.
        document: the file.
        folder: relative paths of the file start here.
        executor: that trains the sweep's trials, or would.
        most: points beside the file as written.
        say: takes sentences for the person.

    Raises:
        RnnlabError: no point could be trained.
    """
    started, workers = time.monotonic(), max(1, executor.capacity)
    base = trial_document(document, [])
    written = _ordered(0, base, folder, drawn.samples, executor.threads)[1]
    chosen = choose_points(drawn, most, besides=written)
    documents = [base] * workers + [trial_document(document, nodes_of(drawn.places, each)) for each in chosen]
    ordered = [_ordered(number, each, folder, drawn.samples, executor.threads) for number, each in enumerate(documents)]
    say(f"probing {len(chosen) + 1} point{'s' if chosen else ''} of the space for some batches each")
    assert experiment.sweep is not None
    limit = experiment.sweep.engine.timeout
    reports = _train([order for order, _ in ordered], executor, None if limit is None else seconds_of(limit))
    probed = [
        Probed(work, report.timing)
        for order, work in ordered
        if work is not None and (report := reports[order.number]).timing is not None
    ]
    if not probed:
        raise RnnlabError(next((each.message for each in reports.values() if each.message), UNKNOWN))
    return fit_pace(probed, workers=workers, took=time.monotonic() - started)


def choose_points(drawn: Drawn, most: int, *, besides: Work | None) -> list[Chosen]:
    """Return points of different shapes: of all cells, and of those from few operations to many.

    Args:
        drawn: from these.
        most: at most so many.
        besides: what is probed anyway.
    """
    alike: dict[tuple[str, ...], dict[tuple[object, ...], tuple[Work, Chosen]]] = defaultdict(dict)
    for chosen, outcome in drawn.fine:
        if outcome.work is not None and (besides is None or outcome.work.shape != besides.shape):
            alike[tuple(sorted(set(outcome.work.cells)))].setdefault(outcome.work.shape, (outcome.work, chosen))
    kinds = [sorted(each.values(), key=lambda pair: pair[0].operations) for each in alike.values()]
    ordered = [
        kind[round(place * (len(kind) - 1))] for place in PLACES for kind in sorted(kinds, key=len, reverse=True)
    ]
    return list({work.shape: chosen for work, chosen in ordered}.values())[:most]


def _ordered(
    number: int, document: Document, folder: Path, samples: int | None, threads: int | None
) -> tuple[TrialOrder, Work | None]:
    """Return what is asked of a worker, and what a trial of that file would have to do."""
    checked = check_document(Parsed(document, ()), folder)
    _, experiment, plan = checked.require()
    work = work_of(experiment, plan, (checked.facts.train_samples if checked.facts else None) or samples)
    update: dict[str, object] = {"seeds": None}
    if threads and experiment.runtime.threads is None:
        update["runtime"] = experiment.runtime.model_copy(update={"threads": threads})
    plugins = tuple((str(plugin.spec_file.path), plugin.sha256) for plugin in plugins_in(experiment.model))
    config = experiment.model_copy(update=update).to_data()
    return TrialOrder(number, config, str(folder.absolute()), "", plugins=plugins, probed=True), work


def _train(orders: Sequence[TrialOrder], executor: Executor, limit: float | None) -> dict[int, TrialReport]:
    """Return how trainings ended, by number; one whose worker died is not begun again.

    Args:
        orders: of the trainings.
        executor: that trains them.
        limit: seconds that each may take, as a trial may.
    """
    waiting, reports = deque(orders), dict[int, TrialReport]()
    begun: dict[int, float] = {}
    try:
        while waiting or begun:
            while waiting and len(begun) < executor.capacity:
                executor.start(waiting[0])
                begun[waiting.popleft().number] = time.monotonic()
            left = None if limit is None else max(0.0, min(begun.values()) + limit - time.monotonic())
            event = executor.next_event(left)
            if event is None:
                late = min(begun, key=lambda number: begun[number])
                executor.kill(late)
                reports[late] = TrialReport("timeout", message=LATE)
                del begun[late]
            elif event.kind in ("ended", "died") and event.number in begun:
                del begun[event.number]
                reports[event.number] = event.report or TrialReport("killed", message=event.message)
    except BaseException:
        for number in begun:
            executor.kill(number)
        raise
    return reports
