"""Whatever is written, the answer is an experiment or errors with a place, never a traceback."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlab.plan import check_document
from rnnlab.source import Source, parse

ROOT = Path(__file__).parents[2]
PATHS = [path for path in sorted((ROOT / "experiments").glob("*.yaml")) if path.suffixes == [".yaml"]]
FILES = {path.name: path.read_text(encoding="utf-8") for path in PATHS}
LEAVES = [
    *("", "null", "true", "no", "0", "-1", "1", "1.0", "1e-3", "1e999", ".nan", "''", '"1"', "9" * 30),
    *("[]", "{}", "[1]", "{a: 1}", "[[1]]", "{kind: x}", "{layer: gru}", "- a"),
    *("lstm", "adam", "p95", "longest", "*x", "&x 1", "!!str 1", "<<", "🙂", "\t", ":"),
]
VARIED = [name for name in FILES if not name.startswith("guide_")] + [
    "guide_encoder_decoder_embedding.yaml",
    "guide_rnn_of_mixed_cells.yaml",
]


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path_factory.getbasetemp() / "no-cache"))


def assert_answered(text: str) -> None:
    checked = check_document(parse(Source("x.yaml", text)), ROOT)
    errors = [found for found in checked.diagnostics if found.severity == "error"]
    assert bool(errors) == (checked.experiment is None), text
    for found in checked.diagnostics:
        assert found.span is not None, (found, text)
        assert found.span.line >= 1
        assert found.span.column >= 1


def mutated(text: str, draw: random.Random) -> str:
    """Return the text with some values replaced, lines moved, or characters lost."""
    lines = text.split("\n")
    for _ in range(draw.randint(1, 3)):
        index = draw.randrange(len(lines))
        line = lines[index]
        if draw.random() < 0.5 and ":" in line:
            key, _, _ = line.rpartition(":")
            lines[index] = f"{key}: {draw.choice(LEAVES)}{draw.choice(['', '}', ']'])}"
        elif draw.random() < 0.4:
            lines.insert(draw.randrange(len(lines)), line)
        elif draw.random() < 0.5 and line:
            place = draw.randrange(len(line))
            lines[index] = line[:place] + draw.choice(["", " ", ":", "x", "{", "]", "'"]) + line[place + 1 :]
        else:
            del lines[index]
            lines = lines or [""]
    return "\n".join(lines)


@pytest.mark.parametrize("name", VARIED)
@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_mutated_experiment_is_answered(name, seed):
    assert_answered(mutated(FILES[name], random.Random(seed)))


VALUES = st.recursive(
    st.sampled_from([None, True, 0, -1, 1.5, "x", "lstm", "adam", "classification", "val_loss"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["kind", "layer", "units", "name", "low", "high", "metric", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
SECTIONS = st.sampled_from(
    [
        "dataset",
        "text",
        "padding",
        "task",
        "model",
        "optimizer",
        "training",
        "runtime",
        "expect",
        "tracking",
        "sweep",
        "seed",
        "tags",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(SECTIONS, VALUES, min_size=1, max_size=3))
def test_any_value_in_any_section_is_answered(sections):
    base = {
        "rnnlab": 1,
        "name": "x",
        "model": {"inputs": {"x": {"features": 3}}, "layers": [{"layer": "lstm", "units": 2}]},
    }
    lines = [f"{key}: {json.dumps(value)}" for key, value in (base | sections).items()]
    assert_answered("\n".join(lines) + "\n")


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["training", "optimizer", "padding", "text", "runtime", "sweep", "task"]),
        st.dictionaries(
            st.sampled_from(
                ["epochs", "class_weight", "learning_rate", "maxlen", "vocabulary", "space", "loss", "kind", "metrics"]
            ),
            VALUES,
            max_size=3,
        ),
        min_size=1,
    )
)
def test_any_value_of_a_known_key_is_answered_beside_data(sections):
    base = {
        "rnnlab": 1,
        "name": "x",
        "dataset": {"kind": "catalog", "name": "movie-snippets"},
        "model": {
            "layers": [
                {"layer": "embedding", "output_dim": 2},
                {"layer": "lstm", "units": 2},
                {"layer": "dense", "units": 1, "activation": "sigmoid"},
            ]
        },
    }
    lines = [f"{key}: {json.dumps(value)}" for key, value in (base | sections).items()]
    assert_answered("\n".join(lines) + "\n")
