import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.data.buckets import MOST, fit_buckets
from rnnlab.data.padded import LiveTimesteps, PaddedRows, flat, length_percentiles

SIDES = st.sampled_from(["pre", "post"])
SEQUENCES = st.lists(st.lists(st.integers(1, 9), max_size=9), min_size=1, max_size=12)


def by_hand(sequence, timesteps, padding, truncating, first, last):
    """One sequence at a time, as a person would cut and pad it."""
    limit = timesteps - (first is not None) - (last is not None)
    kept = sequence[max(0, len(sequence) - limit) :] if truncating == "pre" else sequence[:limit]
    whole = [*([first] if first else []), *kept, *([last] if last else [])]
    fill = [0] * (timesteps - len(whole))
    return [*fill, *whole] if padding == "pre" else [*whole, *fill]


@given(SEQUENCES, st.integers(2, 8), SIDES, SIDES, st.sampled_from([(None, None), (7, None), (None, 8), (7, 8)]))
def test_rows_are_cut_and_padded_as_by_hand(sequences, timesteps, padding, truncating, ends):
    rows = PaddedRows(*flat(sequences, np.int32), timesteps, padding, truncating, 0, *ends)
    wanted = [by_hand(each, timesteps, padding, truncating, *ends) for each in sequences]
    assert rows[:].tolist() == wanted
    assert rows.shape == rows[:].shape == (len(sequences), timesteps)
    assert LiveTimesteps(rows)[:].tolist() == [[number > 0 for number in row] for row in wanted]
    assert rows.lengths.tolist() == [sum(number > 0 for number in row) for row in wanted]


def test_rows_are_asked_for_as_of_an_array():
    rows = PaddedRows(*flat([[1], [2, 2], [], [3, 3, 3]], np.int32), 2)
    whole = np.asarray(rows)
    assert whole.tolist() == [[1, 0], [2, 2], [0, 0], [3, 3]]
    for some in (slice(1, 3), np.array([3, 0, 3]), [-1], whole[:, 0] > 1, 2, -1, np.array([], np.int64)):
        assert rows[some].tolist() == whole[some].tolist()
    assert [row.tolist() for row in rows] == whole.tolist()
    with pytest.raises(IndexError):
        rows[4]


def test_timesteps_may_have_several_numbers():
    values = np.arange(6, dtype=np.float32).reshape(3, 2)
    rows = PaddedRows(values, np.array([0, 1, 3]), 3, "pre")
    assert rows[:].tolist() == [[[0, 0], [0, 0], [0, 1]], [[0, 0], [2, 3], [4, 5]]]


@given(st.lists(st.integers(1, 50), min_size=1))
def test_a_percentile_is_the_smallest_length_that_leaves_that_share_whole(lengths):
    found = length_percentiles(np.array(lengths))
    for percent, length in enumerate(found, start=1):
        within = [sum(each <= end for each in lengths) * 100 for end in (length, length - 1)]
        assert within[0] >= percent * len(lengths) > within[1]


LENGTHS = st.lists(st.integers(1, 40), min_size=1, max_size=60)


def rows_of(lengths, timesteps=30):
    return {"text": PaddedRows(*flat([[1] * length for length in lengths], np.int32), timesteps)}


@given(LENGTHS, st.integers(1, 9), st.integers(0, 3))
def test_every_sample_stands_in_one_batch_that_holds_it_whole(lengths, batch_size, seed):
    inputs = rows_of(lengths)
    buckets = fit_buckets(inputs)
    order = np.random.default_rng(seed).permutation(len(lengths))
    batches = buckets.rows(inputs, order, batch_size)
    assert sorted(np.concatenate([rows for rows, _ in batches])) == sorted(order)
    assert sum(len(rows) < batch_size for rows, _ in batches) <= 1
    assert len(batches) == -(-len(lengths) // batch_size)
    for rows, bucket in batches:
        cut = buckets.cut(inputs, bucket)["text"]
        wide = inputs["text"][rows]
        assert cut[rows].tolist() == wide[:, : cut.timesteps].tolist()
        assert not wide[:, cut.timesteps :].any()


@given(LENGTHS)
def test_buckets_are_few_and_the_last_has_all_timesteps(lengths):
    (chosen,) = fit_buckets(rows_of(lengths)).lengths.values()
    assert len(chosen) <= MOST
    assert chosen[-1] == 30
    assert list(chosen) == sorted(set(chosen))


def test_few_lengths_need_no_padding():
    inputs = rows_of([2, 2, 5, 5, 9], timesteps=9)
    assert fit_buckets(inputs).lengths == {"text": (2, 5, 9)}


def test_a_sample_stands_in_the_bucket_of_the_input_that_needs_the_later():
    inputs = {"source": rows_of([1, 1, 5], 5)["text"], "target": rows_of([2, 8, 8], 8)["text"]}
    assert fit_buckets(inputs).of(inputs).tolist() == [0, 1, 1]


def test_arrays_have_no_buckets():
    assert fit_buckets({"x": np.zeros((3, 4, 2))}) is None
