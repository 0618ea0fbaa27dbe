from pathlib import Path

import pytest

from rnnlab.data import dataset_summary
from rnnlab.errors import DatasetError

GLOVE = "film 0.5 -1.25\ngood 1 2\nof a kind 3 4\ngood 9 9\nelsewhere x y\n"


def prepared(prepare_reviews, folder: Path, content: str, **text: object):
    (folder / "v.txt").write_text(content, encoding="utf-8")
    layers = [
        {"layer": "embedding", "output_dim": 2, "weights_file": "v.txt", "name": "words"},
        {"layer": "lstm", "units": 2},
        {"layer": "dense", "units": 1, "activation": "sigmoid"},
    ]
    said: list[str] = []
    splits = prepare_reviews(
        model={"layers": layers}, text={"vocabulary": 30} | text, padding={"maxlen": 3}, say=said.append
    )
    return splits, said


@pytest.mark.parametrize("head", ["", "5 2\n"], ids=["glove", "word2vec"])
def test_words_of_the_vocabulary_get_the_vectors_of_the_file(prepare_reviews, reviews, head):
    splits, said = prepared(prepare_reviews, reviews.parent, head + GLOVE)
    found, ids = splits.vectors["words"], splits.preparation.texts["text"].ids
    by_row = dict(zip(found.rows.tolist(), found.values.tolist(), strict=True))
    assert by_row == {ids["film"]: [0.5, -1.25], ids["good"]: [1.0, 2.0]}
    assert f"v.txt has 2 of the {len(ids)} words of `text`" in said
    assert dataset_summary(splits)["vectors"] == {"words": {"words": 2, "output_dim": 2}}


def test_other_vectors_are_another_preparation(prepare_reviews, reviews):
    first, _ = prepared(prepare_reviews, reviews.parent, "film 1 2\n")
    second, _ = prepared(prepare_reviews, reviews.parent, "film 3 4\n")
    assert first.fingerprint != second.fingerprint
    assert second.vectors["words"].values.tolist() == [[3.0, 4.0]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("film 1 2 3\n", "the vectors of v.txt have 3 numbers, `output_dim` is 2"),
        ("film one two\n", "v.txt is no file of vectors"),
        ("", "v.txt is no file of vectors"),
        ("other 1 2\n", "v.txt has none of the"),
        ("other 1 2\nfilm 1 nan\n", "v.txt, line 2 has no 2 finite numbers"),
        ("other 1 2\nfilm 1 x\n", "v.txt, line 2: could not convert"),
    ],
)
def test_a_file_that_is_none_of_vectors_is_refused(prepare_reviews, reviews, content, message):
    with pytest.raises(DatasetError) as caught:
        prepared(prepare_reviews, reviews.parent, content)
    assert caught.value.code == "RL436"
    assert caught.value.message.startswith(message)
