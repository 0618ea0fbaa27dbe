"""The kernels against the reference in float64: outputs, states and every gradient."""

import numpy as np
import pytest
from recurrent import CELLS, close, make_mask, make_weights

from rnnlab.reference import backward, forward

MASKS = ["none", "left", "right", "middle", "scattered", "empty row", "empty"]


def check(kind, draw, *, mask="none", bias=True, backwards=False, sequences=True, threads=1, sizes=(4, 6, 5, 7)):
    from rnnlab.kernels.kinds import KINDS
    from rnnlab.kernels.sequence import run_backward, run_forward

    batch, timesteps, features, units = sizes
    weights = make_weights(kind, features, units, draw, bias=bias)
    inputs = draw.normal(size=(batch, timesteps, features)).astype("f")
    starts = [draw.normal(size=(batch, units)).astype("f") for _ in range(KINDS[kind].states)]
    by_outputs = draw.normal(size=(batch, timesteps if sequences else 1, units)).astype("f")
    by_states = [draw.normal(size=(batch, units)).astype("f") for _ in starts]
    live = make_mask(mask, batch, timesteps, draw)
    done = run_forward(
        KINDS[kind], inputs, weights, starts, live=live, backwards=backwards, sequences=sequences, threads=threads
    )
    assert len(done.memory.schedule.counts) == min(threads, batch)
    found = run_backward(KINDS[kind], done.memory, inputs, weights, by_outputs, by_states, threads=threads)

    cell_class, options = CELLS[kind]
    exact = [each.astype("d") for each in (weights.kernel, weights.recurrent)]
    cell = cell_class(*exact, weights.bias.astype("d") if bias else None, **options)
    run = forward(
        cell, inputs.astype("d"), mask=live, initial_states=tuple(each.astype("d") for each in starts),
        go_backwards=backwards,
    )  # fmt: skip
    outputs = np.zeros((batch, timesteps, units))
    outputs[:, -by_outputs.shape[1] :] = by_outputs
    true = backward(run, outputs=outputs, states=tuple(each.astype("d") for each in by_states))
    close(done.outputs, run.outputs if sequences else run.outputs[:, -1:])
    close(found.inputs, true.inputs)
    for mine, theirs in zip((*done.states, *found.states), (*run.states, *true.initial_states), strict=True):
        close(mine, theirs)
    for mine, theirs in zip((found.kernel, found.recurrent, found.bias), true.weights.values(), strict=bias):
        close(mine, theirs)


@pytest.fixture(params=[0, 10**9], ids=["by shards", "by columns"])
def few(request, monkeypatch) -> int:
    """How the gradients of weights are summed: on the way back, or afterwards."""
    monkeypatch.setattr("rnnlab.kernels.weights.FEW", request.param)
    return request.param


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.usefixtures("few")
def test_the_kernels_compute_what_the_reference_does(kind, mask, backwards):
    check(kind, np.random.default_rng([1, MASKS.index(mask)]), mask=mask, backwards=backwards)


@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (13, 3, 17, 16), (30, 4, 16, 33), (7, 40, 3, 5), (25, 2, 40, 48)])
@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.usefixtures("few")
def test_any_size_will_do(kind, sizes):
    check(kind, np.random.default_rng(2), sizes=sizes, mask="scattered")


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("sizes", [(5, 6, 4, 16), (9, 7, 3, 32), (3, 1, 4, 16), (5, 6, 4, 20)])
@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.usefixtures("few")
def test_outputs_that_follow_one_another_are_read_and_written_by_the_loop(kind, sizes, backwards, monkeypatch):
    monkeypatch.setattr("rnnlab.kernels.layout.SMALL", 1)
    check(kind, np.random.default_rng(6), sizes=sizes, backwards=backwards, threads=2)


