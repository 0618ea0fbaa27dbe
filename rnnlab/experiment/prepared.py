"""What is known of an experiment's data without loading them: their fingerprint and their facts.

Light on purpose: `check` and `plan` read it. The arrays themselves are made and read by `rnnlab.data`, which
keeps them in the folders named here.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from rnnlab.datasets import (
    CATALOG,
    AnyDataset,
    ArraysDataset,
    CatalogDataset,
    Facts,
    FilesSplit,
    GeneratedDataset,
    IdDataset,
    IdsDataset,
    InputFacts,
    KerasSequences,
    SequenceTableDataset,
    SeriesDataset,
    TaggedDataset,
    TargetFacts,
    TextFileDataset,
    TextPairsDataset,
    TextTableDataset,
    TsDataset,
    has_own_test,
    padded_inputs,
    sequence_inputs,
)
from rnnlab.datasets.facts import TargetKind
from rnnlab.datasets.npz import Header, read_headers
from rnnlab.datasets.opening import open_regular
from rnnlab.datasets.series import FUTURE
from rnnlab.errors import DatasetError
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.kept_facts import read_facts
from rnnlab.experiment.sequence_facts import describe_sequences, sequence_facts, settled_sequences
from rnnlab.experiment.target import task_of
from rnnlab.padding import Padding
from rnnlab.source import did_you_mean
from rnnlab.tasks import Forecasting, LanguageModel
from rnnlab.text import Text, Unit

FORMAT = 3
FileDataset = (
    TextTableDataset
    | TextPairsDataset
    | ArraysDataset
    | IdsDataset
    | TaggedDataset
    | TextFileDataset
    | TsDataset
    | SequenceTableDataset
)
Section = TypeVar("Section", Text, Padding)


def cache_root() -> Path:
    """Return the folder of what rnnlab can make or fetch again: `$RNNLAB_CACHE`, else the platform's own."""
    chosen = os.environ.get("RNNLAB_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return platformdirs.user_cache_path("rnnlab")


def prepared_folder(fingerprint: str) -> Path:
    """Return the cache's folder for one fingerprint; it exists only once the data are prepared."""
    return cache_root() / "prepared" / fingerprint


def text_of(experiment: Experiment, name: str) -> Text:
    """Return the `text` section as it holds for an input, or its defaults; the unit follows from the data."""
    return _of_input(experiment.text, name) or Text(unit=_default_unit(experiment.dataset))


def _default_unit(dataset: AnyDataset | None) -> Unit:
    facts = dataset.target_facts() if dataset else None
    if facts is not None and facts.kind == "tags":
        return "token"
    return "character" if isinstance(dataset, GeneratedDataset) else "word"


def padding_of(experiment: Experiment, name: str) -> Padding:
    """Return the `padding` section as it holds for an input, or its defaults."""
    return _of_input(experiment.padding, name) or Padding()


def _of_input(section: Section | Mapping[str, Section] | None, name: str) -> Section | None:
    return section.get(name) if isinstance(section, Mapping) else section


def source_paths(dataset: FileDataset, folder: Path) -> dict[str, Path]:
    """Return the files of a dataset: `train`, `validation` and `test`, or `table` where one is divided.

    Where the test has a file of its own and validation is taken from the other, they are `train` and `test`.
    """
    if isinstance(dataset.split, FilesSplit):
        names = {"train": dataset.path, "validation": dataset.split.validation, "test": dataset.split.test}
    elif isinstance(dataset, TsDataset) and dataset.test is not None:
        names = {"train": dataset.path, "test": dataset.test}
    else:
        names = {"table": dataset.path}
    return {name: folder / path for name, path in names.items()}


def series_path(dataset: SeriesDataset, folder: Path) -> Path:
    """Return the table of series that are not of the catalog."""
    assert dataset.path is not None, "a rule demands a path or a source"
    return folder / dataset.path


@dataclass(frozen=True)
class Fingerprints:
    """What prepared data are known by, 64 hex digits each.

    Attributes:
        entry: SHA-256 of the data's source and of every key that changes what the cache keeps: sequences in there are
            neither cut nor padded.
        data: of the same and of how they are cut and padded: of the arrays that a model reads.
    """

    entry: str
    data: str


def data_fingerprint(experiment: Experiment, folder: Path, target: TargetKind | None) -> str | None:
    """Return the SHA-256 of the data's source and of every key that changes the prepared arrays: see `fingerprints`."""
    found = fingerprints(experiment, folder, target)
    return found.data if found else None


def fingerprints(experiment: Experiment, folder: Path, target: TargetKind | None) -> Fingerprints | None:
    """Return what the prepared data are known by.

    Args:
        experiment: the validated file.
        folder: of the experiment's file; the dataset's paths are relative to it.
        target: the kind the task needs; the dataset's own where None.

    Returns:
        None without a dataset, or where one of its files cannot be read.
    """
    dataset = experiment.dataset
    if dataset is None:
        return None
    try:
        source = _source_identity(dataset, folder)
        files = {path: file_sha256(folder / path) for path in _files_beside(experiment, dataset)}
    except OSError:
        return None
    known = _known_target(dataset, target)
    window = _window_of(experiment, known)
    key = {
        "format": FORMAT,
        "source": source,
        "dataset": dataset.model_dump(mode="json", exclude_none=True, exclude={"strict"}),
        "text": {name: text_of(experiment, name).model_dump(mode="json") for name in dataset.text_inputs},
        "target": known.kind if known else None,
        **({"window": window} if window else {}),
        **({"inputs": list(series_inputs(experiment, dataset))} if isinstance(dataset, SeriesDataset) else {}),
    }
    key |= {"files": files} if files else {}
    vectors: dict[str, Any] = {"vectors": _vectors_wanted(experiment)}
    key |= vectors if vectors["vectors"] else {}
    paddings = {name: padding_of(experiment, name) for name in padded_inputs(dataset)}
    cut = {name: padding.model_dump(mode="json", exclude={"bucket"}) for name, padding in paddings.items()}
    return Fingerprints(_digest(key), _digest(key | {"padding": cut}))


def _digest(key: dict[str, Any]) -> str:
    canonical = json.dumps(key, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def describe(experiment: Experiment, folder: Path, target: TargetKind | None) -> Facts | None:
    """Return the facts of the data without loading them: all of them where the cache holds a preparation.

    Args:
        experiment: the validated file.
        folder: of the experiment's file; the dataset's paths are relative to it.
        target: the kind the task needs; the dataset's own where None.

    Returns:
        None without a dataset.

    Raises:
        DatasetError: RL401, RL402, RL404, RL409, RL440: the shapes stand in a file that cannot be used.
    """
    dataset = experiment.dataset
    if dataset is None:
        return None
    prints = fingerprints(experiment, folder, target)
    cached = read_facts(prepared_folder(prints.entry)) if prints else None
    if cached is not None:
        return settled_facts(cached, experiment)
    known = _known_target(dataset, target)
    if isinstance(dataset, ArraysDataset):
        return _array_facts(experiment, dataset, folder, target or "classes")
    if isinstance(dataset, SeriesDataset):
        return Facts(series_inputs(experiment, dataset), {dataset.target_name: dataset.target_facts()})
    if isinstance(dataset, GeneratedDataset) and not dataset.text_inputs:
        return Facts(dataset.input_facts(), {dataset.target_name: dataset.target_facts()})
    if padded := sequence_inputs(dataset):
        path = next(iter(source_paths(dataset, folder).values())) if isinstance(dataset, TsDataset) else None
        paddings = {name: padding_of(experiment, name) for name in padded}
        return describe_sequences(dataset, path, paddings, known or TargetFacts(target or "classes"))
    rows = {
        name: dataset.num_words if isinstance(dataset, IdDataset) else text_of(experiment, name).vocabulary
        for name in dataset.input_names
    }
    inputs = {name: _padded_facts(experiment, name, vocabulary) for name, vocabulary in rows.items()}
    if window := _window_of(experiment, known):
        inputs = {name: running_text_facts(window, facts.vocabulary) for name, facts in inputs.items()}
    if known is not None and known.kind in ("sequence", "continuation") and known.reads:
        known = replace(known, classes=inputs[known.reads].vocabulary)
    return Facts(inputs, {dataset.target_name: known} if known else {}, own_test=has_own_test(dataset))


def _padded_facts(experiment: Experiment, name: str, vocabulary: int) -> InputFacts:
    padding = padding_of(experiment, name)
    return InputFacts(
        "ids",
        timesteps=padding.maxlen if isinstance(padding.maxlen, int) else None,
        vocabulary=vocabulary,
        padding=padding.padding,
        masked=padding.mask,
    )


def running_text_facts(window: int, vocabulary: int | None) -> InputFacts:
    """Return what is known of the windows of a running text: none of them is padded but a last one, where it ends."""
    return InputFacts("ids", timesteps=window, vocabulary=vocabulary)


def _window_of(experiment: Experiment, known: TargetFacts | None) -> int | None:
    """Return the timesteps of a language model's windows; None for other tasks."""
    if known is None or known.kind != "continuation":
        return None
    task = task_of(experiment)
    return task.window if isinstance(task, LanguageModel) else None


def series_inputs(experiment: Experiment, dataset: SeriesDataset) -> dict[str, InputFacts]:
    """Return the network's inputs: a recursive head, which gives one timestep, needs no look at the whole future."""
    task = experiment.task
    recursive = isinstance(task, Forecasting) and task.head == "recursive"
    return {name: fact for name, fact in dataset.input_facts().items() if not (recursive and name == FUTURE)}


def _array_facts(experiment: Experiment, dataset: ArraysDataset, folder: Path, target: TargetKind) -> Facts:
    """Return what the headers of the file tell."""
    path = next(iter(source_paths(dataset, folder).values()))
    headers = read_headers(path)
    places = [name for name in (dataset.lengths, dataset.offsets) if name]
    for name in (*dataset.inputs, *places, dataset.target):
        if name not in headers:
            raise DatasetError("RL402", f"{path.name} has no array `{name}`", help=did_you_mean(name, headers))
    if dataset.sequence_inputs:
        inputs = {name: _array_sequences(experiment, dataset, name, headers[name]) for name in dataset.inputs}
    else:
        inputs = {name: _array_input(path.name, name, headers[name]) for name in dataset.inputs}
    return Facts(inputs, {dataset.target: _array_target(path.name, dataset, headers[dataset.target], target)})


def _array_sequences(experiment: Experiment, dataset: ArraysDataset, name: str, header: Header) -> InputFacts:
    wanted = "timesteps x features" if dataset.offsets else "samples x timesteps x features"
    if len(header.shape) != (2 if dataset.offsets else 3) or header.type == "other":
        raise DatasetError(
            "RL404", f"the array `{name}` is {header.spoken}, not {wanted}", help="see `rnnlab explain arrays`"
        )
    length = None if dataset.lengths or dataset.offsets else header.shape[1]
    return sequence_facts(header.shape[-1], length, padding_of(experiment, name))


def _array_input(file: str, name: str, header: Header) -> InputFacts:
    if 0 in header.shape:
        raise DatasetError(
            "RL406",
            f"the array `{name}` of {file} is empty: {header.spoken}",
            help="give at least one sample, timestep and feature",
        )
    if len(header.shape) < 3 or header.type == "other":
        raise DatasetError(
            "RL404",
            f"the array `{name}` of {file} is {header.spoken}, not samples x timesteps x features",
            help="give it numbers in the shape (N, T, F); one feature per timestep is (N, T, 1)",
        )
    return InputFacts("features", timesteps=header.shape[1], features=header.shape[2:])


def _array_target(file: str, dataset: ArraysDataset, header: Header, target: TargetKind) -> TargetFacts:
    before = 2 if dataset.per == "timestep" else 1
    further = header.shape[before:]
    wanted = "(N, T) or (N, T, K)" if dataset.per == "timestep" else "(N,) or (N, K)"
    if len(header.shape) < before or len(further) > 1 or header.type == "other" or (further and target == "classes"):
        wanted = wanted.partition(" or")[0] + " class indices" if target == "classes" else wanted
        raise DatasetError(
            "RL404",
            f"the target `{dataset.target}` of {file} is {header.spoken}, not {wanted}",
            help=f"`per: {dataset.per}` is one target for each {dataset.per}",
        )
    if target == "classes":
        labels = dataset.labels
        return TargetFacts("classes", len(labels) if labels else None, labels, per=dataset.per)
    return TargetFacts("number", per=dataset.per, numbers=further[0] if further else 1)


def settled_facts(facts: Facts, experiment: Experiment) -> Facts:
    """Return the facts of data that are cut and padded as a file says, from those of data that are not."""
    inputs = dict(facts.inputs)
    for name, (padding, timesteps) in settled_paddings(facts, experiment).items():
        if inputs[name].kind == "ids":
            inputs[name] = replace(inputs[name], timesteps=timesteps, padding=padding.padding, masked=padding.mask)
        else:
            inputs[name] = replace(settled_sequences(inputs[name], padding), timesteps=timesteps)
    return replace(facts, inputs=inputs)


def settled_paddings(facts: Facts, experiment: Experiment) -> dict[str, tuple[Padding, int]]:
    """Return for each input that is padded its section of the file, and T."""
    paddings = {name: padding_of(experiment, name) for name in facts.lengths}
    return {name: (padding, padding.timesteps_of(facts.lengths[name])) for name, padding in paddings.items()}


def _known_target(dataset: AnyDataset, target: TargetKind | None) -> TargetFacts | None:
    if isinstance(dataset, CatalogDataset):
        known = dataset.entry.targets.get(dataset.target_name)
    else:
        known = dataset.target_facts()
    return known or (TargetFacts(target) if target else None)


def _source_identity(dataset: AnyDataset, folder: Path) -> dict[str, str]:
    if isinstance(dataset, CatalogDataset):
        return {"archive": dataset.entry.source.sha256}
    if isinstance(dataset, KerasSequences):
        return {"file": file_sha256(folder / dataset.path) if dataset.path else dataset.files.arrays.hash}
    if isinstance(dataset, GeneratedDataset):
        return {"generator": f"{dataset.name} {dataset.version}"}
    if isinstance(dataset, SeriesDataset) and dataset.source is not None:
        return {"archive": CATALOG[dataset.source].source.sha256}
    if isinstance(dataset, SeriesDataset):
        return {"table": file_sha256(series_path(dataset, folder))}
    return {name: file_sha256(path) for name, path in source_paths(dataset, folder).items()}


def _files_beside(experiment: Experiment, dataset: AnyDataset) -> list[str]:
    """Return the further files that change what is prepared: vocabularies, words of ids, pretrained vectors."""
    found = [text_of(experiment, name).vocabulary_file for name in dataset.text_inputs]
    found += [getattr(dataset, "word_index", None)]
    found += [getattr(layer, "weights_file", None) for layer in experiment.model.layers]
    return [path for path in found if path]


def files_of(experiment: Experiment) -> tuple[str, ...]:
    """Return the files that preparing the data reads, as the file names them: from its folder, or absolute."""
    dataset = experiment.dataset
    if dataset is None:
        return ()
    if isinstance(dataset, FileDataset):
        own = [str(path) for path in source_paths(dataset, Path()).values()]
    elif isinstance(dataset, KerasSequences | SeriesDataset):
        own = [dataset.path] if dataset.path else []
    else:
        own = []
    return tuple(dict.fromkeys([*own, *_files_beside(experiment, dataset)]))


def _vectors_wanted(experiment: Experiment) -> list[dict[str, Any]]:
    """Return which layers want pretrained vectors, and what says which input they read and what they are called."""
    layers = enumerate(experiment.model.layers)
    embeddings = [(index, layer) for index, layer in layers if hasattr(layer, "weights_file")]
    if not any(layer.weights_file for _, layer in embeddings):
        return []
    keys = {"name", "source", "repeat", "output_dim", "weights_file"}
    return [{"index": index} | layer.model_dump(mode="json", include=keys) for index, layer in embeddings]


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hex digits."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
