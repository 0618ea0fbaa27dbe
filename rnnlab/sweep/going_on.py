"""Which sweep goes on: the newest of this file that is not done."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from rnnlab.errors import CallError
from rnnlab.run.opening import Road, home_of
from rnnlab.sweep.changes import changed_keys, require_same, told_changes
from rnnlab.sweep.folder import SweepFacts, SweepFolder, sweeps_in

Known = tuple[SweepFolder, SweepFacts]


def tell_interrupted(road: Road) -> None:
    """Say that a sweep of the same file was interrupted."""
    for _, facts in reversed(_of_file(road)):
        if facts.status == "interrupted" and not changed_keys(facts.config, road.experiment.to_data()):
            road.say(f"sweep {_called(facts)} of this experiment was interrupted; --resume would go on with it")
            return


def find_interrupted(road: Road) -> Known:
    """Return the newest sweep of this file that has something left to do.

    Raises:
        CallError: there is none.
    """
    assert road.experiment.sweep is not None
    known = _of_file(road)
    config = road.experiment.to_data()
    confirm = config["sweep"].get("confirm")
    wanted = [
        each
        for each in known
        if not each[1].concluded
        or each[1].trials < road.experiment.sweep.trials
        or (confirm and each[1].config["sweep"].get("confirm") != confirm)
    ]
    fitting = [each for each in wanted if not changed_keys(each[1].config, config)]
    for each in (*reversed(fitting), *reversed(wanted)):
        return each  # one that does not fit is refused by name, with the keys
    if known:
        facts = known[-1][1]
        raise CallError(f"nothing to resume: the sweep {_called(facts)} has its {facts.trials} trials")
    raise CallError("nothing to resume: no sweep of this file is in this store")


def go_on(road: Road, facts: SweepFacts) -> SweepFacts:
    """Return what a sweep is that goes on with this file.

    Raises:
        CallError: the file, or its data, are others; every key that may not change is named.
    """
    assert road.experiment.sweep is not None
    config = road.experiment.to_data()
    require_same(facts, config, road.splits.fingerprint)
    road.say(f"resuming sweep {_called(facts)}")
    for line in told_changes(facts.config, config):
        road.say(line)
    return replace(facts, config=json.loads(json.dumps(config)), trials=road.experiment.sweep.trials)


def _of_file(road: Road) -> list[Known]:
    file = str(Path(road.document.name).absolute())
    return [
        each
        for each in sweeps_in(home_of(road.store, road.working_folder))
        if each[1].file == file and not each[1].storage
    ]


def _called(facts: SweepFacts) -> str:
    return f"{facts.name} ({facts.run_id[:8]})"