@pytest.mark.parametrize("units", [16, 20])
@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.usefixtures("few")
def test_a_shared_prefix_changes_nothing(kind, units, monkeypatch):
    from rnnlab.kernels.kinds import KINDS
    from rnnlab.kernels.sequence import run_backward, run_forward

    monkeypatch.setattr("rnnlab.kernels.layout.SMALL", 1)
    monkeypatch.setattr("rnnlab.kernels.reading.ALONE", 1)
    draw = np.random.default_rng(7)
    weights, embedding = make_weights(kind, 5, units, draw), draw.normal(size=(9, 5)).astype("f")
    ids = draw.integers(1, 9, (12, 10)).astype(np.int32)
    for row in range(1, 12):
        ids[row, : min(8, row)] = 0
    starts = [np.zeros((12, units), "f")] * KINDS[kind].states
    by_outputs, by_states = draw.normal(size=(12, 10, units)).astype("f"), [np.ones((12, units), "f") for _ in starts]
    given = []
    for share in (True, False):
        done = run_forward(KINDS[kind], embedding, weights, starts, ids=ids, zeros=share, threads=2)
        assert (done.memory.schedule.shared, len(done.memory.schedule.counts)) == (share, 2 + share)
        found = run_backward(KINDS[kind], done.memory, embedding, weights, by_outputs, by_states, threads=2)
        given.append([done.outputs, *done.states, found.inputs, found.kernel, found.recurrent, found.bias])
    for mine, other in zip(*given, strict=True):
        close(mine, other)


@pytest.mark.parametrize("sequences", [True, False])
@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.usefixtures("few")
def test_layers_without_bias_and_last_outputs_agree(kind, sequences):
    check(kind, np.random.default_rng(3), mask="right", bias=False, sequences=sequences)


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.usefixtures("few")
def test_the_work_of_several_threads_agrees(kind, monkeypatch):
    monkeypatch.setattr("rnnlab.kernels.layout.SMALL", 1)
    check(kind, np.random.default_rng(4), mask="left", threads=3, sizes=(7, 9, 20, 40))


def run_large(kind, threads: int, inputs, live, weights):
    from rnnlab.kernels.kinds import KINDS
    from rnnlab.kernels.sequence import run_backward, run_forward

    batch, units = len(inputs), weights.units
    starts = [np.zeros((batch, units), "f")] * KINDS[kind].states
    done = run_forward(KINDS[kind], inputs, weights, starts, live=live, threads=threads)
    assert len(done.memory.schedule.counts) == threads
    found = run_backward(KINDS[kind], done.memory, inputs, weights, done.outputs, starts, threads=threads)
    return [done.outputs, *done.states, found.inputs, found.kernel, found.recurrent, found.bias]


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.usefixtures("few")
def test_results_repeat_to_the_bit_and_do_not_hang_on_the_number_of_threads(kind, monkeypatch):
    monkeypatch.setattr("rnnlab.kernels.layout.SMALL", 1)
    draw = np.random.default_rng(5)
    weights = make_weights(kind, 20, 40, draw)
    inputs, live = draw.normal(size=(33, 30, 20)).astype("f"), draw.random((33, 30)) < 0.6
    first, again, alone = (run_large(kind, threads, inputs, live, weights) for threads in (2, 2, 1))
    assert [each.tobytes() for each in first] == [each.tobytes() for each in again]
    assert first[0].tobytes() == alone[0].tobytes()  # what is computed of a sample does not hang on the others
    for mine, other in zip(first, alone, strict=True):
        np.testing.assert_allclose(mine, other, rtol=0, atol=1e-6 * np.abs(other).max())


@pytest.mark.parametrize("kind", CELLS)
def test_nan_stays_nan_where_it_is_read_and_nowhere_else(kind):
    draw = np.random.default_rng(6)
    inputs = draw.normal(size=(5, 4, 3)).astype("f")
    inputs[2, 1, 0] = np.nan
    outputs = run_large(kind, 1, inputs, None, make_weights(kind, 3, 6, draw))[0]
    assert np.isnan(outputs[2, 1:]).all()
    assert np.isfinite(np.delete(outputs, 2, axis=0)).all()
    assert np.isfinite(outputs[2, 0]).all()


