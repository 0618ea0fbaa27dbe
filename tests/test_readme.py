"""What the documentation says, done: its files are checked, its commands run, its outputs compared.

`python tests/test_readme.py` rewrites docs/commands.md.
"""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from warm import Starter

from rnnlab import validate_experiment
from rnnlab.plan import check_experiment

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = ROOT / "docs" / "commands.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
START = "import sys; sys.argv[0] = 'rnnlab'; from rnnlab.cli import main; main()"
LIGHT = ("check", "explain", "schema", "data list")
SHORT = {"run": ["training.epochs=1"], "sweep": ["training.epochs=1", "sweep.trials=2"]}
KILLED = ["--set", "training.epochs=3"]
BROWSER = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
BROWSER += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@dataclass(frozen=True)
class Block:
    language: str
    file: str
    text: str


@dataclass(frozen=True)
class Command:
    """A `$ rnnlab …` line and what the README shows below it."""

    line: str
    shown: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line)[1:]

    def starts(self, *commands: str) -> bool:
        return any(self.line.startswith(f"rnnlab {command}") for command in commands)


BLOCKS = [Block(language, file, text) for language, file, text in BLOCK.findall(README)]
WHOLE = [block for block in BLOCKS if block.language == "yaml" and re.match(r"(#.*\n)?rnnlab:", block.text)]
SECTIONS = [block for block in BLOCKS if block.language == "yaml" and block not in WHOLE]


def session() -> list[Command]:
    """Return the README's commands in its order."""
    text = "".join(block.text for block in BLOCKS if block.language in ("console", "sh"))
    parts = re.split(r"^\$ ?", text, flags=re.MULTILINE)
    found = [Command(line, shown) for line, _, shown in (part.partition("\n") for part in parts)]
    return [command for command in found if command.line.startswith("rnnlab ")]


