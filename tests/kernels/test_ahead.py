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


def test_what_the_other_process_runs_can_be_run():
    from rnnlab.kernels import ahead, kernels_compiled

    exec(ahead.COMPILE)
    assert kernels_compiled()


def test_a_folder_that_cannot_be_written_is_an_obstacle(tmp_path, monkeypatch):
    from rnnlab.kernels import kernels_obstacle

    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert kernels_obstacle() is None
    (tmp_path / "kernels").write_text("a file where the folder should be")
    assert str(tmp_path) in (kernels_obstacle() or "")
