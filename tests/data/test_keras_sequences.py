import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnlab.data import decode_samples, prepare
from rnnlab.data.keras_sequences import load_data
from rnnlab.datasets import ImdbDataset, ReutersDataset
from rnnlab.errors import DatasetError
from rnnlab.experiment.prepared import describe

from .conftest import make_experiment

KEYS = [
    {},
    {"num_words": 25},
    {"num_words": 25, "skip_top": 6},
    {"num_words": 25, "start_char": None},
    {"num_words": 25, "start_char": None, "index_from": 0},
    {"num_words": 25, "oov_char": None},
    {"num_words": 25, "skip_top": 3, "oov_char": None},
    {"num_words": 25, "start_char": 7, "oov_char": 9, "index_from": 10},
    {"num_words": 25, "seed": 5},
]


def lists_of(samples: int, seed: int) -> np.ndarray:
    draw = np.random.RandomState(seed)
    found = np.empty(samples, object)
    found[:] = [draw.randint(1, 40, draw.randint(2, 9)).tolist() for _ in range(samples)]
    return found


@pytest.fixture
def imdb(tmp_path) -> Path:
    """A file of the form of Keras's imdb.npz."""
    labels = np.random.RandomState(2).randint(0, 2, 50)
    x = {"x_train": lists_of(30, 0), "x_test": lists_of(20, 1)}
    np.savez(tmp_path / "small.npz", **x, y_train=labels[:30], y_test=labels[30:])
    return tmp_path / "small.npz"


@pytest.fixture
def reuters(tmp_path) -> Path:
    """A file of the form of Keras's reuters.npz."""
    np.savez(tmp_path / "wires.npz", x=lists_of(40, 3), y=np.random.RandomState(4).randint(0, 46, 40))
    return tmp_path / "wires.npz"


def keras_arrays(module: Any, path: Path, monkeypatch: pytest.MonkeyPatch, keys: dict[str, Any]) -> Any:
    """Return what Keras makes of a file, which it would otherwise fetch by the hash of its own."""
    monkeypatch.setattr(module, "get_file", lambda *_, **__: str(path))
    return module.load_data(**{"num_words": 10_000} | keys)


@pytest.mark.tensorflow
@pytest.mark.parametrize("keys", KEYS, ids=str)
def test_imdb_is_array_by_array_what_keras_gives(imdb, keys, monkeypatch):
    from keras.src.datasets import imdb as module

    ours = load_data(ImdbDataset(path=imdb.name, **keys), imdb)
    for (x, y), part in zip(keras_arrays(module, imdb, monkeypatch, keys), ours, strict=True):
        assert [list(each) for each in x] == [each.tolist() for each in part.x]
        assert y.tolist() == part.y.tolist()


@pytest.mark.tensorflow
@pytest.mark.parametrize("keys", [*KEYS, {"test_split": 0.33}], ids=str)
def test_reuters_is_array_by_array_what_keras_gives(reuters, keys, monkeypatch):
    from keras.src.datasets import reuters as module

    ours = load_data(ReutersDataset(path=reuters.name, **keys), reuters)
    for (x, y), part in zip(keras_arrays(module, reuters, monkeypatch, keys), ours, strict=True):
        assert [list(each) for each in x] == [each.tolist() for each in part.x]
        assert y.tolist() == part.y.tolist()


@pytest.mark.tensorflow
def test_the_topics_are_keras_s_own():
    from keras.datasets import reuters

    assert ReutersDataset().target_facts().labels == reuters.get_label_names()


def prepared(path: Path, **keys: Any) -> Any:
    dataset = {"kind": "imdb", "path": path.name, "num_words": 25, "split": {"kind": "tail", "validation": 0.2}} | keys
    experiment = make_experiment(dataset=dataset, padding={"maxlen": 6, "padding": "pre", "truncating": "pre"})
    return prepare(experiment, path.parent, target="classes", say=lambda line: None), experiment


def test_the_test_set_is_the_data_s_own_and_validation_is_the_tail_of_train(imdb):
    splits, experiment = prepared(imdb)
    train, test = load_data(experiment.dataset, imdb)
    assert {name: len(samples) for name, samples in splits.named().items()} == {
        "train": 24,
        "validation": 6,
        "test": 20,
    }
    assert splits.facts.own_test
    assert splits.test.targets["sentiment"].tolist() == test.y.tolist()
    assert splits.validation.targets["sentiment"].tolist() == train.y[24:].tolist()
    assert splits.train.inputs["ids"][0].tolist() == ([0] * 6 + train.x[0].tolist())[-6:]


def test_what_is_known_before_is_what_is_known_after(imdb, cache):
    experiment = make_experiment(dataset={"kind": "imdb", "path": imdb.name, "num_words": 25}, padding={"maxlen": 6})
    before = describe(experiment, imdb.parent, "classes")
    after = prepare(experiment, imdb.parent, target="classes", say=lambda line: None).facts
    assert (before.inputs, before.targets, before.own_test) == (after.inputs, after.targets, after.own_test)


def test_reviews_are_shown_as_words(imdb):
    words = {f"word{rank}": rank for rank in range(1, 40)}
    (imdb.parent / "words.json").write_text(json.dumps(words))
    splits, experiment = prepared(imdb, word_index="words.json")
    first = load_data(experiment.dataset, imdb)[0].x[0].tolist()
    wanted = ["[START]", *("[UNK]" if number == 2 else f"word{number - 3}" for number in first[1:])]
    vectorizer = splits.preparation.ids["ids"]
    (sample,) = decode_samples(splits, 1)
    assert sample["inputs"]["ids"]["units"] == wanted[-vectorizer.maxlen :]
    assert vectorizer.ids_of("Word3, word9 and word30!") == [1, 6, 12, 2, 2]


def test_without_a_word_index_ids_are_shown_and_words_refused(imdb):
    splits, _ = prepared(imdb)
    assert splits.preparation.ids["ids"].decode([1, 6, 2]) == "[START] 6 [UNK]"
    with pytest.raises(DatasetError) as caught:
        splits.preparation.ids["ids"].ids_of("fine film")
    assert caught.value.code == "RL433"


def test_a_class_that_imdb_does_not_have_is_refused(imdb, tmp_path):
    np.savez(tmp_path / "bad.npz", x_train=lists_of(3, 0), y_train=[0, 1, 2], x_test=lists_of(2, 0), y_test=[0, 1])
    with pytest.raises(DatasetError, match="classes 0 to 1") as caught:
        load_data(ImdbDataset(path="bad.npz"), tmp_path / "bad.npz")
    assert caught.value.code == "RL409"


def test_a_text_of_which_nothing_is_left_is_refused(imdb):
    with pytest.raises(DatasetError, match="has no ids"):
        prepared(imdb, start_char=None, oov_char=None, num_words=6)
