"""Initial states that are zeros, whose gradient nobody asks for."""

import numpy as np
import pytest
from recurrent import CELLS, close, make_mask, make_weights


@pytest.mark.parametrize("batch", [5, 40])  # few slots, whose weights are multiplied afterwards, and many
@pytest.mark.parametrize(("mask", "sequences"), [("none", True), ("right", False), ("empty row", True)])
@pytest.mark.parametrize("kind", CELLS)
def test_what_zeros_at_the_beginning_would_add_is_left_out_and_nothing_changes(
    kind, mask, sequences, batch, monkeypatch
):
    from rnnlab.kernels.kinds import KINDS
    from rnnlab.kernels.sequence import run_backward, run_forward

    monkeypatch.setattr("rnnlab.kernels.layout.SMALL", 1)  # several shards
    draw = np.random.default_rng(14)
    weights, inputs = make_weights(kind, 3, 18, draw), draw.normal(size=(batch, 30, 3)).astype("f")
    live = make_mask(mask, batch, 30, draw)
    kept = 1.25 * draw.integers(0, 2, (KINDS[kind].gates, batch, 18)).astype("f")
    starts = [np.zeros((batch, 18), "f")] * KINDS[kind].states
    by_outputs = draw.normal(size=(batch, 30 if sequences else 1, 18)).astype("f")
    options = {"live": live, "backwards": mask == "right", "sequences": sequences, "threads": 3}
    for left in (None, kept):
        given = []
        for zeros in (True, False):
            done = run_forward(KINDS[kind], inputs, weights, starts, kept=left, zeros=zeros, **options)
            assert (done.memory.schedule.resting > 0).sum() == (3 if zeros else 0)
            found = run_backward(KINDS[kind], done.memory, inputs, weights, by_outputs, starts, kept=left, threads=3)
            given.append([done.outputs, *done.states, found.inputs, found.kernel, found.recurrent, found.bias])
            assert any(each.any() for each in found.states) is not zeros
        for mine, other in zip(*given, strict=True):
            close(mine, other)


@pytest.mark.parametrize("batch", [5, 600])
@pytest.mark.parametrize("kind", [kind for kind in CELLS if kind != "gru_reset_before"])
def test_zeros_meet_no_weights(kind, batch, monkeypatch):
    from rnnlab.kernels import layout
    from rnnlab.kernels.kinds import KINDS
    from rnnlab.kernels.sequence import run_backward, run_forward

    passed = []
    monkeypatch.setattr(
        "rnnlab.kernels.sequence.initial_gradient",
        lambda ranked, *others: passed.append(ranked) or layout.initial_gradient(ranked, *others),
    )
    draw = np.random.default_rng(15)
    weights, inputs = make_weights(kind, 3, 18, draw), draw.normal(size=(batch, 1, 3)).astype("f")
    weights.recurrent[:] = np.nan  # who multiplies by them finds it everywhere
    starts = [np.zeros((batch, 18), "f")] * KINDS[kind].states
    done = run_forward(KINDS[kind], inputs, weights, starts, zeros=True)
    run_backward(KINDS[kind], done.memory, inputs, weights, done.outputs, starts)
    assert len(passed) == KINDS[kind].states
    assert all(np.isfinite(each).all() for each in (done.outputs, *passed))


@pytest.mark.parametrize("batch", [5, 300])
@pytest.mark.parametrize("kind", ["simple_rnn", "lstm"])  # a GRU's gates read the state, too
def test_zeros_are_left_out_of_the_gradient_of_the_weights(kind, batch):
    from rnnlab.kernels.kinds import KINDS
    from rnnlab.kernels.sequence import run_backward, run_forward

    draw = np.random.default_rng(16)
    weights, inputs = make_weights(kind, 3, 18, draw), draw.normal(size=(batch, 3, 3)).astype("f")
    starts, found = [np.zeros((batch, 18), "f")] * KINDS[kind].states, []
    for state in (0, np.nan):
        done = run_forward(KINDS[kind], inputs, weights, starts, zeros=True)
        done.memory.h[done.memory.schedule.begins] = state
        found.append(run_backward(KINDS[kind], done.memory, inputs, weights, done.outputs, starts).recurrent.copy())
    np.testing.assert_array_equal(*found)
    assert found[0].any()
