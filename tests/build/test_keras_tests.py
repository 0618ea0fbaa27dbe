"""Keras's own tests of its recurrent layers, which its package brings along, with our kernels standing in."""

import unittest

import pytest

pytestmark = pytest.mark.tensorflow
MODULES = {"SimpleRNN": "simple_rnn_test", "LSTM": "lstm_test", "GRU": "gru_test"}


def computed_by_kernels(layer):
    """Whether rnnlab would let a kernel compute a layer."""
    plain = {"activation": "tanh", "recurrent_activation": "sigmoid"}
    own = all(getattr(layer, key).__name__ == name for key, name in plain.items() if hasattr(layer, key))
    return own and not layer.unroll and layer.compute_dtype == "float32"


@pytest.fixture
def stand_in(monkeypatch):
    """Let every layer that is made compute through the kernels; tell of each time one does."""
    import keras

    from rnnlab.build import kernels

    calls = []
    run = kernels.run_forward
    monkeypatch.setattr(kernels, "run_forward", lambda *given, **named: calls.append(1) or run(*given, **named))
    for name in MODULES:
        kind = getattr(keras.layers, name)

        def make(layer, *given, _init=kind.__init__, **named):
            _init(layer, *given, **named)
            if computed_by_kernels(layer):
                kernels.use_kernels(layer)

        monkeypatch.setattr(kind, "__init__", make)
    return calls


def chosen(case):
    """The tests of a class that its own marks do not skip: unittest does not know pytest's."""
    names = unittest.defaultTestLoader.getTestCaseNames(case)
    marks = {name: getattr(getattr(case, name), "pytestmark", ()) for name in names}
    skipped = {name for name in names if any(mark.name == "skipif" and mark.args[0] for mark in marks[name])}
    return unittest.TestSuite(case(name) for name in names if name not in skipped)


@pytest.mark.parametrize("name", MODULES)
def test_keras_own_tests_pass(name, stand_in):
    module = pytest.importorskip(f"keras.src.layers.rnn.{MODULES[name]}", reason="this Keras comes without its tests")
    result = unittest.TestResult()
    chosen(getattr(module, f"{name}Test")).run(result)
    assert result.testsRun >= 5
    assert [text for _, text in result.failures + result.errors] == []
    assert len(stand_in) > result.testsRun
