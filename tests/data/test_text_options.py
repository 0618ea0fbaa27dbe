import json
import sys
from pathlib import Path

import numpy as np
import pytest

from rnnlab.data.preparation import Preparation
from rnnlab.data.subwords import BLANK
from rnnlab.data.vectorizer import TextVectorizer, fit_vectorizer
from rnnlab.data.vocabulary_files import read_vocabulary
from rnnlab.errors import DatasetError
from rnnlab.padding import Padding
from rnnlab.text import Text

TEXTS = ["the lower the newer", "a lower tower", "the newest tower is lower", "newer and newer towers"] * 3


def subwords(vocabulary: int = 40, **keys: object) -> TextVectorizer:
    return fit_vectorizer(TEXTS, Text(unit="subword", vocabulary=vocabulary, **keys), Padding(maxlen="longest"))


def test_frequent_pieces_of_words_become_units():
    units = subwords().units("The lowest tower")
    assert "".join(units) == f"{BLANK}the{BLANK}lowest{BLANK}tower"
    assert units[0] == f"{BLANK}the"
    assert len(units) < len("the lowest tower")


def test_sub_words_become_the_text_again():
    vectorizer = subwords()
    ids = vectorizer.encode(["The newest tower"])[0]
    assert vectorizer.join(vectorizer.decode(ids.tolist())) == "the newest tower"


@pytest.mark.parametrize("vocabulary", [3, 8, 20, 60])
def test_there_are_never_more_sub_words_than_rows(vocabulary):
    vectorizer = subwords(vocabulary)
    assert len(vectorizer.words) <= vocabulary
    assert vectorizer.encode(TEXTS)[:].max() < vocabulary


def test_a_sign_that_train_did_not_have_is_unknown_and_names_of_special_units_are_plain_text():
    vectorizer = subwords(60)
    assert vectorizer.encode(["%"])[0].tolist()[:3] != [0, 0, 0]
    assert 1 in vectorizer.encode(["%"])[0]
    assert vectorizer.encode(["[PAD]"])[0][0] != 0
    assert vectorizer.decode([*vectorizer.encode(["a%"])[0]])[-1] == "[UNK]"


def test_fitting_again_gives_the_same_tokenizer():
    assert subwords() == subwords()
    assert len(subwords(60, min_frequency=10).words) < len(subwords(60).words)


def test_the_tokenizer_travels_with_the_preparation():
    vectorizer = subwords()
    again = TextVectorizer.from_data(json.loads(json.dumps(vectorizer.to_data())))
    assert again == vectorizer
    assert again.encode(TEXTS)[:].tolist() == vectorizer.encode(TEXTS)[:].tolist()


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(DatasetError) as caught:
        subwords()
    assert (caught.value.code, caught.value.help) == ("RL434", "install the extra: pip install 'rnnlab[subword]'")


def test_rare_units_are_unknown():
    vectorizer = fit_vectorizer(TEXTS, Text(min_frequency=9), Padding(maxlen=4))
    assert vectorizer.words == ("", "[UNK]", "lower", "newer", "the")


@pytest.fixture
def units(tmp_path) -> Path:
    (tmp_path / "units.txt").write_text("tower\nthe\nrare\n", encoding="utf-8")
    return tmp_path / "units.txt"


def test_a_given_vocabulary_is_used_in_its_order(units):
    given = read_vocabulary(units, Text())
    vectorizer = fit_vectorizer(TEXTS, Text(vocabulary=4), Padding(maxlen=4), given=given)
    assert vectorizer.words == ("", "[UNK]", "tower", "the")
    assert vectorizer.encode(["the rare tower"])[0].tolist() == [3, 1, 2, 0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("the\nThe\n", "line 2: `The` can never be found: it is no word in lower case"),
        ("two words\n", "line 1: `two words` can never be found"),
        ("the\n\nfilm\n", "line 2: `` can never be found"),
        ("the\nfilm\nthe\n", "line 3: `the` is in line 1 already"),
    ],
)
def test_a_line_that_is_no_unit_is_refused(units, content, message):
    units.write_text(content)
    with pytest.raises(DatasetError) as caught:
        read_vocabulary(units, Text())
    assert caught.value.code == "RL435"
    assert message in caught.value.message


def test_a_changed_vocabulary_file_is_another_preparation(prepare_reviews, reviews):
    file = reviews.parent / "units.txt"
    found = []
    for content in ("film\ngood\n", "good\nfilm\n"):
        file.write_text(content)
        found.append(prepare_reviews(text={"vocabulary": 5, "vocabulary_file": "units.txt"}, padding={"maxlen": 3}))
    first, second = found
    assert first.fingerprint != second.fingerprint
    assert first.preparation.texts["text"].words[2:] == ("film", "good")
    assert not np.array_equal(first.train.inputs["text"], second.train.inputs["text"])


def test_preparations_without_the_newer_keys_are_read(prepare_reviews):
    preparation = prepare_reviews(padding={"maxlen": 3}).preparation
    data = preparation.to_data()
    del data["ids"], data["texts"]["text"]["tokenizer"]
    assert Preparation.from_data(data) == preparation
