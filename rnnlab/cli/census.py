"""`rnnlab sweep --census`: what the space holds, before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rnnlab.cli.bars import bar, share
from rnnlab.cli.imports import importing
from rnnlab.cli.output import count_of, print_json
from rnnlab.cli.terminal import show
from rnnlab.errors import CallError

if TYPE_CHECKING:
    from rnnlab.plan import Checked
    from rnnlab.plan.census import Census

WIDTH = 40  # characters of a bar
CAUSES = {"invalid": "invalid", "budget": "over budget", "constraint": "constraint"}


def give_census(checked: Checked, *, store: str | None, json: bool) -> None:
    """Print the census of a checked file's space.

    Raises:
        CallError: it has no sweep.
        StoreError: the store with earlier runs cannot be read.
    """
    from rnnlab.plan.census import take_census

    with importing():
        from rnnlab.run.pace import find_pace

    document, experiment, plan = checked.require()
    if experiment.sweep is None:
        raise CallError("the file has no `sweep:` section, so that there is no space")
    pace = find_pace(experiment, plan, store, folder=Path.cwd())
    census = take_census(experiment, document, checked.folder, pace=pace)
    if json:
        print_json(census.to_data())
        return
    for line in (*_shares(census), *_sizes(census), *_times(census, experiment.sweep.trials)):
        show(line)


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


def _times(census: Census, trials: int) -> Iterator[str]:
    from rnnlab.plan.census import in_words

    seconds = census.seconds
    if seconds is None:
        if census.fine:
            yield "time        unknown until the data are prepared: `rnnlab plan --data` does it"
        return
    more = "more than " if seconds.pace.is_bound else "about "
    yield (
        f"time        {more}{in_words(seconds.trial)} a trial, {in_words(seconds.longest)} the slowest, "
        f"{in_words(seconds.sweep)} for {count_of(trials, 'trial')} one after the other"
    )
    yield (
        f"            reckoned for training steps of all epochs at {seconds.pace.flops_per_second / 1e9:.3g} GFLOP/s: "
        f"{seconds.pace.source}"
    )
