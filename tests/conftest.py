import gc
import os
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rnnlab.data import Splits
    from rnnlab.experiment import Experiment
    from rnnlab.plan import Plan
    from rnnlab.train.learner import Learner

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="also run the tests that take long: `make soak`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--soak"):
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


MOODS = {
    "sad": ("awful", "dull", "poor"),
    "calm": ("plain", "usual", "fair"),
    "glad": ("great", "lovely", "bright"),
}
FILLERS = ("the", "film", "was", "a", "very", "story", "and", "scene", "music")
EXPERIMENT = """\
rnnlab: 1
name: tiny
seed: 7
dataset:
  kind: text_table
  path: tiny.csv
  split: {kind: stratified, validation: 0.2, test: 0.2}
text: {vocabulary: 50}
padding: {maxlen: 8}
model:
  layers:
    - {layer: embedding, output_dim: 4}
    - {layer: lstm, units: 4, name: rnn}
    - {layer: dropout, rate: 0.2, name: drop}
    - {layer: dense, units: 1, activation: sigmoid, name: head}
optimizer: {kind: adam, learning_rate: 0.01}
training: {batch_size: 32, epochs: 2}
"""


@dataclass(frozen=True)
class Tiny:
    """A small table of sentences and an experiment that learns from it.

    The columns: `label` (pos, neg), `mood` (three classes), `stars` (a number); all follow from one word of the text.
    """

    folder: Path

    @property
    def table(self) -> Path:
        return self.folder / "tiny.csv"

    @property
    def file(self) -> Path:
        return self.folder / "tiny.yaml"

    @property
    def store(self) -> str:
        return str(self.folder / "mlruns")

    def extend(self, text: str, name: str = "tiny.yaml") -> Path:
        """Write the experiment with more sections and return its path."""
        path = self.folder / name
        path.write_text(EXPERIMENT + text, encoding="utf-8")
        return path


def write_tiny(folder: Path, samples: int = 160) -> Tiny:
    draw = random.Random(3)
    rows = ["text,label,mood,stars"]
    for number in range(samples):
        mood = list(MOODS)[number % 3]
        words = [*draw.choices(FILLERS, k=draw.randint(2, 8)), draw.choice(MOODS[mood])]
        draw.shuffle(words)
        label = "pos" if mood == "glad" or (mood == "calm" and words[0] < words[-1]) else "neg"
        rows.append(f"{' '.join(words)} {number},{label},{mood},{list(MOODS).index(mood) + number % 5 / 10}")
    tiny = Tiny(folder)
    tiny.table.write_text("\n".join([*rows, ""]), encoding="utf-8")
    _write_series(folder / "series.npz")
    tiny.extend("")
    return tiny


def _write_series(path: Path) -> None:
    """Write sequences of two numbers, and for each timestep the sum of the first so far."""
    import numpy as np

    x = np.random.default_rng(2).normal(size=(60, 10, 2)).astype("float32")
    sums = np.cumsum(x[:, :, 0], axis=1)
    np.savez(path, x=x, z=x * 2, y=sums, w=-sums)


@dataclass(frozen=True)
class Assembled:
    """A file with its data prepared, ready to be built; nothing of it knows MLflow."""

    experiment: "Experiment"
    plan: "Plan"
    splits: "Splits"

    def learner(self) -> "Learner":
        """Return a fresh learner with the initial weights of the file's seed."""
        from rnnlab.build import configure
        from rnnlab.train.learner import build_learner

        configure(self.experiment.runtime, self.experiment.seed)
        return build_learner(self.experiment, self.plan)


def assemble_file(path: Path, *overrides: str) -> Assembled:
    from rnnlab.data import prepare
    from rnnlab.experiment import target_kind
    from rnnlab.plan import check_experiment, plan_model

    checked = check_experiment(path, overrides=overrides)
    _, experiment, _ = checked.require()
    splits = prepare(experiment, checked.folder, target=target_kind(experiment), say=lambda line: None)
    return Assembled(experiment, plan_model(experiment, splits.facts), splits)


@pytest.fixture(scope="session", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache that is thrown away unless one is given, and no MLflow server of the person who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        if "RNNLAB_CACHE" not in os.environ:
            patch.setenv("RNNLAB_CACHE", str(tmp_path_factory.mktemp("cache")))
        if "NUMBA_CACHE_DIR" not in os.environ:  # kernels are compiled once for all that test here
            patch.setenv("NUMBA_CACHE_DIR", str(Path(__file__).parents[1] / ".pytest_cache"))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        yield


IMPORTED = {"modules": 0}
MANY = 300


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    """Keep what was imported out of garbage collection.

    Keras's `clear_session`, which comes before most models here, collects all garbage; among the objects of TensorFlow
    and MLflow that takes 0.3 s each time.
    """
    yield
    if len(sys.modules) > IMPORTED["modules"] + MANY:
        IMPORTED["modules"] = len(sys.modules)
        gc.collect()
        gc.freeze()


PLUGIN_MARK = "# --plugin "


@pytest.fixture(autouse=True)
def plugins(request: pytest.FixtureRequest) -> Iterator[None]:
    """No plugin outlives a test; one whose parameter is a file gets the plugin that the file's second line names."""
    from rnnlab.plugging import load_plugin, unload_plugins

    given = request.node.callspec.params.values() if hasattr(request.node, "callspec") else ()
    for path in (value for value in given if isinstance(value, Path) and value.suffix == ".yaml"):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[:2]
        for line in lines:
            if line.startswith(PLUGIN_MARK):
                load_plugin(path.parent / line.removeprefix(PLUGIN_MARK))
    yield
    unload_plugins()


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """The small experiment in a folder of its own, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    return write_tiny(tmp_path)


@pytest.fixture(scope="session")
def make_tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Tiny]:
    """The small experiment for fixtures that several tests share."""
    return lambda name: write_tiny(tmp_path_factory.mktemp(name))


@pytest.fixture(scope="session")
def assemble(make_tiny: Callable[[str], Tiny]) -> Callable[..., Assembled]:
    """The small experiment with `PATH=VALUE` laid over it, its data prepared."""
    file = make_tiny("assembled").file
    return lambda *overrides: assemble_file(file, *overrides)
