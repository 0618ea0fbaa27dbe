"""Every key of the file has an effect that is declared here, and what needs no TensorFlow is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from weather import write_weather

from rnnlab import plan_model, validate_experiment
from rnnlab.errors import DatasetError
from rnnlab.experiment import Experiment
from rnnlab.plan import Checked, check_experiment

from .architectures import ARCHITECTURES
from .case import Case
from .flips import all_keys, is_section
from .layers import layer_keys
from .optimizers import optimizer_keys
from .sections import CASES

TRIALS, EPOCHS = 7, 5  # of the study that is asked
EXTENDS = ("Experiment", "extends")


def test_every_key_that_can_stand_in_the_file_has_an_effect_to_show():
    declared = {*layer_keys(), *optimizer_keys(), *CASES, *ARCHITECTURES, EXTENDS}
    known = {(spec, key) for spec, key in all_keys() if (spec, key) in declared or not is_section(spec, key)}
    assert sorted(known - declared) == [], "say in tests/effects/sections.py what the key changes"
    assert sorted(declared - known) == [], "there is no such key"


def cases(*effects: str) -> list[Any]:
    return [pytest.param(case, id=".".join(key)) for key, case in CASES.items() if case.effect in effects]


@pytest.fixture(scope="module")
def file(make_tiny) -> Path:
    """The small experiment, with further tables beside its own."""
    tiny = make_tiny("effects")
    head, *rows = tiny.table.read_text(encoding="utf-8").splitlines()
    tables = {
        "cased": [row.replace("the ", "The ", 1) if index % 2 else row for index, row in enumerate(rows)],
        "one": rows[:20],
        "two": rows[20:40],
        "three": rows[40:60],
        "holes": [*rows[:40], ",,,"],
    }
    for name, kept in tables.items():
        (tiny.folder / f"{name}.csv").write_text("\n".join([head, *kept, ""]), encoding="utf-8")
    tagged = [f"a{number % 7}\tx{number % 3}\t{'ON'[number % 2]}\n#\ty\tO\n" for number in range(40)]
    (tiny.folder / "tagged.txt").write_text("\n".join(tagged), encoding="utf-8")
    (tiny.folder / "other.txt").write_text("\n".join(tagged[:20]), encoding="utf-8")
    slashes = [f"a{number % 7}_b/{'ON'[number % 2]} c_d/O" for number in range(40)]
    universal = [
        f"1\ta{number % 7}\t_\tO\t{'ON'[number % 2]}" + "\t_" * 5 + "\n2\tb\t_\tN\tO" + "\t_" * 5 + "\n"
        for number in range(40)
    ]
    (tiny.folder / "universal.txt").write_text("\n".join(universal), encoding="utf-8")
    (tiny.folder / "slashes.txt").write_text("\n".join(slashes), encoding="utf-8")
    (tiny.folder / "story.txt").write_text(
        "the film was a very lovely story and the music too. " * 20, encoding="utf-8"
    )
    write_series(tiny.folder)
    with np.load(tiny.folder / "series.npz") as series:
        np.savez(tiny.folder / "other.npz", **{key: values[:30] for key, values in series.items()})
    write_sequences(tiny.folder)
    (tiny.folder / "units.txt").write_text("film\nawful\ngreat\n", encoding="utf-8")
    write_id_files(tiny.folder)
    return tiny.file


def write_sequences(folder: Path) -> None:
    """Write 20 sequences of 2 to 4 timesteps as .npz, as .ts and as a table in long form, each twice."""
    draw = np.random.default_rng(7)
    lengths = 2 + np.arange(20) % 3
    x, y = draw.normal(size=(20, 4, 2)), draw.normal(size=20)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    flat = np.concatenate([each[:length] for each, length in zip(x, lengths, strict=True)])
    others = {"m": lengths[::-1].copy(), "p": np.concatenate([[0, 1], offsets[2:]])}
    np.savez(folder / "ragged.npz", x=x, y=y, l=lengths, flat=flat, o=offsets, **others)
    for name, factor in (("one", 1.0), ("two", -1.0), ("three", 2.0)):
        lines = ["@univariate true", "@equalLength false", "@targetLabel true", "@data"]
        for row, length in enumerate(lengths):
            lines.append(f"{','.join(str(number * factor) for number in x[row, :length, 0])}:{y[row]}")
        (folder / f"{name}.ts").write_text("\n".join(lines), encoding="utf-8")
    rows = [
        f"{row},{row}-{step > 0},{step},{-step},{x[row, step, 0]},{x[row, step, 1]},{y[row]},{-y[row]}"
        for row, length in enumerate(lengths)
        for step in range(length)
    ]
    for name, kept in (("long", rows), ("longer", rows[: offsets[15]])):
        (folder / f"{name}.csv").write_text("\n".join(["id,other,time,back,a,b,y,z", *kept]), encoding="utf-8")


def write_id_files(folder: Path) -> None:
    """Write sequences of ids in the forms of the three kinds that read them."""
    import json

    draw = np.random.RandomState(4)
    for name, samples in (("reviews", 60), ("others", 50), ("newswires", 60), ("numbered", 60), ("numbered_too", 50)):
        lists = np.empty(samples, object)
        lists[:] = [draw.randint(1, 40, draw.randint(3, 12)).tolist() for _ in range(samples)]
        y = draw.randint(0, 2, samples)
        padded = np.array([(each + [0] * 12)[:12] for each in lists], np.int32)
        halves = {"x_train": lists[:40], "y_train": y[:40], "x_test": lists[40:], "y_test": y[40:]}
        np.savez(folder / name, x=lists, y=y, ids=lists, other=padded[:, :4], label=y, mood=1 - y, **halves)
    words = {f"{first}{second}": 8 * i + k + 1 for i, first in enumerate("abcd") for k, second in enumerate("efghijkl")}
    (folder / "words.json").write_text(json.dumps(words), encoding="utf-8")
    other = {word[::-1]: rank for word, rank in words.items()}
    (folder / "other_words.json").write_text(json.dumps(other), encoding="utf-8")


def write_series(folder: Path) -> None:
    """Write tables of one station each, with a second column of times and sensors by turns, and one of both."""
    for name, station in {"weather.csv": "A", "warmer.csv": "B"}.items():
        head, *rows = write_weather(folder / name, stations=station).read_text(encoding="utf-8").splitlines()
        more = [
            f"{row},{row.partition(',')[0].replace('2024', '2025')},{'early' if hour < 10 else 'late'}"
            for hour, row in enumerate(rows)
        ]
        (folder / name).write_text("\n".join([f"{head},later,sensor", *more, ""]), encoding="utf-8")
    write_weather(folder / "stations.csv")
    short = "\n".join(f"{number:02} 02,{number % 4}" for number in range(24))
    (folder / "short.csv").write_text(f"time,temp\n{short}\n", encoding="utf-8")
    head, *rows = (folder / "weather.csv").read_text(encoding="utf-8").splitlines()
    other = (folder / "warmer.csv").read_text(encoding="utf-8").splitlines()[1:]
    twice = [each for pair in zip(rows, other, strict=True) for each in pair]
    (folder / "twice.csv").write_text("\n".join([head, *twice, ""]), encoding="utf-8")


def both(file: Path, case: Case) -> tuple[Checked, Checked]:
    return check_experiment(file, overrides=case.context), check_experiment(file, overrides=[*case.context, case.flip])


def accepted(file: Path, case: Case) -> tuple[Experiment, Experiment]:
    (_, before, _), (_, after, _) = (checked.require() for checked in both(file, case))
    return before, after


def arrays(experiment: Experiment, folder: Path) -> tuple[str, list[bytes]]:
    from rnnlab.data import prepare
    from rnnlab.experiment import target_kind

    splits = prepare(experiment, folder, target=target_kind(experiment), say=lambda line: None)
    found = [
        np.asarray(values).tobytes()
        for split in (splits.train, splits.validation, splits.test)
        for part in (split.inputs, split.targets, split.masks)
        for values in part.values()
    ]
    if splits.preparation.series is not None:
        found += [np.asarray(errors).tobytes() for errors in splits.preparation.series.seasonal_errors.values()]
    return splits.fingerprint, found


@pytest.mark.parametrize("case", cases("data"))
def test_a_key_of_the_data_changes_what_is_prepared(file, case, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path))  # where nobody knows the classes of other columns
    (fingerprint, before), (other, after) = (arrays(each, file.parent) for each in accepted(file, case))
    assert fingerprint != other
    assert before != after


@pytest.mark.parametrize("case", cases("refusal"))
def test_a_key_of_the_data_says_what_is_refused(file, case):
    before, after = accepted(file, case)
    with pytest.raises(DatasetError):
        arrays(before, file.parent)
    assert arrays(after, file.parent)


@pytest.mark.parametrize("case", cases("words"))
def test_a_key_of_words_changes_how_ids_are_shown(file, case):
    from rnnlab.data import prepare

    before, after = (
        prepare(each, file.parent, target="classes", say=lambda line: None) for each in accepted(file, case)
    )
    assert before.fingerprint != after.fingerprint
    assert before.preparation.ids["ids"].words != after.preparation.ids["ids"].words


@pytest.mark.parametrize("case", cases("verdict"))
def test_a_key_that_demands_something_is_refused_where_that_is_missing(file, case):
    before, after = both(file, case)
    assert [diagnostic for diagnostic in before.diagnostics if diagnostic.severity == "error"] == []
    assert [diagnostic for diagnostic in after.diagnostics if diagnostic.severity == "error"] != []


@pytest.mark.parametrize("case", cases("plan"))
def test_a_key_of_the_model_changes_the_plan(file, case):
    before, after = both(file, case)
    assert before.require()[2] != after.require()[2]


@pytest.mark.parametrize("case", cases("record"))
def test_a_key_that_is_recorded_changes_the_record(file, case):
    before, after = accepted(file, case)
    assert before.to_data() != after.to_data()  # what a run has as params: tests/run/test_run.py


def test_a_file_that_is_extended_changes_the_experiment(file):
    over = file.with_name("over.yaml")
    over.write_text("rnnlab: 1\nextends: tiny.yaml\ntraining: {epochs: 5}\n", encoding="utf-8")
    alone = file.with_name("alone.yaml")
    alone.write_text(over.read_text(encoding="utf-8").replace("extends: tiny.yaml\n", ""), encoding="utf-8")
    assert check_experiment(over).require()[1].name == "tiny"
    assert check_experiment(alone).diagnostics != ()


@pytest.mark.parametrize("key", ARCHITECTURES, ids=".".join)
def test_a_key_of_the_architecture_changes_the_plan(key):
    before, after = (plan_model(validate_experiment(text)) for text in ARCHITECTURES[key])
    assert before != after


def study(checked: Checked, journal: Path) -> list[Any]:
    """Return what Optuna draws for some trials, and after which of its epochs it stops each."""
    from rnnlab.plan.space import places_of
    from rnnlab.sweep.journal import open_study
    from rnnlab.sweep.suggesting import suggest

    document, experiment, _ = checked.require()
    assert experiment.sweep is not None
    places = places_of(experiment, document)
    made = open_study(journal, experiment.sweep, places, "minimize", EPOCHS)
    found = []
    for number in range(TRIALS):
        trial = made.ask()
        drawn, value = suggest(trial, places), float(number * 7 % 5)
        for epoch in range(1, EPOCHS + 1):
            trial.report(value + 1 / epoch, epoch)
            if trial.should_prune():
                break
        made.tell(trial, value)
        found.append((drawn, epoch))
    return found


@pytest.mark.tensorflow
@pytest.mark.parametrize("case", cases("study"))
def test_a_key_of_the_sweep_changes_the_study(file, case, tmp_path):
    before, after = both(file, case)
    assert study(before, tmp_path / "before.log") != study(after, tmp_path / "after.log")


def workers(checked: Checked) -> list[Any]:
    """Return which workers a sweep has, when they are replaced, and how long they may train."""
    from rnnlab.sweep.placement import place_workers

    _, experiment, _ = checked.require()
    assert experiment.sweep is not None
    engine = experiment.sweep.engine
    placement = place_workers(engine, experiment.runtime, trials=40)
    return [placement, engine.recycle, engine.memory_growth, engine.timeout]


@pytest.mark.parametrize("case", cases("workers"))
def test_a_key_of_the_engine_changes_the_workers(file, case):
    before, after = both(file, case)
    assert workers(before) != workers(after)
