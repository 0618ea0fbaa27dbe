"""What holds for the repository as a whole."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import rnnlab
from rnnlab.plan import check_experiment

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXPERIMENTS = [file for file in sorted((ROOT / "experiments").glob("*.yaml")) if not file.name.endswith(".best.yaml")]
MODELINE = "# yaml-language-server: $schema=../schemas/experiment.schema.json"
FIXTURES = ROOT / "tests" / "diagnostics"
LONGEST = 400
# Written apart, so that this file does not hold what it looks for.
INDEX_HOSTS = re.compile(
    "|".join(("py" + r"pi\.", "python" + "hosted", "ana" + r"conda\.(org|com)", "--" + "index-url"))
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(home|Users|root|work)" + r"/\w")


def requirements() -> list[str]:
    extras = PROJECT["optional-dependencies"].values()
    return [*PROJECT["dependencies"], *(requirement for extra in extras for requirement in extra)]


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=]", requirement)[0]


def tracked_files() -> list[Path]:
    """Return the text files that git knows or would add; all files where there is no git."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\0")
    found = [ROOT / name for name in listed if name] or [
        path for path in ROOT.rglob("*.*") if ".venv" not in path.parts
    ]
    return [path for path in found if path.is_file() and path.suffix not in (".png", ".parquet", ".gz", ".zip", ".pyc")]


def holding(pattern: re.Pattern[str]) -> list[str]:
    places = []
    for path in tracked_files():
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if pattern.search(line):
                places.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return places


def test_the_files_of_the_repository_are_found():
    names = {str(path.relative_to(ROOT)) for path in tracked_files()}
    assert {"Makefile", ".ci/run", "README.md", "rnnlab/__init__.py", "tests/test_house.py"} <= names


def test_every_dependency_is_explained():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE))
    assert explained == {name_of(requirement) for requirement in requirements()}


@pytest.mark.parametrize("requirement", requirements())
def test_every_dependency_has_a_lower_bound(requirement):
    assert re.search(r">=\d", requirement)


def test_every_package_that_is_imported_is_a_dependency():
    imported = {
        name
        for path in (ROOT / "rnnlab").rglob("*.py")
        for name in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    names = {"sklearn": "scikit-learn", "yaml": "PyYAML", "pynvml": "nvidia-ml-py", "pydantic_core": "pydantic"}
    foreign = {names.get(name, name) for name in imported & third_party()}
    assert {"tensorflow", "pydantic", "mlflow"} <= foreign
    assert foreign <= {name_of(requirement) for requirement in requirements()}


def third_party() -> set[str]:
    from importlib.metadata import packages_distributions

    return set(packages_distributions()) - {"rnnlab"}


def test_the_versions_agree():
    changes = re.findall(r"^## \[(\d[^]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert PROJECT["version"] == rnnlab.__version__ == changes[0]


def test_no_file_names_a_package_index():
    assert holding(INDEX_HOSTS) == []


def test_no_file_names_a_place_of_one_machine():
    assert holding(MACHINE_PATHS) == []


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_every_experiment_is_checked_by_editors_and_by_rnnlab(path):
    assert path.read_text(encoding="utf-8").splitlines()[0] == MODELINE
    # The published set-ups that are repeated have no mask, which is told as a warning.
    known = {"RL220"} if path.stem in ("imdb_simple_rnn", "imdb_lstm") else set()
    assert [str(found) for found in check_experiment(path).diagnostics if found.code not in known] == []


def test_there_are_experiments():
    assert len(EXPERIMENTS) >= 3


def test_no_source_file_is_too_long():
    sources = [path for path in tracked_files() if path.suffix == ".py"]
    assert len(sources) > 100
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in sources}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_the_licence_is_the_one_that_is_declared():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert "The rnnlab developers" in text


@pytest.fixture
def project(tmp_path) -> Path:
    """A project with this Makefile, in a folder with a space in its name, that needs no package at all."""
    folder = tmp_path / "a project"
    (folder / "rnnlab").mkdir(parents=True)
    (folder / "rnnlab" / "__init__.py").touch()
    build = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    (folder / "pyproject.toml").write_text(f'{build}[project]\nname = "rnnlab"\nversion = "0"\n', encoding="utf-8")
    shutil.copy(ROOT / "Makefile", folder)
    return folder


def make(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    home = folder / "home"
    home.mkdir(exist_ok=True)
    outer = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")  # of the make that runs the tests
    variables = {name: value for name, value in os.environ.items() if name not in outer}
    variables |= {"HOME": str(home)} | environment
    return subprocess.run(["make", *words], cwd=folder, env=variables, capture_output=True, text=True, check=False)


def test_make_alone_prints_its_targets(project):
    shown = make(project).stdout
    assert re.findall(r"make ([\w-]+)", shown)[:7] == ["help", "run", "test", "soak", "check", "format", "schema"]


@pytest.mark.network
def test_the_set_up_is_made_once_and_made_again_after_a_kill(project):
    first = make(project, "setup", f"PYTHON={sys.executable}")
    assert first.returncode == 0, first.stderr
    left = project / ".venv" / "left"
    left.touch()
    again = make(project, "setup", PIP_NO_INDEX="1")
    assert (again.returncode, again.stdout + again.stderr) == (0, "")
    (project / ".venv" / ".busy").touch()
    mended = make(project, "setup", f"PYTHON={sys.executable}")
    assert mended.returncode == 0, mended.stderr
    assert not left.exists()


def test_a_machine_without_a_suitable_python_is_told_what_is_needed(project):
    tools = project / "tools"
    tools.mkdir()
    for name in ("make", "bash", "cat", "cksum", "rm", "touch"):
        (tools / name).symlink_to(str(shutil.which(name)))
    (tools / "python3").symlink_to(str(shutil.which("false")))
    refused = make(project, "setup", "SHELL=bash", PATH=str(tools))
    assert refused.returncode != 0
    assert "rnnlab needs Python 3.11, 3.12 or 3.13" in refused.stderr
    assert not (project / ".venv").exists()