@pytest.mark.parametrize("kind", CELLS)
def test_the_numbers_of_a_masked_timestep_are_never_read(kind):
    draw = np.random.default_rng(7)
    weights, inputs = make_weights(kind, 3, 6, draw), draw.normal(size=(5, 4, 3)).astype("f")
    live = draw.random((5, 4)) < 0.5
    clean = run_large(kind, 1, inputs, live, weights)
    dirty = run_large(kind, 1, np.where(live[..., None], inputs, np.float32(np.nan)), live, weights)
    assert [each.tobytes() for each in clean] == [each.tobytes() for each in dirty]


@pytest.mark.parametrize("rows", [5, 200])  # a table, and rows that are read one by one
@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.usefixtures("few")
def test_an_embedding_read_through_its_ids_is_one_that_was_looked_up(kind, rows):
    from rnnlab.kernels.kinds import KINDS
    from rnnlab.kernels.sequence import run_backward, run_forward

    draw = np.random.default_rng(8)
    weights, embedding = make_weights(kind, 5, 7, draw), draw.normal(size=(rows, 5)).astype("f")
    ids, live = draw.integers(0, rows, (6, 8)).astype(np.int32), draw.random((6, 8)) < 0.7
    starts = [draw.normal(size=(6, 7)).astype("f") for _ in range(KINDS[kind].states)]
    plain = run_forward(KINDS[kind], embedding[ids], weights, starts, live=live)
    read = run_forward(KINDS[kind], embedding, weights, starts, ids=ids, live=live)
    close(read.outputs, plain.outputs)
    by_states = [np.ones((6, 7), "f")] * len(starts)
    one = run_backward(KINDS[kind], plain.memory, embedding[ids], weights, plain.outputs, by_states)
    other = run_backward(KINDS[kind], read.memory, embedding, weights, plain.outputs, by_states)
    d_embedding = np.zeros_like(embedding)
    np.add.at(d_embedding, ids, one.inputs)
    close(other.inputs, d_embedding)
    for name in ("kernel", "recurrent", "bias"):
        close(getattr(other, name), getattr(one, name))


@pytest.mark.parametrize("sequences", [True, False])
@pytest.mark.parametrize("kind", CELLS)
def test_what_samples_share_in_front_is_computed_once_and_nothing_changes(kind, sequences):
    from rnnlab.kernels.kinds import KINDS
    from rnnlab.kernels.sequence import run_backward, run_forward

    draw = np.random.default_rng(10)
    first, second = make_weights(kind, 5, 7, draw), make_weights(kind, 7, 4, draw)
    embedding, ids = draw.normal(size=(6, 5)).astype("f"), draw.integers(1, 6, (30, 12)).astype(np.int32)
    ids[np.arange(12) < draw.integers(0, 13, (30, 1))] = 0  # some are nothing but padding
    found = []
    for share in (True, False):
        kind_of, states = KINDS[kind], KINDS[kind].states
        starts = [[np.zeros((30, units), "f")] * states for units in (7, 4)]
        below = run_forward(kind_of, embedding, first, starts[0], ids=ids, zeros=share, threads=2)
        above = run_forward(
            kind_of, below.outputs, second, starts[1], prefix=below.prefix, zeros=share, sequences=sequences
        )
        assert (below.memory.schedule.shared, above.memory.schedule.shared) == (int(share), int(share))
        weights = np.random.default_rng(11).normal(size=above.outputs.shape).astype("f")
        d_above = run_backward(kind_of, above.memory, below.outputs, second, weights, above.states)
        d_below = run_backward(kind_of, below.memory, embedding, first, d_above.inputs, below.states, threads=2)
        gradients = [getattr(each, name) for each in (d_above, d_below) for name in ("kernel", "recurrent", "bias")]
        found.append([below.outputs, *below.states, above.outputs, *above.states, *gradients, d_below.inputs])
    for mine, theirs in zip(*found, strict=True):
        close(mine, theirs)


