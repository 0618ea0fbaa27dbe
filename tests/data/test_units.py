import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from rnnlab.data.units import split_units


def words(text: str) -> list[str]:
    return split_units(text, "word", lowercase=True)


def test_punctuation_is_dropped_and_inner_apostrophes_stay():
    assert words("Don't 'quote' it: rock'n'roll, 7 o'clock_now!") == [
        "don't", "quote", "it", "rock'n'roll", "7", "o'clock", "now",
    ]  # fmt: skip


def test_the_typographic_apostrophe_is_the_plain_one():
    assert words("don\u2019t") == words("don't")


def test_composed_and_decomposed_letters_are_one_word():
    assert words(unicodedata.normalize("NFD", "Café Ångström")) == ["café", "ångström"]


def test_vowel_signs_stay_inside_their_word():
    assert words("हिन्दी फ़िल्म") == [unicodedata.normalize("NFC", word) for word in ("हिन्दी", "फ़िल्म")]


def test_case_is_kept_unless_folded():
    assert split_units("Good ÉTÉ", "word", lowercase=False) == ["Good", "ÉTÉ"]
    assert words("Good ÉTÉ") == ["good", "été"]


def test_characters_keep_blanks_and_punctuation():
    assert split_units("Ab, é", "character", lowercase=True) == ["a", "b", ",", " ", "é"]


def test_a_text_of_punctuation_has_no_words():
    assert words("… -- !") == []


@given(st.text())
def test_words_are_never_empty_and_splitting_them_again_changes_nothing(text):
    found = words(text)
    assert all(found)
    assert words(" ".join(found)) == found


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_a_foreign_word_elsewhere_changes_no_ascii_word(text):
    assert words(text + " é") == [*words(text), "é"]
