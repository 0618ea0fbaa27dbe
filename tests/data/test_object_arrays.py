import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnlab.data.object_arrays import load_sequences
from rnnlab.errors import DatasetError


def objects(*items: Any) -> np.ndarray:
    array = np.empty(len(items), object)
    array[:] = items
    return array


def write(path: Path, array: np.ndarray) -> Path:
    np.savez(path, x=array)
    return path


def write_pickle(path: Path, content: bytes, shape: tuple[int, ...] = (1,)) -> Path:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|O", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", header.getvalue() + content)
    return path


def refusal(path: Path) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        load_sequences(path, "x")
    return caught.value


@pytest.mark.parametrize(
    "array",
    [
        objects([1, 2, 3], [4], [5, 6]),
        objects((1, 2, 3), (4,), (5, 6)),
        objects(np.array([1, 2, 3]), np.array([4], np.int32), np.array([5, 6], ">u2")),
        objects([np.int64(1), np.int64(2), np.int64(3)], [np.int32(4)], [np.uint8(5), 6]),
    ],
    ids=["lists", "tuples", "arrays", "scalars"],
)
def test_lists_and_arrays_of_whole_numbers_are_read(tmp_path, array):
    found = load_sequences(write(tmp_path / "a.npz", array), "x")
    assert [each.tolist() for each in found] == [[1, 2, 3], [4], [5, 6]]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL))
def test_every_protocol_of_pickle_is_read(tmp_path, protocol):
    path = write_pickle(tmp_path / "a.npz", pickle.dumps(objects([1, 2], [300]), protocol=protocol), (2,))
    assert [each.tolist() for each in load_sequences(path, "x")] == [[1, 2], [300]]


class Evil:
    """Runs a function when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return (Path.touch, (self.mark,))


def test_a_pickle_that_names_another_function_is_refused_and_nothing_is_run(tmp_path):
    mark = tmp_path / "was-run"
    path = write(tmp_path / "evil.npz", objects(Evil(mark)))
    before = path.read_bytes()
    error = refusal(path)
    assert (error.code, mark.exists(), path.read_bytes()) == ("RL430", False, before)
    assert "which no array needs; nothing was run" in error.message


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cnumpy.f2py.diagnose\nrun\n(tR.",
        b"\x80\x02\x82\x01.",
        b"not a pickle",
        b"",
        pickle.dumps([[1, 2]]),
        pickle.dumps({"a": 1}),
        pickle.dumps(np.array([1, 2])),
        pickle.dumps(objects([1, 2]))[:-4],
    ],
)
def test_other_pickles_are_refused(tmp_path, content):
    assert refusal(write_pickle(tmp_path / "a.npz", content)).code == "RL430"


@pytest.mark.parametrize("items", [["ab"], [1.5], [True], [None], [2**40], [[1], [2]], 7, None], ids=str)
def test_anything_but_whole_numbers_is_refused(tmp_path, items):
    assert refusal(write(tmp_path / "a.npz", objects(items))).code == "RL430"


def test_a_small_file_cannot_fill_the_memory(tmp_path):
    shared = list(range(1000))
    error = refusal(write(tmp_path / "bomb.npz", objects(*[shared] * 1000)))
    assert "more numbers than the file has bytes" in error.message


def test_an_array_of_numbers_is_read_without_pickle(tmp_path):
    found = load_sequences(write(tmp_path / "a.npz", np.array([[1, 2], [3, 0]])), "x")
    assert [each.tolist() for each in found] == [[1, 2], [3, 0]]
    assert refusal(write(tmp_path / "b.npz", np.array([[1.5, 2]]))).code == "RL430"
