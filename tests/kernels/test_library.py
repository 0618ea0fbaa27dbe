"""The file of machine code: whole and one's own, or not loaded."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from rnnlab.kernels.library import library_obstacle

pytestmark = pytest.mark.skipif(library_obstacle() is not None, reason="no machine code on this machine")


@pytest.fixture(scope="session")
def compiled():
    """The file that all tests here load."""
    from rnnlab.kernels import load_kernels
    from rnnlab.kernels.library import library_path

    load_kernels()
    return library_path()


@pytest.fixture
def copied(compiled, tmp_path, monkeypatch):
    """A copy of the file, in a cache of its own."""
    from rnnlab.kernels.library import library_path

    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    path = library_path()
    path.parent.mkdir(parents=True)
    shutil.copy(compiled, path)
    return path


def refused(told: str) -> None:
    from rnnlab.kernels.library import LibraryError, bind_library

    with pytest.raises(LibraryError, match=told):
        bind_library()


def test_a_whole_file_is_loaded(copied):
    from rnnlab.kernels.library import bind_library

    assert copied.exists()
    bind_library()


@pytest.mark.usefixtures("copied")
def test_nothing_is_loaded_where_nothing_is(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "elsewhere"))
    refused("No such file")


@pytest.mark.parametrize("size", [0, 1, 31, 32, 4096, -33, -32, -1])
def test_a_file_cut_short_is_not_loaded(copied, size):
    copied.write_bytes(copied.read_bytes()[:size])
    refused("damaged")


def test_a_flipped_bit_anywhere_is_seen(copied):
    content = copied.read_bytes()
    for place in range(0, len(content), len(content) // 20):
        copied.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        refused("damaged")


def test_a_file_that_others_may_write_is_not_loaded(copied):
    copied.chmod(0o664)
    refused("others may write")


def test_a_file_of_somebody_else_is_not_loaded(copied, monkeypatch):
    from rnnlab.kernels.library import library_path

    own = os.geteuid()
    if own == 0:
        os.chown(copied, 4242, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: own + 1)
        copied.rename(library_path())
        assert library_path() != copied
    refused("belongs to somebody else")


def test_a_cache_that_is_only_read_serves(copied):
    from rnnlab.kernels.library import bind_library

    copied.chmod(0o444)
    copied.parent.chmod(0o555)
    try:
        bind_library()
    finally:
        copied.parent.chmod(0o755)


def test_the_processor_is_part_of_the_name(monkeypatch):
    from rnnlab.kernels import library

    names = [library.library_path()]
    monkeypatch.setenv("NUMBA_CPU_FEATURES", "+avx2,+fma")
    names.append(library.library_path())
    monkeypatch.setattr(library, "_processor", lambda: ["flags : sse2"])
    names.append(library.library_path())
    assert len(set(names)) == 3


def test_what_cannot_be_loaded_is_not_kept(copied):
    from rnnlab.kernels.library import LibraryError, write_library

    before = copied.read_bytes()
    with pytest.raises(LibraryError, match="cannot load"):
        write_library(b"no library")
    assert copied.read_bytes() == before
    assert list(copied.parent.iterdir()) == [copied]


WRITE = """
import sys
from pathlib import Path
from rnnlab.kernels.library import DIGEST, bind_library, write_library
code = Path(sys.argv[1]).read_bytes()[:-DIGEST]
print("ready", flush=True)
for _ in range(int(sys.argv[2])):
    write_library(code)
    bind_library()
"""


@contextmanager
def writer(source, times: int) -> Iterator[subprocess.Popen]:
    """A process that writes the file so many times, once it is ready."""
    command = [sys.executable, "-c", WRITE, str(source), str(times)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        yield process


def test_several_processes_write_it_at_once(copied, compiled):
    from rnnlab.kernels.library import bind_library

    copied.unlink()
    with ExitStack() as stack:
        writers = [stack.enter_context(writer(compiled, 30)) for _ in range(3)]
        while any(each.poll() is None for each in writers):
            if copied.exists():
                bind_library()
    assert [each.returncode for each in writers] == [0, 0, 0]
    assert list(copied.parent.iterdir()) == [copied]


def test_a_process_killed_while_it_writes_leaves_the_file_whole(copied, compiled):
    from rnnlab.kernels.library import bind_library

    for wait in (0.0, 0.003, 0.01, 0.02):
        with writer(compiled, 10**6) as process:
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
        bind_library()