@pytest.mark.parametrize("kind", CELLS)
def test_what_recurrent_dropout_left_is_what_the_weights_met(kind, monkeypatch):
    from rnnlab.kernels.kinds import KINDS
    from rnnlab.kernels.sequence import run_backward, run_forward

    draw = np.random.default_rng(12)
    weights, inputs = make_weights(kind, 3, 18, draw), draw.normal(size=(20, 30, 3)).astype("f")
    live = draw.random((20, 30)) < 0.8
    starts = [draw.normal(size=(20, 18)).astype("f") for _ in range(KINDS[kind].states)]
    kept = (2.0 * (draw.random((KINDS[kind].gates, 20, 18)) < 0.5)).astype("f")
    found = []
    for few in (0, 10**9):
        monkeypatch.setattr("rnnlab.kernels.weights.FEW", few)
        done = run_forward(KINDS[kind], inputs, weights, starts, live=live, kept=kept, threads=2)
        found.append(
            run_backward(KINDS[kind], done.memory, inputs, weights, done.outputs, starts, kept=kept, threads=2)
        )
    for name in ("kernel", "recurrent", "bias"):
        close(*(getattr(each, name) for each in found))


@pytest.mark.parametrize("wrong", [-1, 5])
def test_ids_without_a_row_are_refused(wrong):
    from rnnlab.kernels.kinds import KINDS
    from rnnlab.kernels.sequence import run_forward

    draw = np.random.default_rng(9)
    ids = np.array([[0, wrong]], np.int32)
    weights = make_weights("simple_rnn", 2, 3, draw)
    with pytest.raises(ValueError, match=r"ids must be from 0 to 4, found"):
        run_forward(KINDS["simple_rnn"], np.zeros((5, 2), "f"), weights, [np.zeros((1, 3), "f")], ids=ids)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_gradient_of_the_weights_stands_where_they_were_packed(threads, monkeypatch):
    from rnnlab.kernels.kinds import KINDS
    from rnnlab.kernels.packing import buffers
    from rnnlab.kernels.sequence import run_backward, run_forward

    kind, weights = KINDS["lstm"], make_weights("lstm", 3, 272, np.random.default_rng(0))
    inputs, states = np.ones((4, 2, 3), "f"), [np.zeros((4, 272), "f")] * 2
    done = run_forward(kind, inputs, weights, states, threads=threads)
    taken, take = {}, buffers.take

    def record(*shape):
        found = take(*shape)
        taken[shape] = found.ctypes.data
        return found

    monkeypatch.setattr(buffers, "take", record)
    found = run_backward(kind, done.memory, inputs, weights, np.ones((4, 2, 272), "f"), states, threads=threads)
    assert found.recurrent.ctypes.data == taken[272 // 16, 4 * 272, 16]


def test_memory_is_used_again_only_when_nobody_refers_to_it():
    from rnnlab.kernels.buffers import Buffers

    buffers = Buffers()
    first = buffers.take(3, 5)
    kept = first[1:]
    place = first.ctypes.data
    del first
    assert buffers.take(3, 5).ctypes.data != place
    del kept
    assert buffers.take(3, 5).ctypes.data == place
    assert place % 64 == 0


def test_a_large_block_is_waited_for_rather_than_taken_anew(monkeypatch):
    import threading

    from rnnlab.kernels import buffers as module

    monkeypatch.setattr(module, "WAIT", 0.2)
    buffers, numbers = module.Buffers(), module.LARGE // 4
    held = [buffers.take(numbers)]
    place = held[0].ctypes.data
    threading.Timer(0.05, held.clear).start()
    found = buffers.take(numbers)
    assert found.ctypes.data == place
    monkeypatch.setattr(module, "WAIT", 0.0)
    assert buffers.take(numbers).ctypes.data != place


@pytest.mark.parametrize("sequences", [True, False])
def test_places_are_joined_and_parted_also_where_there_are_no_timesteps(sequences):
    from rnnlab.kernels.kinds import KINDS
    from rnnlab.kernels.layout import join_places, new_memory, part_places
    from rnnlab.kernels.schedule import make_schedule

    nothing = np.zeros(0, np.int32)
    for timesteps in (0, 4):
        schedule = make_schedule(None, (3, timesteps), shards=2, sequences=sequences)
        memory = new_memory(KINDS["lstm"], schedule, 16, schedule.reads, nothing, keep=True)
        parted = part_places(memory.gates, memory.h, memory.c, join_places(memory))
        for found, wanted in zip(parted.schedule.arrays, schedule.arrays, strict=True):
            assert found.shape == wanted.shape
            assert np.array_equal(found, wanted)