def rnnlab(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"COLUMNS": "80", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", START, *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def write_files(folder: Path) -> Path:
    """Write what the README tells its reader to write, and a table for its example of an own one."""
    shutil.copytree(ROOT / "experiments", folder / "experiments")
    for block in BLOCKS:
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
    rows = [
        f"a {word} film number {number},{stars},author {number % 40}"
        for number in range(240)
        for stars, word in [[("bad", "dull"), ("fair", "plain"), ("good", "lovely")][number % 7 % 3]]
    ]
    (folder / "reviews.csv").write_text("\n".join(["review,stars,author", *rows, ""]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def reader(tmp_path_factory) -> Path:
    """The folder of a reader who does what the README says, in its order."""
    return write_files(tmp_path_factory.mktemp("reader"))


def ask_help(*words: str) -> str:
    done = rnnlab(*words, "--help", folder=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands_of(help_text: str) -> list[str]:
    _, _, table = help_text.partition("Commands:\n")
    return re.findall(r"^  (\w+) ", table.split("\n\n")[0], flags=re.MULTILINE)


def commands_text() -> str:
    """Return docs/commands.md: what every command says of itself."""
    lines = ["# The commands", "", "What `--help` prints; written by `python tests/test_readme.py`."]
    whole = ask_help()
    pages = {"rnnlab": whole}
    for name in commands_of(whole):
        pages[f"rnnlab {name}"] = ask_help(name)
        pages |= {f"rnnlab {name} {inner}": ask_help(name, inner) for inner in commands_of(pages[f"rnnlab {name}"])}
    for name, text in pages.items():
        lines += ["", f"## `{name}`", "", "```text", text.rstrip(), "```"]
    return "\n".join(lines) + "\n"


def test_the_readme_shows_whole_files_sections_and_sessions():
    assert len(WHOLE) >= 3
    assert SECTIONS
    assert {command.words[0] for command in session()} >= {"check", "plan", "run", "compare", "predict", "sweep", "ui"}


@pytest.mark.parametrize("block", WHOLE, ids=[block.file or f"yaml-{n}" for n, block in enumerate(WHOLE)])
def test_every_whole_file_is_valid_unless_it_shows_a_mistake(block, reader):
    if block.file == "broken.yaml":
        assert check_experiment(reader / block.file).plan is None
    else:
        assert validate_experiment(block.text, folder=reader).rnnlab == 1


@pytest.mark.parametrize("block", SECTIONS, ids=[block.text.split(":")[0] for block in SECTIONS])
def test_every_section_fits_the_first_experiment(block, tmp_path):
    base = (ROOT / "experiments" / "movie_snippets_lstm.yaml").read_text(encoding="utf-8")
    file = tmp_path / "with_section.yaml"
    file.write_text(base + block.text, encoding="utf-8")
    assert [str(found) for found in check_experiment(file).diagnostics] == []


def test_the_explained_file_is_the_first_experiment(reader):
    first = check_experiment(ROOT / "experiments" / "movie_snippets_lstm.yaml").require()[1].to_data()
    explained = next(block for block in WHOLE if not block.file)
    shown = validate_experiment(explained.text).to_data()
    assert shown | {"description": ""} == first | {"description": ""}


@pytest.mark.parametrize("command", [each for each in session() if each.starts(*LIGHT)], ids=lambda each: each.line)
def test_light_commands_print_what_the_readme_shows(command, reader):
    done = rnnlab(*command.words, folder=reader)
    assert (done.stdout + done.stderr).strip() == command.shown.strip()
    assert done.returncode == (2 if "error[" in command.shown else 0)


def test_every_command_is_in_the_readme():
    named = README[README.index("## Commands") :]
    commands = re.findall(r"^## `rnnlab (.+)`$", COMMANDS.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(commands) > 10
    assert [name for name in commands if name not in ("data", "plugin") and f"`{name}`" not in named] == []


def test_the_help_in_the_documentation_is_the_real_one():
    assert COMMANDS.read_text(encoding="utf-8") == commands_text(), "run `python tests/test_readme.py`"


@pytest.mark.tensorflow
@pytest.mark.network
def test_the_session_of_the_readme_runs(reader):
    heavy = [command for command in session() if not command.starts(*LIGHT, "ui")]
    starter = Starter()
    for number, command in enumerate(heavy):
        if "Killed" in command.shown:
            assert kill_after_two_epochs(command, reader) == -signal.SIGKILL
            continue
        words = short(command, after_kill=number > 0 and "Killed" in heavy[number - 1].shown)
        done = starter.run(*words, folder=reader)
        assert done.returncode == 0, f"{command.line}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        for fact in (
            "planned = built",
            "resuming run",
            "tfidf_logistic_regression",
            "text,label,probability",
            "saved ",
        ):
            assert fact not in command.shown or fact in done.stdout + done.stderr, f"{command.line}: {fact}"
    starter.close()


def short(command: Command, *, after_kill: bool) -> list[str]:
    """Return the command's words, its training shortened; a resumed one as it was begun."""
    words = command.words
    if after_kill:
        return [*words, *KILLED]
    settings = [] if "--smoke" in words else SHORT.get(words[0], [])
    return [*words, *(part for setting in settings for part in ("--set", setting))]


def kill_after_two_epochs(command: Command, folder: Path) -> int:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", START, *command.words, *KILLED],
        cwd=folder,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("epoch 2/"):
                break
        process.kill()
    return process.returncode


@pytest.mark.tensorflow
@pytest.mark.network
def test_the_python_of_the_readme_runs(tmp_path):
    (block,) = (block for block in BLOCKS if block.language == "python")
    folder = write_files(tmp_path)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", block.text]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    parameters = re.search(r"plan_model.*# (\d+)", block.text)
    assert parameters is not None
    assert done.stdout.splitlines()[0] == parameters.group(1)


@contextlib.contextmanager
def user_interface(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`rnnlab ui` until it prints the link of its comparison."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", START, "ui", "--port", "5731"]
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            link = next((line.split()[1] for line in process.stdout if line.startswith("comparison")), "")
            yield process, link
        finally:
            if process.poll() is None:
                process.terminate()


def open_page(address: str, profile: Path) -> str:
    """Return the page after its scripts have run."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    assert browser, "chromium is not installed"
    command = [browser, *BROWSER, f"--user-data-dir={profile}", "--virtual-time-budget=30000", "--dump-dom", address]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=180).stdout


@pytest.mark.chromium
@pytest.mark.tensorflow
def test_the_comparison_link_of_the_ui_shows_the_runs(tiny, tmp_path_factory):
    from rnnlab.run.run import run_experiment

    outcomes = [
        run_experiment(tiny.file, overrides=[f"model.layers.rnn.layer={cell}", "training.epochs=1"])
        for cell in ("lstm", "gru")
    ]
    with user_interface(tiny.folder) as (process, link):
        family = [process.pid, *(child.pid for child in psutil.Process(process.pid).children(recursive=True))]
        page = open_page(link, tmp_path_factory.mktemp("profile"))
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert "Comparing 2 Runs" in page
    for expected in [*(outcome.name for outcome in outcomes), "val_loss", "val_accuracy"]:
        assert expected in page
    assert len(family) >= 3
    assert wait_until_gone(family) == []


def wait_until_gone(family: list[int]) -> list[int]:
    """Return those of the processes that are there after ten seconds."""
    limit = time.monotonic() + 10
    while (left := [pid for pid in family if psutil.pid_exists(pid)]) and time.monotonic() < limit:
        time.sleep(0.2)
    return left


if __name__ == "__main__":
    COMMANDS.parent.mkdir(exist_ok=True)
    COMMANDS.write_text(commands_text(), encoding="utf-8")
