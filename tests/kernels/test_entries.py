"""What kernels refuse: they do not look where they read."""

import subprocess
import sys

import numpy as np
import pytest


def good():
    """Return arguments of `add_by_row`: first, last, what is added (N, C), its rows, the sums (V, C)."""
    return [0, 16, np.ones((3, 16), "f"), np.array([1, 0, 1], np.int32), np.empty((2, 16), "f")]


def test_read_only_arrays_are_read():
    from rnnlab.kernels.entries import add_by_row

    args = good()
    args[2].flags.writeable = False
    add_by_row(*args)
    assert np.array_equal(args[4], [[1] * 16, [2] * 16])


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


WRONG = {
    "a list": (2, lambda array: array.tolist()),
    "nothing": (2, lambda array: None),
    "other numbers": (2, lambda array: array.astype("d")),
    "numbers of the same size": (3, lambda array: array.astype("f")),
    "bytes the other way round": (2, lambda array: array.astype(">f4")),
    "fewer dimensions": (2, np.ravel),
    "not C-contiguous": (2, np.asfortranarray),
    "a part": (4, lambda array: np.empty((4, 16), "f")[::2]),
    "read-only, to be written": (4, read_only),
    "not aligned": (2, lambda array: np.frombuffer(bytes(193), "f", 48, 1).reshape(3, 16)),
    "a fraction": (1, lambda number: 1.5),
    "no number": (0, lambda number: "0"),
    "too large": (1, lambda number: 2**70),
}


STRICTER = ("not aligned", "a fraction")  # numba takes them


@pytest.mark.parametrize("kind", WRONG)
def test_what_a_kernel_does_not_read_is_refused(kind):
    from rnnlab.kernels.entries import add_by_row
    from rnnlab.kernels.library import library_obstacle

    if library_obstacle() and kind in STRICTER:
        pytest.skip("numba takes it")
    place, spoil = WRONG[kind]
    args = good()
    args[place] = spoil(args[place])
    with pytest.raises((TypeError, OverflowError)):
        add_by_row(*args)


def test_the_argument_is_named():
    from rnnlab.kernels import entries, load_kernels
    from rnnlab.kernels.library import library_obstacle

    load_kernels()
    if library_obstacle():
        pytest.skip("numba's own words are told here")
    args = good()
    begin = "argument 3 of add_by_row must be f4r2, found"
    for wrong, told in (
        (np.ones((3, 16)), r"float64 \(3, 16\)$"),
        (np.ones((16, 3), "f").T, r"float32 \(3, 16\), not C-contiguous$"),
        (np.ones((3, 16), "f").view(np.recarray), "recarray$"),
    ):
        with pytest.raises(TypeError, match=f"{begin} {told}"):
            entries.add_by_row(*args[:2], wrong, *args[3:])


def test_no_memory_is_told():
    from rnnlab.kernels.entries import forward

    numbers, none, samples = np.zeros((1, 16), "f"), np.zeros(0, np.int32), 2**52
    offsets = np.array([[0, 0, 0], [0, 0, samples]])
    with pytest.raises(MemoryError):
        forward(
            0, 16, 0, none, offsets, none, numbers, np.zeros((1, 16, 16), "f"), numbers[0], numbers[0],
            np.zeros((1, 16, 16), "f"), np.zeros((0, 4), np.int64), np.zeros((0, 1, 16), "f"), numbers, numbers,
            numbers, none, none, numbers,
        )  # fmt: skip


def test_too_few_and_too_many_arguments_are_refused():
    from rnnlab.kernels.entries import add_by_row

    for args in (good()[:-1], [*good(), 1], []):
        with pytest.raises(TypeError):
            add_by_row(*args)


def test_numba_in_the_process_computes_and_refuses_the_same(monkeypatch):
    from rnnlab.kernels.compiled import bodies
    from rnnlab.kernels.entries import Kernel, add_by_row

    numba = Kernel(add_by_row.name, " ".join(add_by_row.types))
    monkeypatch.setattr(bodies, "BODIES", {numba: bodies.BODIES[add_by_row]})
    bodies.bind_numba()
    found = []
    for kernel in (add_by_row, numba):
        args = good()
        kernel(*args)
        found.append(args[4])
        with pytest.raises(TypeError):
            kernel(*args[:2], np.ones((3, 16)), *args[3:])
    assert np.array_equal(*found)


@pytest.mark.soak
def test_machine_code_and_numba_agree_to_the_bit():
    code = """
import sys, numpy as np
from rnnlab.kernels import load_kernels
if sys.argv[1] == "numba":
    from rnnlab.kernels.compiled.bodies import bind_numba
    bind_numba()
else:
    load_kernels()
assert ("numba" in sys.modules) == (sys.argv[1] == "numba")
from tests.kernels.test_entries import digest
print(digest())
"""
    found = [
        subprocess.run([sys.executable, "-c", code, way], capture_output=True, text=True, check=True).stdout
        for way in ("numba", "file")
    ]
    assert found[0] == found[1] != ""


def digest() -> str:
    """Return a hash of what many random layers give, and of Adam's steps."""
    import hashlib

    from rnnlab.kernels.adam import adam_steps
    from rnnlab.kernels.kinds import KINDS
    from rnnlab.kernels.layout import Weights
    from rnnlab.kernels.sequence import run_backward, run_forward

    draw, found = np.random.default_rng(5), hashlib.sha256()

    def normal(*shape):
        return draw.normal(size=shape).astype("f")

    for trial in range(300):
        name = list(KINDS)[trial % 4]
        kind, (batch, timesteps, features, units) = KINDS[name], (int(draw.integers(1, n)) for n in (40, 25, 30, 50))
        wide = kind.gates * units
        weights = Weights(
            normal(features, wide), normal(units, wide), normal(2, wide) if name == "gru" else normal(wide)
        )
        embedded, sequences, threads = trial % 3 == 0, bool(draw.random() < 0.6), int(draw.integers(1, 4))
        inputs = normal(9, features) if embedded else normal(batch, timesteps, features)
        ids = draw.integers(0, 9, (batch, timesteps)).astype(np.int32) if embedded else None
        if embedded:
            ids[np.arange(timesteps) < draw.integers(0, timesteps + 1, (batch, 1))] = 0
        live = draw.random((batch, timesteps)) < 0.7 if draw.random() < 0.4 else None
        kept = 1.25 * draw.integers(0, 2, (kind.gates, batch, units)).astype("f") if draw.random() < 0.3 else None
        states = [np.zeros((batch, units), "f") if embedded else normal(batch, units) for _ in range(kind.states)]
        done = run_forward(
            kind, inputs, weights, states, ids=ids, live=live, kept=kept, zeros=embedded,
            backwards=bool(draw.random() < 0.3), sequences=sequences, threads=threads,
        )  # fmt: skip
        by_outputs = normal(batch, timesteps if sequences else 1, units)
        back = run_backward(kind, done.memory, inputs, weights, by_outputs, states, kept=kept, threads=threads)
        for each in (done.outputs, *done.states, back.inputs, back.kernel, back.recurrent, back.bias, *back.states):
            found.update(np.ascontiguousarray(each).tobytes())
    parts = [abs(normal(70, 31)) for _ in range(4)]
    for each in adam_steps(*(np.float32(n) for n in (1e-3, 0.1, 1e-3, 1e-7)), parts, 2):
        found.update(np.ascontiguousarray(each).tobytes())
    return found.hexdigest()
