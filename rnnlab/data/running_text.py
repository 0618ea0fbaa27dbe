"""A running text for a language model: read, divided in its order, and turned into one row of ids per split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rnnlab.data.files import read_running_text
from rnnlab.data.preparation import Preparation
from rnnlab.data.provenance import files_source
from rnnlab.data.raw import Corpus
from rnnlab.data.splits import Samples
from rnnlab.data.splitting import Division, tail_counts
from rnnlab.data.vectorizer import fit_vectorizer
from rnnlab.datasets import TailSplit, TargetFacts, TextFileDataset
from rnnlab.errors import DatasetError
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.prepared import source_paths, text_of
from rnnlab.experiment.target import task_of
from rnnlab.padding import Padding
from rnnlab.tasks import LanguageModel

SPLITS = ("train", "validation", "test")


def read_text_file(dataset: TextFileDataset, folder: Path, say: Callable[[str], None]) -> Corpus:
    """Return a running text as three samples: what stands in each split.

    Raises:
        DatasetError: RL401, RL403, RL404, RL406: the file, or its split, cannot be used.
    """
    paths = source_paths(dataset, folder)
    texts = []
    for path in paths.values():
        say(f"reading {path.name}")
        texts.append(read_running_text(path))
    if isinstance(dataset.split, TailSplit):
        (text,) = texts
        train, validation, _ = tail_counts(dataset.split, len(text))
        texts = [text[:train], text[train : train + validation], text[train + validation :]]
    return Corpus(
        inputs={dataset.input_names[0]: tuple(texts)},
        targets=None,
        labels=(),
        rows=np.arange(len(texts), dtype=np.int64),
        source=files_source(dataset.kind, dataset.target_name, paths),
        sizes=(1, 1, 1),
    )


def prepare_running_text(
    experiment: Experiment, known: TargetFacts, corpus: Corpus, division: Division, given: Sequence[str] | None
) -> tuple[list[Samples], Preparation, dict[str, dict[str, int]]]:
    """Return the splits as flat ids (L,), how they were made, and how many units and characters each has.

    Args:
        experiment: the validated file.
        known: the target, the next unit.
        corpus: the texts.
        division: of them.
        given: the units of a vocabulary file; None where those of train are counted.

    The samples of a split follow one another as they do in the source, each on a line of its own.

    Raises:
        DatasetError: RL421, a split has not even two units.
    """
    task, name = task_of(experiment), known.reads or ""
    assert isinstance(task, LanguageModel)
    texts = {split: "\n".join(corpus.texts(name, np.sort(rows))) for split, rows in division.named().items()}
    padding = Padding(maxlen=task.window, mask=False)
    vectorizer = fit_vectorizer((texts["train"],), text_of(experiment, name), padding, given=given)
    flat = {split: vectorizer.flat(text) for split, text in texts.items()}
    for split, ids in flat.items():
        if len(ids) < 2:
            count = f"{len(ids)} {vectorizer.unit}{'s'[: len(ids) != 1]}"
            raise DatasetError(
                "RL421",
                f"{corpus.source['name']}: the {split} split has {count}: none to predict after another",
                help="give more text, or change `split.validation` and `split.test`",
            )
    preparation = Preparation(
        target_name=experiment.dataset.target_name if experiment.dataset else "",
        target=replace(known, classes=vectorizer.rows),
        texts={name: vectorizer},
    )
    samples = [Samples({name: ids}, {}) for ids in flat.values()]
    sizes = {
        "units": {split: len(ids) for split, ids in flat.items()},
        "characters": {split: len(text) for split, text in texts.items()},
    }
    return samples, preparation, sizes
