"""A sweep from a file to its best trial, begun or gone on with."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from rnnlab.errors import CallError, InterruptedRunError
from rnnlab.experiment import Experiment
from rnnlab.kernels import await_compiled
from rnnlab.plan import check_experiment
from rnnlab.plan.space import Goal, Place, goals_of, places_of
from rnnlab.plugging import loaded_plugins
from rnnlab.run.heads import run_head
from rnnlab.run.intervals import Interval
from rnnlab.run.opening import Road, Say, home_of, is_replicated, open_road
from rnnlab.sweep.beforehand import census_before
from rnnlab.sweep.book import Book
from rnnlab.sweep.changes import study_name
from rnnlab.sweep.conclusion import BestTrial, conclude, record_counts
from rnnlab.sweep.confirmation import Confirmed, confirm
from rnnlab.sweep.database import Database, parse_storage, reported_database
from rnnlab.sweep.engines import build_executor, require_installed
from rnnlab.sweep.executor import Executor
from rnnlab.sweep.figures import log_figures
from rnnlab.sweep.folder import SweepFacts, SweepFolder
from rnnlab.sweep.front import FrontMember, record_front
from rnnlab.sweep.going_on import find_interrupted, go_on, tell_interrupted
from rnnlab.sweep.journal import open_study
from rnnlab.sweep.ledger import Ledger
from rnnlab.sweep.listener import SweepListener
from rnnlab.sweep.points import Points
from rnnlab.sweep.pruning import epochs_saved
from rnnlab.sweep.reuse import Earlier
from rnnlab.sweep.shared import SharedBook, shared_study
from rnnlab.sweep.site import Site
from rnnlab.sweep.supervisor import Supervisor
from rnnlab.sweep.trial import Trial
from rnnlab.tasks import direction_of
from rnnlab.track.process import this_process
from rnnlab.track.uri import mask_password


@dataclass(frozen=True)
class SweepOutcome:
    """What a sweep came to.

    Attributes:
        run_id: of the parent run.
        trials: all of them, refused points not counted.
        refused: points that the plan refused, which never reached a worker.
        best: None where no trial completed.
        best_config: the best trial's file, as YAML that runs alone.
        best_path: where that was written.
        scores: of the best on the test split, with baselines and skill; means, where it was trained several times.
        intervals: of those test scores, then.
        confirmed: the best configurations with fresh seeds, where the file has `confirm`.
        objectives: all of them; `objective` and `direction` are those of the first.
        front: the trials that none beats in all objectives, the best in the first objective first.
        epochs_saved: epochs that pruned trials did not train.
        failed: more trials failed than `max_failures`, so that not all were tried.
        figures_left_out: why pictures of the sweep could not be drawn, by name.
        facts: of which the call is made that goes on with it.
    """

    run_id: str
    name: str
    objective: str
    direction: str
    trials: tuple[Trial, ...]
    refused: tuple[Trial, ...]
    best: Trial | None
    facts: SweepFacts
    best_config: str = ""
    best_path: Path | None = None
    scores: dict[str, Any] = field(default_factory=dict)
    intervals: dict[str, Interval] = field(default_factory=dict)
    confirmed: tuple[Confirmed, ...] = ()
    objectives: tuple[Goal, ...] = ()
    front: tuple[FrontMember, ...] = ()
    store: str = ""
    epochs_saved: int = 0
    failed: bool = False
    figures_left_out: dict[str, str] = field(default_factory=dict)


def run_sweep(
    path: Path | str,
    *,
    overrides: Sequence[str] = (),
    store: str | None = None,
    resume: bool = False,
    reuse: bool = False,
    storage: str | None = None,
    listeners: Sequence[SweepListener] = (),
    executor: Executor | None = None,
    say: Say = lambda line: None,
) -> SweepOutcome:
    """Return what a sweep came to: one parent run in the store, its trials nested, the best one recorded whole.

    Args:
        path: a file with a `sweep:` section; as written it is trial 0.
        overrides: `path=value`, as `--set`.
        store: MLflow URI or folder; as in `run_experiment`.
        resume: go on with the newest sweep of this file that is not done, up to `trials` in all.
        reuse: take the values of trainings that other sweeps and runs of this store have done already.
        storage: PostgreSQL database in which several machines that make the same call share one study.
        listeners: told of every trial and epoch.
        executor: where trials are trained; processes on this machine, as `sweep.engine` says, unless given.
        say: takes sentences for the person.

    Raises:
        RnnlabError: the file, the data or the store is refused, or the sweep is interrupted; a failing trial raises
            nothing.
    """
    checked = check_experiment(Path(path), overrides=overrides)
    _, experiment, _ = checked.require()
    _require_sweep(experiment, reuse=reuse)
    url = _shared(storage, resume=resume) if storage else None
    worker = executor or build_executor(experiment, say)
    try:
        worker.warm()
        road = open_road(Path(path), overrides=overrides, store=store, say=say)
        await_compiled()
        if not resume:
            census = census_before(road, worker)
            for listener in listeners:
                listener.on_census(census)
        folder, facts = _resumed(road) if resume else _begun(road, url)
        facts = replace(
            facts,
            overrides=tuple(mask_password(override) for override in overrides),
            plugins=tuple(str(plugin.spec_file.path) for plugin in loaded_plugins()),
            store=mask_password(road.store.uri),
            reuse=reuse,
        )
        with folder.held(), reported_database(url):
            return _sweep(road, folder, facts, worker, tuple(listeners), resume=resume)
    finally:
        worker.close()


def _require_sweep(experiment: Experiment, *, reuse: bool) -> None:
    """Refuse what is no sweep.

    Raises:
        CallError: the file cannot be swept.
    """
    if experiment.sweep is None:
        raise CallError("the file has no `sweep:` section; `rnnlab run` trains it once")
    if is_replicated(experiment.model_copy(update={"seeds": None})):
        raise CallError("a sweep trains each trial on one split: leave `split.folds` out, and give it the best file")
    if experiment.sweep.objectives and reuse:
        raise CallError("`--reuse` takes values of one objective: a sweep of several measures its own")


def _shared(storage: str, *, resume: bool) -> URL:
    """Return the address of the database that machines share.

    Raises:
        CallError: it cannot be used.
    """
    if resume:
        raise CallError(
            "`--resume` is for a sweep of this machine alone: with `--storage` the same call joins its study"
        )
    url = parse_storage(storage)
    require_installed("psycopg", "`--storage`", extra="postgres")
    with reported_database(url):
        Database(url, "").prepare()
    return url


def _begun(road: Road, url: URL | None) -> tuple[SweepFolder, SweepFacts]:
    """Return a new sweep, or this machine's part of one that several share."""
    assert road.experiment.sweep is not None
    config = json.loads(json.dumps(road.experiment.to_data()))
    study = study_name(road.experiment.name, config, road.splits.fingerprint) if url else ""
    address = str(url) if url else ""
    if not url:
        tell_interrupted(road)
    tags = {"rnnlab.study": study, "rnnlab.storage": address} if url else {}
    head = run_head(road.document, road.experiment, road.plan, kind="sweep", folder=road.folder, tags=tags)
    run_id = road.store.start(head)
    objective = road.experiment.sweep.first.metric
    facts = SweepFacts(
        run_id=run_id,
        name=road.store.name_of(run_id),
        experiment=road.experiment.name,
        file=str(Path(road.document.name).absolute()),
        config=config,
        data=road.splits.fingerprint,
        objective=objective,
        direction=direction_of(objective),
        trials=road.experiment.sweep.trials,
        workers=1,
        started=time.time(),
        process=this_process(),
        storage=address,
        study=study,
    )
    return SweepFolder(home_of(road.store, road.working_folder) / "sweeps" / run_id), facts


