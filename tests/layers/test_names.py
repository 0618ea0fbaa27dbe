"""Layers are named as Keras names them."""

from rnnlab.layers import count_names


def test_default_names_are_counted_by_kind():
    entries = [(None, "lstm", 1), (None, "gru", 1), (None, "lstm", 2), (None, "lstm", 1)]
    assert count_names(entries) == (("lstm",), ("gru",), ("lstm_1", "lstm_2"), ("lstm_3",))


def test_a_given_name_does_not_count():
    assert count_names([("rnn", "lstm", 2), (None, "lstm", 1)]) == (("rnn", "rnn_1"), ("lstm",))
