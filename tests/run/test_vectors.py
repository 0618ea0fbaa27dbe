"""Pretrained vectors on the whole road, and models of ids that answer."""

import json

import numpy as np
import pytest

from rnnlab.run.opening import open_road
from rnnlab.run.road import train_once

pytestmark = pytest.mark.tensorflow
VECTORS = "film 1 2 3 4\ngreat 5 6 7 8\n"


def test_vectors_are_what_training_starts_from_and_frozen_ones_stay(tiny):
    (tiny.folder / "v.txt").write_text(VECTORS, encoding="utf-8")
    layers = "model.layers.0={layer: embedding, output_dim: 4, weights_file: v.txt, trainable: false, name: words}"
    road = open_road(tiny.file, overrides=[layers], store=tiny.store)
    trained = train_once(road.experiment, road.plan, road.splits)
    ids = road.splits.preparation.texts["text"].ids
    values = trained.learner.model.get_layer("words").embeddings.numpy()
    assert values[[ids["film"], ids["great"]]].tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert np.abs(values[ids["the"]]).max() < 0.06  # the initializer's: uniform within 0.05


def test_a_model_of_ids_answers_words_and_ids_alike(tiny):
    from rnnlab.prediction import evaluate, predict
    from rnnlab.run.run import run_experiment

    draw = np.random.RandomState(1)
    x = np.empty(60, object)
    x[:] = [draw.randint(1, 20, draw.randint(2, 8)).tolist() for _ in range(60)]
    y = [int(np.mean(each) > 10) for each in x]
    np.savez(tiny.folder / "reviews.npz", x_train=x[:40], y_train=y[:40], x_test=x[40:], y_test=y[40:])
    (tiny.folder / "words.json").write_text(json.dumps({f"word{rank}": rank for rank in range(1, 20)}))
    dataset = "dataset={kind: imdb, path: reviews.npz, word_index: words.json, num_words: 23}"
    run_experiment(tiny.file, overrides=[dataset, "text=null", "training.epochs=1"], store=tiny.store)
    rows = [{"text": "Word3, word9!", "sentiment": "positive"}, {"text": [1, 6, 12], "sentiment": "negative"}]
    (tiny.folder / "new.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    answers = predict("LAST", "new.jsonl", store=tiny.store)
    assert answers["ids"].tolist() == ["[START] word3 word9"] * 2
    assert answers["probability"].nunique() == 1
    assert evaluate("LAST", "new.jsonl", store=tiny.store).metrics["accuracy"] == 0.5


def test_vectors_belong_to_the_layer_that_names_their_file(tiny):
    (tiny.folder / "v.txt").write_text(VECTORS, encoding="utf-8")
    for name in ("first", "second"):
        layer = f"model.layers.0={{layer: embedding, output_dim: 4, weights_file: v.txt, name: {name}}}"
        assert list(open_road(tiny.file, overrides=[layer], store=tiny.store).splits.vectors) == [name]
