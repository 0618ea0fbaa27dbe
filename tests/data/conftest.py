import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rnnlab.data import Splits, prepare
from rnnlab.experiment.experiment import Experiment

WORDS = ("good", "fine", "great", "lovely", "bad", "poor", "awful", "dull")


def make_experiment(**sections: Any) -> Experiment:
    model = {"layers": [{"layer": "dense", "units": 1}]}
    return Experiment.model_validate({"rnnlab": 1, "name": "x", "model": model} | sections)


def write_reviews(path: Path, samples: int = 40) -> Path:
    """Every odd row is positive; four words praise and four blame."""
    rows = []
    for row in range(samples):
        word = WORDS[row // 2 % 4 + (0 if row % 2 else 4)]
        rows.append(f'"Film {row}, {word}!",{"pos" if row % 2 else "neg"},{row / 8},g{row % 7}')
    path.write_text("\n".join(["text,label,stars,critic", *rows, ""]), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def cache(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own for every test; those that fetch share one."""
    folder = request.getfixturevalue("fetched") if "network" in request.keywords else tmp_path / "cache"
    monkeypatch.setenv("RNNLAB_CACHE", str(folder))
    return folder


@pytest.fixture(scope="session")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(os.environ.get("RNNLAB_CACHE") or tmp_path_factory.mktemp("fetched"))


@pytest.fixture
def experiment() -> Callable[..., Experiment]:
    return make_experiment


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    return write_reviews(tmp_path / "reviews.csv")


@pytest.fixture
def more_reviews(tmp_path: Path) -> Callable[..., Path]:
    return lambda name, samples: write_reviews(tmp_path / name, samples)


@pytest.fixture
def prepare_reviews(reviews: Path) -> Callable[..., Splits]:
    def run(*, target: str = "classes", say: Callable[[str], None] = lambda line: None, **changes: Any) -> Splits:
        dataset = {"kind": "text_table", "path": reviews.name} | changes.pop("dataset", {})
        return prepare(make_experiment(dataset=dataset, **changes), reviews.parent, target=target, say=say)

    return run