def _resumed(road: Road) -> tuple[SweepFolder, SweepFacts]:
    """Return the sweep of this file that is to go on.

    Raises:
        CallError: there is none, or the file is another one.
    """
    folder, facts = find_interrupted(road)
    return folder, go_on(road, facts)


def _sweep(
    road: Road,
    folder: SweepFolder,
    facts: SweepFacts,
    executor: Executor,
    listeners: tuple[SweepListener, ...],
    *,
    resume: bool,
) -> SweepOutcome:
    known = road.store.records(experiment=facts.experiment) if resume else ()
    if resume:
        road.store.reopen(facts.run_id)
        road = replace(road, experiment=road.experiment.model_copy(update={"name": facts.experiment}))
    facts = replace(facts, process=this_process(), workers=executor.capacity, concluded=False)
    ledger = Ledger(road.store, facts.run_id, known)
    places = places_of(road.experiment, road.document)
    with _closed(road, folder, facts, ledger), _opened_book(road, folder, facts, places) as book:
        earlier = Earlier(road.store, facts.objective, besides=facts.run_id) if facts.reuse else None
        site = Site(road, facts.run_id, folder, book, Points(road, places), facts.direction, executor, ledger)
        return _supervise(site, facts, Supervisor(site, earlier, listeners))


@contextmanager
def _opened_book(
    road: Road, folder: SweepFolder, facts: SweepFacts, places: Sequence[Place]
) -> Iterator[Book | SharedBook]:
    """Give the book of a sweep: its own, or that which several machines share."""
    assert road.experiment.sweep is not None
    sweep, epochs = road.experiment.sweep, road.experiment.training.epochs * len(road.experiment.replicate_seeds)
    others = [goal.direction for goal in goals_of(sweep)[1:]]
    if not facts.storage:
        yield Book(open_study(folder.journal, sweep, places, facts.direction, epochs, others=others), places)
        return
    database = Database(parse_storage(facts.storage), facts.study)
    road.say(f"joining the study {facts.study} at {database.address}")
    with (
        database.joined(),
        shared_study(database, sweep, places, facts.direction, epochs, others=others) as study,
    ):
        yield SharedBook(Book(study, places), database, sweep.trials)


