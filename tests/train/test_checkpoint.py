import io
import os
import random
import resource

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow


def _checkpoint(epoch, fingerprint="f"):
    from rnnlab.train.checkpoint import Checkpoint
    from rnnlab.train.result import Epoch
    from rnnlab.train.state import TrainingState, Watch

    history = tuple(Epoch(n, {"loss": 1 / n, "val_loss": 2 / n}, 0.5, 10.0, n) for n in range(1, epoch + 1))
    watch = Watch(best=0.1 + 0.2, best_epoch=epoch, waited=1, cooling=2)
    state = TrainingState(epoch, 3 * epoch, 0.5 * epoch, history, watch, Watch(), "epochs")
    arrays = {"model/0": np.full((3, 4), epoch, np.float32), "optimizer/0": np.array(epoch, np.int64)}
    return Checkpoint(fingerprint, state, arrays, {"0": np.arange(4, dtype=np.float32)})


def _save(folder, *epochs):
    from rnnlab.train.checkpoint import save_checkpoint

    return [save_checkpoint(folder, _checkpoint(epoch)) for epoch in epochs]


def _load(folder):
    from rnnlab.train.checkpoint import load_checkpoint

    found = load_checkpoint(folder)
    assert found is not None
    return found


def test_a_checkpoint_comes_back_as_it_was_saved(tmp_path):
    _save(tmp_path, 3)
    loaded, damaged = _load(tmp_path)
    saved = _checkpoint(3)
    assert damaged == ()
    assert (loaded.fingerprint, loaded.state) == (saved.fingerprint, saved.state)
    for found, wanted in ((loaded.arrays, saved.arrays), (loaded.best, saved.best)):
        assert found.keys() == wanted.keys()
        for name, array in wanted.items():
            assert found[name].dtype == array.dtype
            np.testing.assert_array_equal(found[name], array)


def test_two_generations_are_kept(tmp_path):
    _save(tmp_path, 1, 2, 3, 4)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["epoch-000003.ckpt", "epoch-000004.ckpt"]


def test_no_checkpoint_is_none(tmp_path):
    from rnnlab.train.checkpoint import load_checkpoint

    assert load_checkpoint(tmp_path) is None
    assert load_checkpoint(tmp_path / "missing") is None


def test_a_checkpoint_cut_anywhere_is_found_out_and_the_one_before_is_used(tmp_path):
    _, newest = _save(tmp_path, 1, 2)
    whole = newest.read_bytes()
    for length in {0, 1, 63, 64, 65, 66, len(whole) - 1, *range(0, len(whole), len(whole) // 60)}:
        newest.write_bytes(whole[:length])
        checkpoint, damaged = _load(tmp_path)
        assert checkpoint.state.epoch == 1, length
        assert damaged == ("epoch-000002.ckpt is damaged: its SHA-256 differs",)
    newest.write_bytes(whole)
    assert _load(tmp_path)[0].state.epoch == 2


def test_a_flipped_bit_anywhere_is_found_out_and_the_one_before_is_used(tmp_path):
    _, newest = _save(tmp_path, 1, 2)
    whole = newest.read_bytes()
    draw = random.Random(1)
    for place in [*range(66), *(draw.randrange(len(whole)) for _ in range(150))]:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << draw.randrange(8)
        newest.write_bytes(flipped)
        assert _load(tmp_path)[0].state.epoch == 1, place


def test_when_all_are_damaged_it_is_said_of_each(tmp_path):
    from rnnlab.errors import CheckpointError
    from rnnlab.train.checkpoint import load_checkpoint

    for path in _save(tmp_path, 1, 2):
        path.write_bytes(b"nothing")
    with pytest.raises(CheckpointError, match=r"no checkpoint is whole: epoch-000002.*; epoch-000001"):
        load_checkpoint(tmp_path)


def test_a_full_disk_leaves_the_checkpoint_before(tmp_path):
    from rnnlab.errors import CheckpointError

    (first,) = _save(tmp_path, 1)
    size = first.stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in (0, 100, size // 2, size - 1):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limits[1]))
        try:
            with pytest.raises(CheckpointError, match=r"cannot write the checkpoint epoch-000002\.ckpt"):
                _save(tmp_path, 2)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert _load(tmp_path)[0].state.epoch == 1
        assert [path.name for path in tmp_path.iterdir()] == [first.name]
    _save(tmp_path, 2)
    assert _load(tmp_path)[0].state.epoch == 2


def test_a_disk_that_cannot_sync_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    from rnnlab.errors import CheckpointError

    def fail(descriptor):
        raise OSError(5, "Input/output error")

    _save(tmp_path, 1)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(CheckpointError, match="Input/output error"):
        _save(tmp_path, 2)
    monkeypatch.undo()
    assert _load(tmp_path)[0].state.epoch == 1


def test_a_half_written_file_of_a_killed_process_is_no_checkpoint(tmp_path):
    (first,) = _save(tmp_path, 1)
    (tmp_path / "epoch-000002.tmp").write_bytes(first.read_bytes()[:50])
    assert _load(tmp_path)[0].state.epoch == 1
    _save(tmp_path, 2)
    assert not (tmp_path / "epoch-000002.tmp").exists()


def test_large_arrays_are_written_from_where_they_are():
    from rnnlab.train.checkpoint import _write_arrays

    large = np.arange(2**20, dtype="f")
    seen = list[bool]()

    class File(io.BytesIO):
        def write(self, content):
            seen.append(np.shares_memory(np.frombuffer(content, np.uint8), large))
            return super().write(content)

    odd = {
        "none": np.zeros((0, 3)),
        "one": np.float64(2),
        "turned": np.arange(6).reshape(2, 3).T,
        "yes": np.array(True),
    }
    file = File()
    _write_arrays({"a/large": large, **odd}, file)
    assert sum(seen) == 1
    file.seek(0)
    with np.load(file, allow_pickle=False) as found:
        assert sorted(found) == sorted(["a/large", *odd])
        for key, value in {"a/large": large, **odd}.items():
            np.testing.assert_array_equal(found[key], value)
            assert found[key].shape == np.shape(value)
            assert found[key].dtype == np.asarray(value).dtype
