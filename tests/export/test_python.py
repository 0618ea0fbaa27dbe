"""Python as a person would write it."""

import ast

import pytest

from rnnlab.export.python import Call, Variable, assign, comment, write


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        0.1,
        -3e38,
        1e-7,
        "text",
        'quotes " and \\',
        "right to left \u202e",
        (1,),
        (1, 2),
        [],
        [1, [2]],
        {"a": 1},
    ],
)
def test_plain_data_come_back(value):
    assert ast.literal_eval(write(value)) == value


def test_a_call_that_fits_stays_on_its_line():
    call = Call("layers.Dense", (3,), (("activation", "relu"), ("name", "head")))
    assert assign("head", Call(call, (Variable("rnn"),))) == (
        'head = layers.Dense(3, activation="relu", name="head")(rnn)'
    )


def test_a_long_call_has_an_argument_a_line():
    call = Call("f", (Variable("a" * 50), [Variable("b" * 30), Variable("c" * 60)]), (("key", 1),))
    assert write(call) == (
        f"f(\n    {'a' * 50},\n    [\n        {'b' * 30},\n        {'c' * 60},\n    ],\n    key=1,\n)"
    )


def test_long_targets_stand_in_brackets():
    names = (Variable("a" * 20), [Variable("b" * 20), Variable("c" * 20)])
    assert assign(names, Call("f")) == f"(\n    {'a' * 20},\n    [{'b' * 20}, {'c' * 20}],\n) = f()"


def test_a_comment_cannot_be_left():
    assert comment("one\nimport os\u2028two \u202e three") == [r"# one import os two \u202e three"]