def _supervise(site: Site, facts: SweepFacts, supervisor: Supervisor) -> SweepOutcome:
    sweep = site.sweep
    confirmed: tuple[Confirmed, ...] = ()
    supervisor.run()
    if sweep.confirm is not None and not supervisor.has_failed:
        confirmed = confirm(site, supervisor.trials, sweep.confirm)
    site.ledger.abandon()
    site.ledger.flush()
    with ThreadPoolExecutor(1, thread_name_prefix="figures") as pool:  # while a worker records the best
        drawn = pool.submit(_draw, site, facts.objective)
        best = conclude(site, supervisor.trials, confirmed)
        left_out = drawn.result()
    record_counts(site, supervisor.trials, len(supervisor.refused))
    front = record_front(site, supervisor.trials) if sweep.objectives else ()
    site.ledger.flush()
    shutil.rmtree(site.folder.checkpoints, ignore_errors=True)  # also those that a killed process left
    failed = supervisor.has_failed
    site.road.store.finish(facts.run_id, "FINISHED" if best and not failed else "FAILED")
    site.folder.write(replace(facts, process="", concluded=not failed))
    outcome = _outcome(site.road, facts, supervisor, best, confirmed)
    return replace(outcome, objectives=goals_of(sweep), front=front, figures_left_out=left_out)


def _draw(site: Site, objective: str) -> dict[str, str]:
    """Write the sweep's pictures; return why some were left out, by name."""
    if site.sweep.objectives:  # which have a picture of their own
        return {}
    return log_figures(site.road.store, site.run_id, site.book.study, objective)


@contextmanager
def _closed(road: Road, folder: SweepFolder, facts: SweepFacts, ledger: Ledger) -> Iterator[None]:
    """Leave no run RUNNING, whatever happens.

    Raises:
        InterruptedRunError: Ctrl-C.
    """
    called = f"the sweep {facts.name} ({facts.run_id[:8]})"
    try:
        folder.write(facts)
        yield
    except KeyboardInterrupt as error:
        folder.write(replace(facts, process=""))
        ledger.leave("KILLED")
        ledger.end()
        road.store.finish(facts.run_id, "KILLED")
        again = "the same command joins its study again" if facts.storage else "--resume goes on with it"
        raise InterruptedRunError(f"{called} was interrupted; {again}") from error
    except BaseException as error:
        folder.write(replace(facts, process=""))
        ledger.leave("FAILED")
        ledger.end()
        road.store.set_tags(facts.run_id, {"rnnlab.error": str(error)})
        road.store.finish(facts.run_id, "FAILED")
        raise
    ledger.end()


def _outcome(
    road: Road,
    facts: SweepFacts,
    supervisor: Supervisor,
    best: BestTrial | None,
    confirmed: tuple[Confirmed, ...],
) -> SweepOutcome:
    recorded: dict[str, Any] = {"confirmed": confirmed}
    if best is not None:
        recorded |= {"best": best.trial, "best_config": best.config, "best_path": best.path}
        recorded |= {"scores": best.scores, "intervals": best.intervals}
    return SweepOutcome(
        **{"best": None} | recorded,
        run_id=facts.run_id,
        name=facts.name,
        objective=facts.objective,
        direction=facts.direction,
        trials=tuple(sorted(supervisor.trials, key=lambda trial: trial.number)),
        refused=tuple(supervisor.refused),
        facts=facts,
        store=road.store.uri,
        epochs_saved=epochs_saved(supervisor.trials),
        failed=supervisor.has_failed,
    )
