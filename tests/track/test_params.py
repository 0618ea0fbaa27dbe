import json

from hypothesis import given
from hypothesis import strategies as st
from mlflow.utils.validation import _validate_param_name

from rnnlab.track.params import PARAM_LENGTH, param_text, param_texts, param_value, safe_key, shorten

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@given(scalars | st.lists(scalars, max_size=4))
def test_values_come_back_with_their_types(value):
    assert param_value(param_text(value)) == value
    assert type(param_value(param_text(value))) is type(value)


def test_plain_strings_stay_readable():
    assert param_text("lstm") == "lstm"
    assert param_text("7") == '"7"'


@given(st.text(min_size=1))
def test_keys_become_what_mlflow_takes(key):
    _validate_param_name(safe_key(key))


def test_keys_that_become_the_same_are_numbered():
    assert param_texts({"a#b": 1, "a?b": 2}) == {"a_b": "1", "a_b_2": "2"}


def test_long_values_end_in_an_ellipsis():
    (text,) = param_texts({"list": list(range(5000))}).values()
    assert len(text) == PARAM_LENGTH
    assert text.endswith("…")
    assert isinstance(param_value(text), str)


def test_short_texts_are_not_shortened():
    assert shorten("abc", 3) == "abc"
    assert shorten("abcd", 3) == "ab…"


def test_umlauts_stay_letters():
    assert param_text(["ä"]) == json.dumps(["ä"], ensure_ascii=False)
