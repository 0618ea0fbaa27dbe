"""Compiling in a process of its own."""

import pytest


@pytest.fixture
def nothing_compiled(tmp_path, monkeypatch):
    """A machine on which nothing was compiled, whose compiling is over at once."""
    from rnnlab.kernels import load_kernels

    load_kernels()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("rnnlab.kernels.ahead.COMPILE", "pass")


@pytest.mark.usefixtures("nothing_compiled")
def test_kernels_are_compiled_once_and_loaded_when_that_is_done():
    from rnnlab.kernels import compile_ahead, kernels_compiled, load_kernels

    assert [compile_ahead(), compile_ahead()] == [True, False]
    assert not kernels_compiled()
    load_kernels()
    assert kernels_compiled()
    assert not compile_ahead()
