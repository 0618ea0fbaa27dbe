import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.data import Preparation
from rnnlab.data.fitting import fit_preparation
from rnnlab.errors import DatasetError, StoreError
from rnnlab.padding import Padding
from rnnlab.text import Text

TEXTS = ("the good the bad", "the ugly", "bad")


def fit(texts=TEXTS, vocabulary=6, **padding) -> Preparation:
    return fit_preparation(
        texts,
        Text(vocabulary=vocabulary),
        Padding(**padding),
        target="classes",
        labels=("neg", "pos"),
        target_name="label",
    )


def encoded(preparation: Preparation, *texts: str) -> list[list[int]]:
    return preparation.encode(texts)["text"].tolist()


def test_ids_go_to_the_most_frequent_words_and_ties_by_alphabet():
    assert fit().words == ("", "[UNK]", "the", "bad", "good", "ugly")
    assert fit(tuple(reversed(TEXTS))).words == fit().words


def test_a_vocabulary_of_v_rows_holds_v_minus_two_words():
    assert fit(vocabulary=3).words == ("", "[UNK]", "the")


def test_rows_stay_v_when_fewer_words_are_found():
    preparation = fit(vocabulary=100)
    assert len(preparation.words) == 6
    assert preparation.input_facts.vocabulary == 100


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
    ids_NT = fit(maxlen=5).encode(TEXTS)["text"]
    assert (ids_NT.shape, ids_NT.dtype) == ((3, 5), np.dtype(np.int32))


@given(st.lists(st.text()), st.integers(1, 6), st.sampled_from(["pre", "post"]))
def test_ids_are_below_v_and_no_sample_is_all_padding(texts, maxlen, side):
    preparation = fit(maxlen=maxlen, padding=side)
    ids_NT = preparation.encode(texts)["text"]
    assert ids_NT.shape == (len(texts), maxlen)
    assert (ids_NT < preparation.rows).all()
    assert (ids_NT > 0).any(axis=1).all()


def test_labels_become_indices_and_unknown_ones_are_refused():
    assert fit().encode_labels(["pos", "neg"]).tolist() == [1, 0]
    with pytest.raises(DatasetError, match="RL409"):
        fit().encode_labels(["neutral"])


def test_number_targets_become_float32():
    preparation = replace(fit(), target_kind="number", labels=())
    assert preparation.encode_labels(["1.5"]).dtype == np.float32
    assert preparation.target_facts.classes is None


def test_a_saved_preparation_comes_back_equal(tmp_path):
    preparation = fit(("Ünïcode 漢字", "the"))
    preparation.save(tmp_path)
    assert Preparation.load(tmp_path) == preparation
    assert Preparation.from_data(json.loads(json.dumps(preparation.to_data()))) == preparation


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"version": 0}', '{"version": 1}', '{"version": 1, "words": [], "labels": [], "x": 1}'],
)
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "preparation.json").write_text(content)
    with pytest.raises(StoreError, match=r"preparation\.json is damaged"):
        Preparation.load(tmp_path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(StoreError, match="cannot read"):
        Preparation.load(tmp_path)
