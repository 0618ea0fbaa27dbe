"""A bad input: its files, written on the spot, and what a person reads of it."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rnnlab.data import prepare
from rnnlab.errors import RnnlabError
from rnnlab.experiment import describe
from rnnlab.experiment.experiment import Experiment

MODEL = {"layers": [{"layer": "dense", "units": 1}]}


@dataclass(frozen=True)
class Case:
    """A bad input.

    Attributes:
        name: of the expected text.
        files: by name, what is in them, or what writes them.
        dataset: the section.
        target: what the task needs.
        sections: others of the experiment.
        say: takes the lines of progress; may meddle with the files.
    """

    name: str
    files: Mapping[str, str | bytes | Callable[[Path], Any]]
    dataset: dict[str, Any]
    target: Any = "classes"
    sections: dict[str, Any] = field(default_factory=dict)
    say: Callable[[str], None] = lambda line: None


def table(name: str, content: Any, ending: str = "csv", **keys: Any) -> Case:
    """Return a bad table of texts and labels."""
    target = keys.pop("target", "classes")
    sections = keys.pop("sections", {})
    file = f"reviews.{ending}"
    return Case(name, {file: content}, {"kind": "text_table", "path": file} | keys, target, sections)


def render(case: Case) -> str:
    """Return the error as the command line shows it.

    Raises:
        AssertionError: the input was accepted.
    """
    with _own_folder():
        for name, content in case.files.items():
            if callable(content):
                content(Path(name))
            else:
                Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
        file = {"rnnlab": 1, "name": "x", "model": MODEL, "dataset": case.dataset} | case.sections
        experiment = Experiment.model_validate(file)
        try:
            describe(experiment, Path(), case.target)
            splits = prepare(experiment, Path(), target=case.target, say=case.say)
        except RnnlabError as error:
            return f"{error}\n"
    raise AssertionError(f"{case.name} was accepted: {splits.warnings}")


@contextlib.contextmanager
def _own_folder() -> Any:
    kept = os.environ.get("RNNLAB_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data").mkdir()
        os.environ["RNNLAB_CACHE"] = str(Path(folder) / "cache")
        try:
            with contextlib.chdir(Path(folder) / "data"):
                yield
        finally:
            os.environ.pop("RNNLAB_CACHE")
            if kept is not None:
                os.environ["RNNLAB_CACHE"] = kept
