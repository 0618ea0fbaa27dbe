"""YAML 1.2 with places."""

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlab.source import Document, Scalar, Source, parse, paths

WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=12)
NUMBERS = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False, width=32)
LEAVES = NUMBERS | st.booleans() | WORDS
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3))
FILES = st.dictionaries(WORDS, TREES, min_size=1, max_size=4)


def document_of(text: str) -> Document:
    parsed = parse(Source("x.yaml", text))
    assert parsed.document is not None, parsed.diagnostics
    return parsed.document


def codes_of(text: str) -> list[str]:
    return [found.code for found in parse(Source("x.yaml", text)).diagnostics]


def value_of(text: str):
    return document_of(f"key: {text}\n").to_data()["key"]


def test_plain_scalars_mean_what_yaml_1_2_says():
    texts = ["1e-3", "no", "on", "500_000", "010", "0o10", "0x1F", "1:30:00", "~", "", "True", ".5", "-7", "+1.5"]
    values = [0.001, "no", "on", "500_000", 10, 8, 31, "1:30:00", None, None, True, 0.5, -7, 1.5]
    assert [value_of(text) for text in texts] == values


def test_quoted_scalars_are_texts():
    assert [value_of(text) for text in ('"1"', "'true'", '""')] == ["1", "true", ""]


def test_keys_are_the_texts_that_stand_there():
    assert list(document_of("1: a\nTrue: b\n'c d': e\nnull: f\n").to_data()) == ["1", "True", "c d", "null"]


def test_a_byte_order_mark_and_carriage_returns_change_nothing(tmp_path):
    from rnnlab.source import read_source

    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: a\r\nseed: 1\r\n")
    assert parse(read_source(path)).document.to_data() == {"name": "a", "seed": 1}


def test_sixty_four_levels_are_read_and_sixty_five_refused():
    assert codes_of("a: " + "[" * 63 + "]" * 63) == []
    assert codes_of("a: " + "[" * 64 + "]" * 64) == ["RL007"]


def test_thousands_of_brackets_are_refused_at_once():
    assert codes_of("[" * 30_000) == ["RL007"]


def test_several_defects_of_the_text_are_told_in_one_pass():
    assert codes_of("a: &x 1\nb: *x\na: 2\nc: 1e999\n<<: *x\n") == ["RL006", "RL006", "RL005", "RL010", "RL006"]


def test_integers_of_more_than_64_bits_are_refused():
    assert codes_of(f"a: {2**63 - 1}\nb: {-(2**63)}\n") == []
    assert codes_of(f"a: {2**63}\n") == ["RL010"]
    assert codes_of("a: " + "9" * 5000) == ["RL010"]


@given(FILES, st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_span_of_a_value_is_the_text_that_was_written(data, flow):
    text = yaml.safe_dump(data, default_flow_style=flow, allow_unicode=True, width=10_000)
    document = document_of(text)
    for path, scalar in paths(document.root):
        span = document.span_at(path)
        written = span.source.text[span.start : span.end]
        alone = parse(Source("x", f"k: {written}\n")).document.root.entries[0].value
        assert isinstance(alone, Scalar)
        assert alone.value == scalar.value


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_with_a_place(text):
    parsed = parse(Source("x.yaml", text))
    assert parsed.document or parsed.diagnostics
    for found in parsed.diagnostics:
        assert found.span.line >= 1
        assert found.span.column >= 1
