"""Conditions, ties and constraints: every point that is drawn can be planned, or is refused with a reason."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlab.plan import check_document
from rnnlab.plan.space import base_values, limits_of, nodes_of, places_of, trial_document, values_of
from rnnlab.plan.space.constraints import Constraint, ConstraintError, parse_constraint
from rnnlab.plan.space.drawing import count_points, draw_point
from rnnlab.source import Parsed, Source, parse

FILE = """
rnnlab: 1
name: movie
dataset: {kind: catalog, name: movie-snippets}
text: {vocabulary: 100}
padding: {maxlen: 10}
optimizer: {kind: adam}
model:
  layers:
    - {layer: embedding, output_dim: 4, name: words}
    - {layer: lstm, units: 8, name: rnn}
    - {layer: gru, units: 8, name: second}
    - {layer: dense, units: 1, activation: sigmoid}
"""
SPACE = """
sweep:
  constraints: [parameters < 3000, 2 * model.layers.words.output_dim <= model.layers.rnn.units + 4]
  space:
    optimizer.momentum: {low: 0.0, high: 0.9, when: {optimizer.kind: [sgd, rmsprop]}}
    optimizer.kind: [adam, sgd, rmsprop]
    optimizer.nesterov: {choices: [true, false], when: {optimizer.kind: sgd, optimizer.learning_rate: [0.001, 0.1]}}
    optimizer.learning_rate: {choices: [0.001, 0.1], when: {optimizer.kind: [sgd, adam]}}
    model.layers.words.output_dim: {low: 2, high: 8, step: 2}
    model.layers.rnn.layer: [simple_rnn, gru, lstm]
    model.layers.rnn.units: {low: 4, high: 16, log: true, tie: [model.layers.second.units]}
    model.layers.rnn.recurrent_activation:
      {choices: [sigmoid, hard_sigmoid], when: {model.layers.rnn.layer: [gru, lstm]}}
    model.layers.rnn.reset_after: {choices: [true, false], when: {model.layers.rnn.layer: gru}}
    model.layers.second.repeat: {low: 1, high: 3}
"""


def space_of(text, folder):
    checked = check_document(parse(Source("x.yaml", text)), folder)
    document, experiment, _ = checked.require()
    return document, experiment, places_of(experiment, document)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    return (*space_of(FILE + SPACE, tmp_path_factory.getbasetemp()), tmp_path_factory.getbasetemp())


def drawn(swept, seed):
    """Return the values of a point and the file of its trial."""
    document, _, places, _ = swept
    chosen = draw_point(places, random.Random(seed))
    return values_of(places, chosen), trial_document(document, nodes_of(places, chosen))


def test_places_come_after_those_that_their_conditions_name(swept):
    names = [place.dotted for place in swept[2]]
    assert names[:4] == ["optimizer.kind", "optimizer.momentum", "optimizer.learning_rate", "optimizer.nesterov"]


def test_the_base_has_only_places_whose_conditions_hold(swept):
    document, experiment, places, _ = swept
    base = base_values(experiment, document, places)
    assert base["optimizer.kind"] == "adam"
    assert base["model.layers.rnn.recurrent_activation"] == "sigmoid"
    assert not {"optimizer.momentum", "optimizer.nesterov", "model.layers.rnn.reset_after"} & base.keys()


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_conditions_decide_what_is_drawn(swept, seed):
    values, document = drawn(swept, seed)
    kind, layer = values["optimizer.kind"], values["model.layers.rnn.layer"]
    assert ("optimizer.momentum" in values) == (kind != "adam")
    assert ("optimizer.nesterov" in values) == (kind == "sgd")
    assert ("model.layers.rnn.reset_after" in values) == (layer == "gru")
    _, rnn, second, _ = document.to_data()["model"]["layers"]
    assert ("recurrent_activation" in rnn) == (layer != "simple_rnn")
    assert rnn["units"] == second["units"] == values["model.layers.rnn.units"]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_point_is_valid_and_its_plan_is_that_of_its_file_alone(swept, seed):
    base, experiment, _, folder = swept
    values, document = drawn(swept, seed)
    _, trial, plan = check_document(Parsed(document, ()), folder).require()
    embedding, units, layer = (values[f"model.layers.{key}"] for key in ("words.output_dim", "rnn.units", "rnn.layer"))
    gates = {"simple_rnn": 1, "gru": 3, "lstm": 4}[layer]
    biases = 2 if values.get("model.layers.rnn.reset_after", layer == "gru") else 1
    first = gates * units * (embedding + units + biases)
    others = values["model.layers.second.repeat"] * 3 * units * (units + units + 2)
    assert plan.parameters == 100 * embedding + first + others + units + 1
    broken = [found.code for found in limits_of(experiment, base).broken_by(trial, plan)]
    expected = [plan.parameters >= 3000, 2 * embedding > units + 4]
    assert broken == ["RL324"] * sum(expected)


def test_every_branch_is_counted_once(tmp_path):
    space = "a: [1, 2, 3]".replace("a", "model.layers.rnn.units")
    text = (
        FILE.replace("units: 8, name: rnn", "units: 1, name: rnn")
        + f"""
sweep:
  space:
    {space}
    training.epochs: {{low: 10, high: 13, when: {{model.layers.rnn.units: [2, 3]}}}}
    training.batch_size: {{choices: [32, 64], when: {{training.epochs: 12}}}}
"""
    )
    _, _, places = space_of(text, tmp_path)
    rng = random.Random(1)
    seen = Counter(tuple(draw_point(places, rng).items()) for _ in range(2000))
    assert count_points(places) == len(seen) == 1 + 2 * (3 + 2)


def test_a_range_of_fractions_is_endless(swept):
    assert count_points(swept[2]) is None


NAMES = {"a": 8, "b.units": 3.5, "parameters": 1000, "unknown": None}
TERMS = st.recursive(
    st.sampled_from(["a", "b.units", "parameters", "2", "0.5", "1e3", "7"]),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda each: f"({' '.join(each)})"),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(left=TERMS, right=TERMS, sign=st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
def test_a_constraint_means_what_python_would_say(left, right, sign):
    text = f"{left} {sign} {right}"
    python = text.replace("b.units", "b")
    try:
        constraint = parse_constraint(text)
    except ConstraintError:
        assert not {"a", "b.units", "parameters"} & set(text.replace("(", " ").replace(")", " ").split())
        return
    try:
        expected = eval(python, {"a": 8, "b": 3.5, "parameters": 1000})  # the test's own words only
    except ZeroDivisionError:
        expected = False
    assert (constraint.missed(NAMES.__getitem__) is None) == expected


def test_units_and_precedence():
    assert parse_constraint("1 + 2 * a - 3 == 14").missed(NAMES.__getitem__) is None
    assert parse_constraint("-a + 2 GiB > 2 * (512 MiB + 512 MiB) - 9").missed(NAMES.__getitem__) is None
    assert parse_constraint("a - 3 - 2 >= 4").missed(NAMES.__getitem__) == "3 >= 4"


def test_an_unknown_number_refuses_nothing():
    assert parse_constraint("unknown < a").missed(NAMES.__getitem__) is None


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab.()<>=!+-*/ 1e9_KMGiB;\"'[]", max_size=30))
def test_any_text_is_a_constraint_or_is_refused_at_a_place(text):
    try:
        found = parse_constraint(text)
    except ConstraintError as error:
        found = error
    assert isinstance(found, Constraint) or 0 <= found.start < found.end


def test_brackets_end_somewhere():
    with pytest.raises(ConstraintError, match="brackets"):
        parse_constraint("(" * 90 + "a" + ")" * 90 + " > 1")
