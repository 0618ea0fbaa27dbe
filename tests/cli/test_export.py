"""`rnnlab export`, from the command line."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rnnlab.cli import app
from rnnlab.errors import CallError, InvalidExperimentError

FILE = str(Path(__file__).parents[2] / "experiments/movie_snippets_lstm.yaml")


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["export", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def refused(*arguments: str) -> Exception:
    result = CliRunner().invoke(app, ["export", *arguments])
    assert isinstance(result.exception, CallError | InvalidExperimentError)
    return result.exception


def test_the_script_is_printed():
    script = run(FILE, "--script")
    assert script.startswith('"""movie-snippets-lstm: ')
    assert 'layers.LSTM(32, name="rnn")' in script


def test_the_script_is_written(tmp_path):
    assert run(FILE, "--script", "-o", str(tmp_path / "model.py")) == ""
    assert (tmp_path / "model.py").read_text(encoding="utf-8") == run(FILE, "--script")


def test_values_can_be_laid_over_the_file():
    assert 'layers.LSTM(5, name="rnn")' in run(
        FILE, "--script", "--set", "model.layers.rnn.units=5", "--set", 'expect.parameters="> 0"'
    )


def test_script_and_diagram_can_be_had_at_once(tmp_path):
    script = run(FILE, "--script", "--diagram", str(tmp_path / "model.svg"))
    assert "import keras" in script
    assert "8,320 parameters" in (tmp_path / "model.svg").read_text(encoding="utf-8")


def test_neither_is_an_error_that_says_what_to_give():
    assert "Give --script for Python, or --diagram model.svg for a picture" in str(refused(FILE))


def test_an_output_without_script_is_an_error(tmp_path):
    assert "add --script" in str(refused(FILE, "-o", "model.py", "--diagram", str(tmp_path / "model.svg")))


def test_a_file_that_cannot_be_written_is_said(tmp_path):
    message = str(refused(FILE, "--script", "-o", str(tmp_path / "none" / "model.py")))
    assert message.endswith("model.py: No such file or directory")


def test_a_broken_file_exports_nothing(tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("rnnlab: 1\nname: broken\nmodel: {layers: []}\n", encoding="utf-8")
    assert isinstance(refused(str(broken), "--script"), InvalidExperimentError)


@pytest.mark.parametrize("options", [["--script"], ["--diagram", "model.svg"]])
def test_tensorflow_is_not_imported(options, tmp_path):
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom rnnlab.cli import app\n"
        f"result = CliRunner().invoke(app, {['export', FILE, *options]!r})\n"
        "assert result.exit_code == 0, result.exception\n"
        "heavy = {'tensorflow', 'keras', 'mlflow', 'optuna', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
