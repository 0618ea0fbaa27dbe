"""What a user sees of every kind of broken file, word for word."""

from pathlib import Path

import pytest

from rnnlab.plan import check_experiment
from rnnlab.source import CODES, LARGEST, Diagnostic, render_full

from .rendering import FOLDER, fixtures, render

MADE_HERE = {"RL001", "RL002", "RL003"}  # a missing file, bytes and a megabyte are no fixtures


@pytest.mark.parametrize("path", fixtures(), ids=lambda path: path.stem)
def test_a_broken_file_shows_exactly_this(path):
    assert render(path) == path.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", [code for code in CODES if code < "RL4" and code not in MADE_HERE])
def test_every_code_of_the_file_has_a_fixture_that_shows_it(code):
    assert f"[{code}]" in (FOLDER / f"{code}.txt").read_text(encoding="utf-8")


def test_no_fixture_shows_a_code_that_cannot_be_explained():
    shown = {path.stem for path in FOLDER.glob("*.yaml")}
    assert shown <= set(CODES)


def test_every_fixture_is_refused_or_warned_of():
    assert len(fixtures()) >= 80
    for path in fixtures():
        assert path.with_suffix(".txt").read_text(encoding="utf-8").startswith(("error[RL", "warning[RL"))


def seen(path: Path) -> tuple[Diagnostic, str]:
    (diagnostic,) = check_experiment(path).diagnostics
    return diagnostic, render_full(diagnostic).replace(str(path), "x.yaml")


def test_a_missing_file_is_rl001(tmp_path):
    _, text = seen(tmp_path / "x.yaml")
    assert text == ("error[RL001]: cannot read the file: No such file or directory\n --> x.yaml:1:1\n  |\n1 | \n  | ^")


def test_a_folder_is_rl001(tmp_path):
    diagnostic, _ = seen(tmp_path)
    assert (diagnostic.code, diagnostic.message) == ("RL001", "cannot read the file: Is a directory")


def test_latin_1_is_rl002(tmp_path):
    (tmp_path / "x.yaml").write_bytes("rnnlab: 1\nname: caf\xe9\n".encode("latin-1"))
    _, text = seen(tmp_path / "x.yaml")
    assert text == (
        "error[RL002]: the file is not UTF-8: byte 19 cannot be read\n --> x.yaml:2:10\n  |\n2 | name: caf\ufffd\n"
        "  |          ^\n  = help: save it as UTF-8"
    )


def test_more_than_a_mebibyte_is_rl003(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"#" * (LARGEST + 1))
    diagnostic, _ = seen(tmp_path / "x.yaml")
    assert (diagnostic.code, diagnostic.message) == ("RL003", "the file is larger than 1 MiB")


def test_a_mebibyte_is_read(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"#" * LARGEST)
    diagnostic, _ = seen(tmp_path / "x.yaml")
    assert diagnostic.code == "RL008"
