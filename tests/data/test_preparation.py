import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.data import Preparation
from rnnlab.data.vectorizer import TextVectorizer, fit_vectorizer
from rnnlab.datasets import TargetFacts
from rnnlab.errors import DatasetError, StoreError
from rnnlab.padding import Padding
from rnnlab.text import Text

TEXTS = ("the good the bad", "the ugly", "bad")


def fit(texts=TEXTS, vocabulary=6, **padding) -> TextVectorizer:
    return fit_vectorizer(texts, Text(vocabulary=vocabulary), Padding(**padding))


def fit_written(texts, vocabulary=9, **padding) -> TextVectorizer:
    text = Text(unit="token", vocabulary=vocabulary)
    return fit_vectorizer(texts, text, Padding(**padding), written=True)


MOODS = TargetFacts("classes", 2, ("neg", "pos"))


def prepared(texts=TEXTS, target=MOODS) -> Preparation:
    return Preparation("label", target, {"text": fit(texts)}, {"x": (3, 2)}, {"text": "words"})


def encoded(vectorizer: TextVectorizer, *texts: str) -> list[list[int]]:
    return vectorizer.encode(texts)[:].tolist()


def test_ids_go_to_the_most_frequent_words_and_ties_by_alphabet():
    assert fit().words == ("", "[UNK]", "the", "bad", "good", "ugly")
    assert fit(tuple(reversed(TEXTS))).words == fit().words


def test_a_vocabulary_of_v_rows_holds_v_minus_two_words():
    assert fit(vocabulary=3).words == ("", "[UNK]", "the")


def test_rows_stay_v_when_fewer_words_are_found():
    preparation = fit(vocabulary=100)
    assert len(preparation.words) == 6
    assert preparation.facts.vocabulary == 100


def test_unknown_words_become_one():
    assert encoded(fit(maxlen=3), "the new good") == [[2, 1, 4]]


def test_a_text_without_words_becomes_one_unknown_unit():
    assert encoded(fit(maxlen=3), "", "?!") == [[1, 0, 0], [1, 0, 0]]


@pytest.mark.parametrize(
    ("padding", "truncating", "wanted"),
    [
        ("post", "pre", [[2, 4, 0], [2, 3, 5]]),
        ("post", "post", [[2, 4, 0], [4, 2, 3]]),
        ("pre", "pre", [[0, 2, 4], [2, 3, 5]]),
        ("pre", "post", [[0, 2, 4], [4, 2, 3]]),
    ],
)
def test_each_side_is_padded_and_cut_as_asked(padding, truncating, wanted):
    preparation = fit(maxlen=3, padding=padding, truncating=truncating)
    assert encoded(preparation, "the good", "good the bad ugly") == wanted


@pytest.mark.parametrize(
    ("maxlen", "wanted"), [("longest", 4), ("p100", 4), ("p66", 2), ("p67", 4), ("p33", 1), (7, 7)]
)
def test_a_percentile_is_the_smallest_length_that_leaves_that_share_uncut(maxlen, wanted):
    assert fit(maxlen=maxlen).maxlen == wanted


def test_a_text_without_words_counts_as_one_unit_long():
    assert fit(("?", "!"), maxlen="longest").maxlen == 1


def test_the_array_is_int32_of_n_by_t():
    ids_NT = fit(maxlen=5).encode(TEXTS)
    assert (ids_NT.shape, ids_NT.dtype) == ((3, 5), np.dtype(np.int32))


@given(st.lists(st.text()), st.integers(1, 6), st.sampled_from(["pre", "post"]))
def test_ids_are_below_v_and_no_sample_is_all_padding(texts, maxlen, side):
    preparation = fit(maxlen=maxlen, padding=side)
    ids_NT = preparation.encode(texts)[:]
    assert ids_NT.shape == (len(texts), maxlen)
    assert (ids_NT < preparation.rows).all()
    assert (ids_NT > 0).any(axis=1).all()


def test_labels_become_indices_and_unknown_ones_are_refused():
    assert prepared().encode_targets(["pos", "neg"]).tolist() == [1, 0]
    with pytest.raises(DatasetError, match="RL409"):
        prepared().encode_targets(["neutral"])


def test_number_targets_become_float32():
    assert prepared(target=TargetFacts("number")).encode_targets(["1.5"]).dtype == np.float32


def test_what_is_written_begins_with_the_start_and_ends_with_the_end():
    vectorizer = fit_written(["B AH", "AH"], maxlen="longest")
    assert vectorizer.words == ("", "[UNK]", "[START]", "[END]", "AH".lower(), "b")
    read = vectorizer.encode(["b ah", "", "zh"])
    wanted = vectorizer.wanted(read)[:]
    assert read[:].tolist() == [[2, 5, 4], [2, 0, 0], [2, 1, 0]]
    assert wanted.tolist() == [[5, 4, 3], [3, 0, 0], [1, 3, 0]]


def test_a_cut_text_that_is_written_still_ends():
    vectorizer = fit_written(["a b c d"], maxlen=3, truncating="post")
    read = vectorizer.encode(["a b c d"])
    assert read[:].tolist() == [[2, 4, 5]]
    assert vectorizer.wanted(read)[:].tolist() == [[4, 5, 3]]


def test_ids_become_units_again_up_to_the_end():
    vectorizer = fit_written(["b ah"], maxlen=4)
    assert vectorizer.decode([5, 4, 3, 4]) == ["b", "ah"]
    assert vectorizer.decode([8, 2, 1]) == ["[UNK]"] * 3
    assert vectorizer.join(["b", "ah"]) == "b ah"


def test_arrays_of_another_shape_than_in_training_are_refused():
    encoded = prepared().encode({"x": np.ones((4, 9, 2))})
    assert encoded["x"].dtype == np.float32
    with pytest.raises(DatasetError, match=r"RL404.*4 x 9 x 3, the training's was N x 3 x 2"):
        prepared().encode({"x": np.ones((4, 9, 3))})


def test_a_saved_preparation_comes_back_equal(tmp_path):
    preparation = prepared(("Ünïcode 漢字", "the"))
    preparation.save(tmp_path)
    assert Preparation.load(tmp_path) == preparation
    assert Preparation.from_data(json.loads(json.dumps(preparation.to_data()))) == preparation


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"version": 1}', '{"version": 2}', '{"version": 2, "target_name": "y", "target": {}, "texts": {}}'],
)
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "preparation.json").write_text(content)
    with pytest.raises(StoreError, match=r"preparation\.json is damaged"):
        Preparation.load(tmp_path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(StoreError, match="cannot read"):
        Preparation.load(tmp_path)
