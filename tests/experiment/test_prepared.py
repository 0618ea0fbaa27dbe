import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rnnlab.data import prepare
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.prepared import cache_root, data_fingerprint, describe, prepared_folder

CATALOG = {"kind": "catalog", "name": "movie-snippets"}
TABLE = {"kind": "text_table", "path": "t.csv"}


def experiment(**sections: Any) -> Experiment:
    model = {"layers": [{"layer": "dense", "units": 1}]}
    return Experiment.model_validate({"rnnlab": 1, "name": "x", "model": model} | sections)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def table(tmp_path) -> Path:
    rows = [f"word{row % 5} more,{'ab'[row % 2]}" for row in range(30)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["text,label", *rows]))
    return path


def test_the_cache_is_where_the_environment_says(cache, monkeypatch):
    assert cache_root() == cache
    monkeypatch.setenv("RNNLAB_CACHE", "")
    assert cache_root().name == "rnnlab"
    monkeypatch.setenv("RNNLAB_CACHE", "near")
    assert cache_root() == Path.cwd() / "near"


def test_without_a_dataset_there_is_nothing_to_describe(tmp_path):
    assert data_fingerprint(experiment(), tmp_path, "classes") is None
    assert describe(experiment(), tmp_path, "classes") is None


def test_a_file_that_cannot_be_read_has_no_fingerprint_but_is_described(tmp_path):
    file = experiment(dataset=TABLE)
    assert data_fingerprint(file, tmp_path, "classes") is None
    assert describe(file, tmp_path, "classes").inputs["text"].vocabulary == 10_000


def test_keys_alone_tell_the_vocabulary_a_given_length_and_the_catalogs_classes(tmp_path):
    text, padding = {"vocabulary": 500}, {"maxlen": 40, "padding": "pre", "mask": False}
    facts = describe(experiment(dataset=CATALOG, text=text, padding=padding), tmp_path, "classes")
    found = facts.inputs["text"]
    assert (found.vocabulary, found.timesteps, found.padding, found.masked) == (500, 40, "pre", False)
    assert facts.targets["sentiment"].labels == ("negative", "positive")
    assert facts.train_samples is None


@pytest.mark.parametrize(
    ("dataset", "target", "classes"),
    [(TABLE | {"labels": ["a", "b", "c"]}, None, 3), (TABLE, "classes", None), (TABLE, "number", None)],
)
def test_the_target_is_known_as_far_as_keys_and_task_tell(table, dataset, target, classes):
    found = describe(experiment(dataset=dataset), table.parent, target).targets["label"]
    assert (found.kind, found.classes) == (target or "classes", classes)


def test_a_target_nobody_tells_is_not_invented(table):
    assert describe(experiment(dataset=TABLE), table.parent, None).targets == {}


def test_sections_left_out_are_their_defaults(table):
    short = experiment(dataset=TABLE)
    whole = experiment(dataset=TABLE, text={"vocabulary": 10_000}, padding={"maxlen": "p95"})
    assert data_fingerprint(short, table.parent, "classes") == data_fingerprint(whole, table.parent, "classes")


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset": TABLE | {"text": "label"}},
        {"dataset": TABLE | {"label": "text"}},
        {"dataset": TABLE | {"labels": ["a", "b"]}},
        {"dataset": TABLE | {"split": {"kind": "tail"}}},
        {"dataset": TABLE | {"split": {"kind": "random", "seed": 1}}},
        {"dataset": TABLE | {"split": {"kind": "random", "validation": 0.2}}},
        {"dataset": CATALOG},
        {"dataset": CATALOG | {"target": "score"}},
        {"text": {"unit": "character"}},
        {"text": {"vocabulary": 9}},
        {"text": {"lowercase": False}},
        {"padding": {"maxlen": 9}},
        {"padding": {"padding": "pre"}},
        {"padding": {"truncating": "post"}},
        {"padding": {"mask": False}},
    ],
)
def test_every_key_of_the_data_changes_the_fingerprint(table, changes):
    base = experiment(dataset=TABLE)
    changed = experiment(**({"dataset": TABLE} | changes))
    assert data_fingerprint(base, table.parent, "classes") != data_fingerprint(changed, table.parent, "classes")


def test_keys_beside_the_data_do_not_change_it(table):
    changed = experiment(
        dataset=TABLE, seed=5, training={"epochs": 3}, optimizer={"kind": "adam", "learning_rate": 0.5}
    )
    wanted = data_fingerprint(experiment(dataset=TABLE), table.parent, "classes")
    assert data_fingerprint(changed, table.parent, "classes") == wanted


def test_content_and_target_change_the_fingerprint(table):
    file = experiment(dataset=TABLE)
    prints = {data_fingerprint(file, table.parent, target) for target in ("classes", "number", None)}
    table.write_text(table.read_text() + "\nlast,a")
    prints.add(data_fingerprint(file, table.parent, "classes"))
    assert len(prints) == 4


def test_another_length_is_known_without_preparing_again(table):
    whole = prepare(experiment(dataset=TABLE, padding={"maxlen": "longest"}), table.parent, target="classes", say=print)
    longest = whole.facts.inputs["text"].timesteps
    for padding, timesteps in ((None, whole.facts.lengths["text"][94]), ({"maxlen": "longest"}, longest)):
        sections = {"padding": padding} if padding else {}
        found = describe(experiment(dataset=TABLE, **sections), table.parent, "classes").inputs["text"]
        assert (found.timesteps, found.padding, found.masked) == (timesteps, "post", True)


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"inputs": 3}'])
@pytest.mark.parametrize("name", ["facts.json", "manifest.json"])
def test_damaged_facts_count_as_absent(table, name, damage):
    file = experiment(dataset=TABLE)
    splits = prepare(file, table.parent, target="classes", say=lambda line: None)
    assert describe(file, table.parent, "classes") == splits.facts
    (prepared_folder(splits.entry) / name).write_text(damage)
    assert describe(file, table.parent, "classes").train_samples is None


def test_it_loads_no_heavy_library():
    loading = "from rnnlab.experiment import prepared; prepared.cache_root()"
    code = f"import json, sys; {loading}; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "pandas", "sklearn", "pyarrow", "tensorflow", "keras", "mlflow", "filelock"}
    assert heavy.isdisjoint(json.loads(done.stdout))
