"""Every bad input is refused by name, with its place and a remedy, and nothing of it is run."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from rnnlab.source import CODES

from .bad.arrays import CASES as ARRAYS
from .bad.arrays import Malicious
from .bad.case import Case, render
from .bad.rendering import CASES, FOLDER, expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_input_shows_exactly_this(case: Case):
    assert render(case) == expected(case).read_text(encoding="utf-8")


def test_every_text_has_a_code_that_can_be_explained_and_a_remedy():
    assert len(CASES) >= 200
    assert len({case.name for case in CASES}) == len(CASES)
    assert {path.stem for path in FOLDER.glob("*.txt")} == {case.name for case in CASES}
    for case in CASES:
        first, remedy = expected(case).read_text(encoding="utf-8").splitlines()
        code = first.removeprefix("error[").partition("]")[0]
        assert code.startswith("RL4")
        assert code in CODES
        assert remedy.startswith("  = help: ")
        assert len(remedy) > 15


@pytest.mark.parametrize("case", [each for each in ARRAYS if "code" in each.name or "pickle" in each.name])
def test_nothing_in_a_file_of_arrays_is_run(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EXECUTED", str(tmp_path / "executed"))
    render(case)
    assert not (tmp_path / "executed").exists()
    pickle.loads(pickle.dumps(Malicious()))  # which does write it
    assert (tmp_path / "executed").exists()


def test_a_long_line_takes_no_more_memory_than_its_limit(tmp_path):
    """The file has 400 MiB; peak of the process over what it had with everything imported."""
    code = """
import os, resource, sys
from pathlib import Path
from rnnlab.data import read_table
from rnnlab.errors import DatasetError
path = Path(sys.argv[1])
path.write_bytes(b"text,label\\n")
os.truncate(path, 400 * 2**20)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_table(path, ["text"])
except DatasetError as error:
    print(error.code, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "long.csv")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    code, mebibytes = done.stdout.split()
    assert code == "RL470"
    assert int(mebibytes) < 200
