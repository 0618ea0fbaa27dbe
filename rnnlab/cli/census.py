"""`rnnlab sweep --census`: what the space holds, before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from rnnlab.cli.bars import bar, share
from rnnlab.cli.imports import importing
from rnnlab.cli.output import count_of, print_json
from rnnlab.cli.terminal import say, show
from rnnlab.errors import CallError, RnnlabError

if TYPE_CHECKING:
    from rnnlab.experiment import Experiment
    from rnnlab.plan import Checked
    from rnnlab.plan.census import Census, Drawn
    from rnnlab.plan.pace import Pace
    from rnnlab.sweep.executor import Executor

WIDTH = 40  # characters of a bar
CAUSES = {"invalid": "invalid", "budget": "over budget", "constraint": "constraint"}
UNTOLD = "`rnnlab sweep FILE --census` measures it"


def give_census(checked: Checked, *, probing: bool, json: bool) -> None:
    """Print the census of a checked file's space.

    Args:
        checked: the file.
        probing: prepare the data and train some points for some batches; else the pace of an earlier probe is used.
        json: print JSON.

    Raises:
        CallError: it has no sweep.
    """
    from rnnlab.plan.census import draw_points, take_census
    from rnnlab.plan.pace import expected_seconds

    document, experiment, _ = checked.require()
    if experiment.sweep is None:
        raise CallError("the file has no `sweep:` section, so that there is no space")
    with ExitStack() as stack:
        executor, samples, reason = _prepared(checked, stack) if probing else (None, None, UNTOLD)
        drawn = draw_points(experiment, document, checked.folder, samples=samples)
        census = take_census(drawn)
        for line in () if json else (*_shares(census), *_sizes(census)):
            show(line, flush=True)
        if executor is not None and census.fine:
            pace, reason = _probed(checked, drawn, executor)
        else:
            pace = None if probing else _kept(experiment, checked)
    trials = drawn.trials(experiment.sweep)
    seconds = expected_seconds(drawn.works, experiment, pace, trials=trials) if pace else None
    census = replace(census, seconds=seconds)
    if json:
        print_json(census.to_data())
    for line in () if json else _times(census, reason):
        show(line)
    if json and probing and seconds is None:
        say(f"the time is unknown: {reason}")


def _prepared(checked: Checked, stack: ExitStack) -> tuple[Executor | None, int | None, str]:
    """Return the workers, which load TensorFlow meanwhile, and the training samples; or why there are none."""
    from rnnlab.kernels import COMPILING, await_compiled, compile_ahead
    from rnnlab.sweep.engines import build_executor

    _, experiment, plan = checked.require()
    try:
        executor = build_executor(experiment, say)
        stack.callback(executor.close)
        executor.warm()
        if plan.needs_kernels and compile_ahead():
            say(COMPILING)
        with importing():
            from rnnlab.data import prepare
            from rnnlab.experiment import target_kind

        splits = prepare(experiment, checked.folder, target=target_kind(experiment), say=say)
        await_compiled()
    except RnnlabError as error:
        return None, None, f"{error}"
    return executor, len(splits.train), ""


def _probed(checked: Checked, drawn: Drawn, executor: Executor) -> tuple[Pace | None, str]:
    """Return the pace that the workers have, and keep it; else why there is none."""
    from rnnlab.plan.kept_paces import keep_pace, pace_file
    from rnnlab.sweep.probing import probe

    document, experiment, _ = checked.require()
    try:
        pace = probe(drawn, experiment, document, checked.folder, executor, say=say)
    except RnnlabError as error:
        return None, f"{error}"
    path = pace_file(experiment, checked.folder, workers=executor.capacity, threads=executor.threads)
    keep_pace(path, pace)
    return pace, ""


def _kept(experiment: Experiment, checked: Checked) -> Pace | None:
    """Return the pace of an earlier probe with the workers of this machine."""
    from rnnlab.plan.kept_paces import kept_pace, pace_file
    from rnnlab.sweep.engines import build_executor

    if experiment.sweep is None or experiment.sweep.engine.kind != "local":
        return None
    executor = build_executor(experiment)
    return kept_pace(pace_file(experiment, checked.folder, workers=executor.capacity, threads=executor.threads))


def census_lines(census: Census, reason: str = UNTOLD) -> Iterator[str]:
    """Return the lines of a census; `reason` is why nobody knows how long trials take, where that is so."""
    yield from _shares(census)
    yield from _sizes(census)
    yield from _times(census, reason)


def _shares(census: Census) -> Iterator[str]:
    space = "endless" if census.distinct is None else f"{count_of(census.distinct, 'distinct point')}"
    repeated = f", {census.repeated:,} of them again" if census.repeated else ""
    yield f"space       {space}; {census.points:,} drawn{repeated}, {count_of(census.models, 'model')} planned"
    yield f"fine        {share(census.fine / census.points)}"
    for refusals in census.refusals:
        heading = CAUSES[refusals.cause]
        yield f"{heading:<12}{share(refusals.points / census.points)}  {refusals.code}: {refusals.message}"
        values = (f"{path.rpartition('.')[2]} {_value(value)}" for path, value in refusals.example.items())
        yield f"            {'  '.join(values)}"


def _value(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)


def _sizes(census: Census) -> Iterator[str]:
    if census.parameters is None:
        return
    low, mean, high = census.parameters
    yield f"parameters  {low:,} to {high:,}, {mean:,.0f} in the mean"
    most = max(each.points for each in census.histogram)
    width = len(f"{high:,}")
    for each in census.histogram:
        part = share(each.points / census.fine)
        yield f"  {each.low:>{width},} to {each.high:>{width},}  {part:>7}  {bar(each.points / most, WIDTH)}".rstrip()


def _times(census: Census, reason: str) -> Iterator[str]:
    from rnnlab.plan.pace import in_words

    seconds = census.seconds
    if seconds is None:
        if census.fine:
            yield f"time        unknown: {reason}"
        return
    pace, most = seconds.pace, "at most " if seconds.at_most else ""
    yield (
        f"time        {most}about {in_words(seconds.trial)} a trial, {in_words(seconds.longest)} the slowest, "
        f"{in_words(seconds.sweep)} for {count_of(seconds.trials, 'trial')} by {count_of(pace.workers, 'worker')}"
    )
    error = "" if pace.error is None else f"; each is foretold by the others to {pace.error:.0%} in the median"
    yield f"            {count_of(pace.probed, 'model')} trained for some batches, in {in_words(pace.took)}{error}"
    yield f"            {in_words(pace.boot)} of the sweep are its workers' start; recording the best comes on top"
    if seconds.told < 1:
        told = share(seconds.told)
        yield f"            for {told} of the points; lengths of the others are unknown, or none like them was probed"
