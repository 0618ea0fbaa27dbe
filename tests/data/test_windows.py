import numpy as np
import pytest

from rnnlab.data import prepare
from rnnlab.data.windows import Windows, window_places
from rnnlab.errors import DatasetError

TEXT = "".join(chr(97 + number % 26) for number in range(400))


@pytest.fixture
def continued(experiment, tmp_path):
    """A running text as windows, by the keys of its task and training."""
    (tmp_path / "x.txt").write_text(TEXT)

    def run(window=7, text=None, **training):
        file = experiment(
            dataset={"kind": "text_file", "path": "x.txt", "split": {"kind": "tail", "validation": 0.2, "test": 0.3}},
            text={"unit": "character", "vocabulary": 30, "lowercase": False} | (text or {}),
            task={"kind": "language_model", "window": window},
            training=training,
        )
        return prepare(file, tmp_path, target="continuation", say=lambda line: None)

    return run


def predicted(samples):
    """Return (place read, unit wanted) of everything that counts, in the order of the rows."""
    read, wanted = samples.inputs["text"], samples.targets["continuation"]
    weights = np.ones(len(read)) if samples.weights is None else samples.weights
    places = np.asarray(read.starts)[:, None] + np.arange(read.timesteps)
    live = (read[:] != 0) & (weights[:, None] != 0)
    return places[live], read[:][live], wanted[:][live]


@pytest.mark.parametrize("keys", [{}, {"stateful": True, "reset": "epoch", "shuffle": False, "batch_size": 4}])
def test_every_unit_but_the_first_is_predicted_once_from_the_one_before(continued, keys):
    splits = continued(**keys)
    for samples, size in ((splits.train, 200), (splits.validation, 80), (splits.test, 120)):
        places, read, wanted = predicted(samples)
        ids = samples.inputs["text"].ids
        assert sorted(places) == list(range(size - 1))
        np.testing.assert_array_equal(read, ids[places])
        np.testing.assert_array_equal(wanted, ids[places + 1])
    assert splits.facts.inputs["text"].timesteps == 7


def test_a_row_of_a_stream_continues_the_same_row_of_the_batch_before(continued):
    train = continued(stateful=True, reset="epoch", shuffle=False, batch_size=4).train
    windows = train.inputs["text"]
    assert train.streams == 4
    assert len(train) % 4 == 0
    for row in range(4, len(train)):
        assert windows.starts[row] == windows.starts[row - 4] + 7


def test_streams_of_the_test_begin_one_window_early_and_read_without_gaps(continued):
    test = continued(stateful=True, reset="epoch", shuffle=False, batch_size=4).test
    windows, counts = test.inputs["text"], test.weights.reshape(-1, 4)
    assert counts[0].tolist() == [1, 0, 0, 0]
    assert counts[1:].all()
    for stream in range(4):
        starts = windows.starts.reshape(-1, 4)[:, stream]
        assert (np.diff(starts) == 7).all()


def test_a_text_too_short_for_warm_streams_is_still_predicted_once():
    for places in (1, 3, 10, 29):
        starts, ends, counts = window_places(places, 7, 5, warm=True)
        read = np.concatenate([np.arange(start, min(start + 7, end)) for start, end in zip(starts, ends, strict=True)])
        counted = np.repeat(counts, [max(0, min(7, end - start)) for start, end in zip(starts, ends, strict=True)])
        assert sorted(read[counted]) == list(range(places))


def test_windows_are_cut_when_they_are_asked_for():
    windows = Windows(np.arange(1, 11, dtype=np.int32), np.array([0, 4, 8]), np.array([4, 8, 9]), 4)
    assert windows.shape == (3, 4)
    assert windows[np.array([2, 0])].tolist() == [[9, 0, 0, 0], [1, 2, 3, 4]]
    assert windows[1:].tolist() == [[5, 6, 7, 8], [9, 0, 0, 0]]
    assert Windows(windows.ids, windows.starts, windows.ends, 4, ahead=1)[2:].tolist() == [[10, 0, 0, 0]]


def test_the_vocabulary_is_that_of_train(continued):
    splits = continued(text={"vocabulary": 10})
    ids = splits.test.inputs["text"].ids
    assert (ids == 1).any()
    assert splits.source["characters"] == {"train": 200, "validation": 80, "test": 120}


def test_a_split_without_a_second_unit_is_refused(experiment, tmp_path):
    (tmp_path / "x.txt").write_text("a few words stand here and then\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n.")
    file = experiment(dataset={"kind": "text_file", "path": "x.txt"}, text={"unit": "word"})
    with pytest.raises(DatasetError, match=r"RL421.*the validation split has 0 words"):
        prepare(file, tmp_path, target="continuation", say=lambda line: None)
