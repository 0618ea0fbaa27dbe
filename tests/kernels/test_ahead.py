"""Compiling in a process of its own."""

import shutil
import sys

import pytest

COPY = "import shutil; shutil.copy({!r}, {!r})"  # in place of compiling, which takes half a minute


@pytest.fixture
def nothing_compiled(tmp_path, monkeypatch):
    """A machine on which nothing was compiled, whose compiling is over at once."""
    from rnnlab.kernels import ahead, load_kernels
    from rnnlab.kernels.library import library_obstacle, library_path

    if library_obstacle():
        pytest.skip("numba compiles in the process")
    load_kernels()
    there = library_path()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    library_path().parent.mkdir(parents=True)
    monkeypatch.setattr(ahead, "COMPILE", COPY.format(str(there), str(library_path())))
    monkeypatch.setattr(ahead, "_loaded", [])
    monkeypatch.setattr(ahead, "_ended", [])
    return there


@pytest.mark.usefixtures("nothing_compiled")
def test_kernels_are_compiled_once_and_loaded_when_that_is_done():
    from rnnlab.kernels import await_compiled, compile_ahead, kernels_compiled, load_kernels

    assert not kernels_compiled()
    assert [compile_ahead(), compile_ahead()] == [True, False]
    load_kernels()
    assert kernels_compiled()
    assert not compile_ahead()
    await_compiled()


@pytest.mark.usefixtures("nothing_compiled")
def test_who_loads_them_first_has_them_compiled_elsewhere():
    from rnnlab.kernels import kernels_compiled, load_kernels

    load_kernels()
    assert kernels_compiled()


@pytest.mark.usefixtures("nothing_compiled")
def test_a_damaged_file_is_made_anew():
    from rnnlab.kernels import load_kernels
    from rnnlab.kernels.library import bind_library, library_path

    library_path().write_bytes(b"half of it")
    load_kernels()
    bind_library()


@pytest.mark.usefixtures("nothing_compiled")
@pytest.mark.parametrize("killed", [True, False])
def test_numba_computes_where_compiling_elsewhere_fails(monkeypatch, caplog, killed):
    from rnnlab.kernels import ahead, compile_ahead, kernels_compiled, load_kernels
    from rnnlab.kernels.compiled import bodies

    bound = []
    monkeypatch.setattr(ahead, "COMPILE", "import os; os.kill(os.getpid(), 9)" if killed else "1 / 0")
    assert compile_ahead()
    monkeypatch.setattr(ahead, "_start", lambda: bound.append("a second time"))
    monkeypatch.setattr(bodies, "bind_numba", lambda: bound.append("numba"))
    with caplog.at_level("INFO", "rnnlab.kernels"):
        load_kernels()
    assert bound == ["numba"]
    assert "numba compiles the kernels in this process: cannot read" in caplog.text
    assert not kernels_compiled()  # the next run tries again


@pytest.mark.usefixtures("nothing_compiled")
def test_numba_computes_where_no_machine_code_can_be_loaded(monkeypatch):
    from rnnlab.kernels import ahead, kernels_compiled, load_kernels
    from rnnlab.kernels.compiled import bodies

    bound = []
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(bodies, "bind_numba", lambda: bound.append("numba"))
    ahead.compile_kernels()
    assert kernels_compiled()
    load_kernels()
    assert bound == ["numba", "numba"]


def test_what_cannot_be_linked_is_left_to_numba(nothing_compiled, monkeypatch):
    from rnnlab.kernels import ahead, kernels_compiled, load_kernels
    from rnnlab.kernels.compiled import bodies, emit
    from rnnlab.kernels.compiled.linker import LinkError

    def fail():
        raise LinkError("relocation 77 of something")

    bound = []
    monkeypatch.setattr(emit, "emit_library", fail)
    monkeypatch.setattr(bodies, "bind_numba", lambda: bound.append("numba"))
    ahead.compile_kernels()
    assert kernels_compiled()
    load_kernels()  # without another attempt
    assert bound == ["numba", "numba"]


def test_what_the_other_process_runs_can_be_run():
    from rnnlab.kernels import ahead, kernels_compiled, load_kernels

    load_kernels()
    exec(ahead.COMPILE)
    assert kernels_compiled()


def test_a_folder_that_cannot_be_written_is_an_obstacle(tmp_path, monkeypatch):
    from rnnlab.kernels import kernels_obstacle

    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert kernels_obstacle() is None
    (tmp_path / "kernels").write_text("a file where the folder should be")
    assert str(tmp_path) in (kernels_obstacle() or "")


def test_other_kernels_have_another_folder(tmp_path, monkeypatch):
    from rnnlab.kernels import cache, kernel_cache

    own = kernel_cache()
    copied = tmp_path / "kernels"
    shutil.copytree(cache.Path(cache.__file__).parent, copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(cache, "__file__", str(copied / "cache.py"))
    assert kernel_cache() == own
    (copied / "compiled" / "loop.py").write_text("other")
    assert kernel_cache() != own
