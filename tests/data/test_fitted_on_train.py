"""Whatever is fitted follows from the training samples alone, for every kind of data: others may be anything."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from weather import DATASET, write_weather

from rnnlab.data import Splits, prepare
from rnnlab.datasets import CATALOG, Dataset
from rnnlab.datasets.series import SeriesDataset
from rnnlab.experiment.experiment import Experiment
from rnnlab.spec import choices_of

from .conftest import make_experiment

TAIL = {"kind": "tail", "validation": 0.2, "test": 0.2}
TRAIN, SAMPLES = 24, 40
Write = Callable[[Path, bool], None]
"""Writes data into a folder; what is not of train is other data where the second argument is true."""


def rows(strange: bool) -> list[tuple[str, int]]:
    return [
        (f"odd{row} strange words that go on and on and on", row % 2)
        if strange and row >= TRAIN
        else (f"film {row % 5} was {('bad', 'good')[row % 2]}", row % 2)
        for row in range(SAMPLES)
    ]


def write_table(folder: Path, strange: bool) -> None:
    lines = [f"{text},{('neg', 'pos')[label]},{text[::-1]}" for text, label in rows(strange)]
    (folder / "data.csv").write_text("\n".join(["text,label,target", *lines, ""]), encoding="utf-8")


def write_tagged(folder: Path, strange: bool) -> None:
    sentences = ["\n".join(f"{word}\t{'XO'[label]}" for word in text.split()) for text, label in rows(strange)]
    (folder / "data.txt").write_text("\n\n".join(sentences) + "\n", encoding="utf-8")


def write_story(folder: Path, strange: bool) -> None:
    (folder / "data.txt").write_text("abcdefgh " * 60 + ("XYZ " if strange else "abc ") * 90, encoding="utf-8")


def write_arrays(folder: Path, strange: bool) -> None:
    draw = np.random.default_rng(1)
    x = draw.normal(size=(SAMPLES, 5, 2)).astype("float32")
    y = draw.normal(size=SAMPLES)
    if strange:
        x[TRAIN:] = x[TRAIN:] * 100 + 7
        y[TRAIN:] *= -50
    np.savez(folder / "data.npz", x=x, y=y)


def write_ids(folder: Path, strange: bool) -> None:
    lines = [
        f"{' '.join(['29'] * 15) if strange and row >= TRAIN else f'{row % 9 + 1} 3 5'},{row % 2}"
        for row in range(SAMPLES)
    ]
    (folder / "data.csv").write_text("\n".join(["ids,label", *lines, ""]), encoding="utf-8")


def write_sequences(folder: Path, strange: bool) -> None:
    lines = ["id,time,a,b,label"]
    for row in range(SAMPLES):
        odd = 1000 if strange and row >= TRAIN else 1
        lines += [f"{row},{time},{row % 7 * odd},{time * time * odd},{row % 2}" for time in range(3 + (odd > 1) * 9)]
    (folder / "data.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")


def write_ts(folder: Path, strange: bool) -> None:
    lines = [
        "@problemName x",
        "@timeStamps false",
        "@univariate true",
        "@equalLength false",
        "@classLabel true a b",
        "@data",
    ]
    for row in range(SAMPLES):
        odd = 1000 if strange and row >= TRAIN else 1
        numbers = ",".join(str(row % 7 * time * odd) for time in range(3 + (odd > 1) * 9))
        lines.append(f"{numbers}:{'ab'[row % 2]}")
    (folder / "data.ts").write_text("\n".join([*lines, ""]), encoding="utf-8")


def write_series(folder: Path, strange: bool) -> None:
    path = write_weather(folder / "weather.csv")
    if strange:  # from the border of the validation on, hour 36 of 60
        lines = [re.sub(r"(,[AB],)[^,]+", r"\g<1>9999", line) if _late(line) else line for line in _lines(path)]
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _late(line: str) -> bool:
    return line[:13] >= "2024-01-02T12" and line[:4] == "2024"


WORDS = {"text": {"vocabulary": 30}}
KINDS: dict[str, tuple[Write, str, dict[str, Any]]] = {
    "text_table": (write_table, "classes", {"dataset": {"path": "data.csv", "split": TAIL}, **WORDS}),
    "text_pairs": (
        write_table,
        "sequence",
        {
            "dataset": {"path": "data.csv", "source": "text", "split": TAIL},
            "text": {"vocabulary": 30, "unit": "character"},
        },
    ),
    "text_file": (
        write_story,
        "continuation",
        {
            "dataset": {"path": "data.txt", "split": TAIL},
            "text": {"unit": "character", "vocabulary": 30},
            "task": {"kind": "language_model", "window": 8},
        },
    ),
    "tagged": (
        write_tagged,
        "tags",
        {"dataset": {"path": "data.txt", "split": TAIL}, "text": {"unit": "token", "vocabulary": 30}},
    ),
    "arrays": (write_arrays, "number", {"dataset": {"path": "data.npz", "split": TAIL}}),
    "ids": (write_ids, "classes", {"dataset": {"path": "data.csv", "num_words": 30, "split": TAIL}}),
    "sequence_table": (
        write_sequences,
        "classes",
        {"dataset": {"path": "data.csv", "values": ["a", "b"], "split": TAIL}, "padding": {"maxlen": "longest"}},
    ),
    "ts": (write_ts, "classes", {"dataset": {"path": "data.ts", "split": TAIL}, "padding": {"maxlen": "longest"}}),
    "series": (write_series, "forecast", {"dataset": DATASET}),
}
ELSEWHERE = {
    "catalog": "texts of the catalog take the road of text_table and text_pairs",
    "generated": "the samples of a generator cannot be changed",
    "imdb": "see tests/data/test_keras_sequences.py",
    "reuters": "see tests/data/test_keras_sequences.py",
}


def test_every_kind_is_asked():
    assert {*KINDS, *ELSEWHERE} == set(choices_of(Dataset.__origin__, "kind"))
    assert {entry.series for entry in CATALOG.values()} == {True, False}


def fitted(splits: Splits) -> dict[str, Any]:
    """Return everything that was fitted, and the training samples as the network reads them."""
    train = {name: np.asarray(values[:]).tolist() for name, values in splits.train.inputs.items()}
    return splits.preparation.to_data() | {"train": train}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_fitted_does_not_ask_validation_and_test(kind, tmp_path):
    write, target, sections = KINDS[kind]
    sections = sections | {"dataset": {"kind": kind} | sections["dataset"]}
    found = []
    for strange in (False, True):
        folder = tmp_path / str(strange)
        folder.mkdir()
        write(folder, strange)
        experiment: Experiment = make_experiment(**sections)
        found.append(prepare(experiment, folder, target=target, say=lambda line: None))
    same, other = found
    assert same.fingerprint != other.fingerprint  # the data did change
    assert fitted(same) == fitted(other)


@given(
    lookback=st.integers(1, 8),
    horizon=st.integers(1, 4),
    stride=st.integers(1, 5),
    validation=st.sampled_from([0.2, 0.3]),
)
@settings(max_examples=25, deadline=None)
def test_no_timestep_is_read_or_forecast_in_two_splits(tmp_path_factory, lookback, horizon, stride, validation):
    from rnnlab.data.series_preparing import prepare_series
    from rnnlab.experiment.prepared import Fingerprints

    folder = tmp_path_factory.mktemp("purge")
    write_weather(folder / "weather.csv", hours=90)
    split = {"kind": "time", "validation": validation, "test": 0.25}
    keys = {"lookback": lookback, "horizon": horizon, "stride": stride, "split": split}
    experiment = make_experiment(dataset=DATASET | keys)
    assert isinstance(experiment.dataset, SeriesDataset)
    splits = prepare_series(experiment, experiment.dataset, folder, Fingerprints("x", "x"), lambda line: None)
    spans = []
    for samples in splits.named().values():
        past, targets = samples.inputs["past"], samples.targets["temp"]
        assert samples.timeline is not None
        first = samples.timeline.times[past.starts]
        last = samples.timeline.times[targets.starts + targets.timesteps - 1]
        spans.append((int(first.min()), int(last.max())))
    assert spans[0][1] < spans[1][0] <= spans[1][1] < spans[2][0]
