"""`extends`, and what an experiment is when it is written and read again."""

from pathlib import Path

import pytest

from rnnlab import load_experiment, validate_experiment
from rnnlab.errors import InvalidExperimentError
from rnnlab.plan import check_experiment
from rnnlab.run.heads import resolved_yaml

ROOT = Path(__file__).parents[2]
BASE = """
rnnlab: 1
name: base
model:
  inputs: {x: {features: 3}}
  layers: [{layer: lstm, units: 8}]
training: {epochs: 3, batch_size: 16}
"""


def test_a_file_is_laid_over_the_one_it_extends(tmp_path):
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "x.yaml").write_text("extends: base.yaml\nname: above\ntraining: {epochs: 5}\n")
    experiment = load_experiment(tmp_path / "x.yaml")
    assert (experiment.name, experiment.training.epochs, experiment.training.batch_size) == ("above", 5, 16)


def test_an_override_is_laid_over_all_files(tmp_path):
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "x.yaml").write_text("extends: base.yaml\ntraining: {epochs: 5}\n")
    assert load_experiment(tmp_path / "x.yaml", overrides=["training.epochs=7"]).training.epochs == 7


def test_an_error_below_is_shown_in_the_file_below(tmp_path):
    (tmp_path / "base.yaml").write_text(BASE.replace("units: 8", "units: -8"))
    (tmp_path / "x.yaml").write_text("extends: base.yaml\nname: above\n")
    (found,) = check_experiment(tmp_path / "x.yaml").diagnostics
    assert (found.code, found.span.source.name, found.span.line) == ("RL104", str(tmp_path / "base.yaml"), 6)


def test_a_circle_of_files_is_refused(tmp_path):
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n" + BASE)
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n")
    with pytest.raises(InvalidExperimentError, match=r"RL012.*circle"):
        load_experiment(tmp_path / "a.yaml")


FILES = [path for path in sorted((ROOT / "experiments").glob("*.yaml")) if path.suffixes == [".yaml"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_resolved_experiment_reads_back_as_itself(path):
    experiment = load_experiment(path)
    assert validate_experiment(resolved_yaml(experiment.to_data())) == experiment


@pytest.mark.parametrize(
    "rest",
    [
        "description: '1e5'\ntags: {a: 'true', b: '~', c: '1:30'}\nseed: 3\n",
        "optimizer: {kind: sgd, learning_rate: {kind: cosine_decay, initial_learning_rate: 1e-7, decay_steps: 3}}\n",
        "training: {max_seconds: 1e20, shuffle: false}\nruntime: {threads: 1, kernel: keras}\n",
        'expect: {parameters: ["> 1", "< 1e9"], memory: 10.5}\n',
    ],
)
def test_odd_values_read_back_as_themselves(rest):
    text = BASE.replace("training: {epochs: 3, batch_size: 16}\n", "").replace(
        "features: 3", "timesteps: 1, features: 3"
    )
    experiment = validate_experiment(text + rest.replace("memory: 10.5", "memory: '> 10.5'"))
    assert validate_experiment(resolved_yaml(experiment.to_data())) == experiment
