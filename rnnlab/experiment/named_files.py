"""What can be said of the vocabularies and vectors that a file names before any data are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rnnlab.errors import DatasetError
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.rules.rule import per_input
from rnnlab.experiment.vector_files import read_header
from rnnlab.layers.embedding import Embedding
from rnnlab.source import Finding, nearest


def named_file_findings(experiment: Experiment, folder: Path) -> Iterator[Finding]:
    """Yield RL262 where a file is missing or is no file of vectors, RL263 where vectors have another size.

    Args:
        experiment: its `text` and `model` are valid.
        folder: of the experiment's file.
    """
    for place, text in per_input(experiment.text, "text"):
        if text.vocabulary_file is not None:
            yield from _missing(folder / text.vocabulary_file, (*place, "vocabulary_file"))
    if experiment.dataset is None:
        return  # a rule says that they do nothing
    for index, layer in enumerate(experiment.model.layers):
        if isinstance(layer, Embedding) and layer.weights_file is not None:
            yield from _vectors(folder / layer.weights_file, ("model", "layers", index), layer.output_dim)


def _missing(path: Path, place: tuple[str | int, ...]) -> Iterator[Finding]:
    if path.is_file():
        return
    if path.exists():
        yield Finding("RL262", f"{path.name} is no file, but a folder or a device", place, help="name a file")
        return
    match = nearest(path.name, [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else [])
    hint = f"did you mean `{match}`?" if match else "paths are relative to the experiment's file"
    yield Finding("RL262", f"there is no file {path.name}", place, help=hint)


def _vectors(path: Path, place: tuple[str | int, ...], output_dim: int) -> Iterator[Finding]:
    missing = list(_missing(path, (*place, "weights_file")))
    if missing:
        yield from missing
        return
    try:
        numbers = read_header(path).numbers
    except DatasetError as error:
        yield Finding("RL262", error.message, (*place, "weights_file"), help=error.help)
        return
    if numbers != output_dim:
        yield Finding(
            "RL263",
            f"the vectors of {path.name} have {numbers} numbers",
            (*place, "output_dim"),
            help=f"use `output_dim: {numbers}`",
        )
