"""Sequences that are read in parts: the states that one part ends with are where the next one starts."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnlab.data import Preparation
from rnnlab.errors import CallError
from rnnlab.experiment import Experiment
from rnnlab.layers import Signal
from rnnlab.plan import Plan
from rnnlab.plan.carrying import carrying_plan
from rnnlab.prediction.answers import rows_of
from rnnlab.prediction.model import SavedModel, batches_of
from rnnlab.prediction.planned import rebuild
from rnnlab.prediction.raw import count_of

Arrays = dict[str, NDArray[Any]]
RUN = "run"
"""Beside the states, the id of the run whose model they are of."""


def continue_answers(
    saved: SavedModel, experiment: Experiment, plan: Plan, raw: dict[str, Any], path: Path, run_id: str
) -> pd.DataFrame:
    """Return the rows of `answer` for the next part of each sequence, and write the states after it.

    Nothing of a text or a sequence is cut, however long it is.

    Args:
        saved: the model.
        experiment: it was trained by.
        plan: of the model.
        raw: for each of its inputs N texts, an array, or N sequences.
        path: of the states, .npz; zeros where there is none yet.
        run_id: of the model's run.

    Raises:
        CallError: the model needs more than its states, the file has others, or a text is empty.
    """
    if saved.writer is not None:
        raise CallError("sequences cannot be continued: the model writes texts, which begin and end")
    carrying, signals = carrying_plan(experiment, plan)
    count = count_of(raw)
    states = read_states(path, signals, count, run_id) if path.exists() else _zeros(signals, count)
    inputs = _uncut(saved.preparation, raw).encode(raw)
    model = rebuild(carrying, saved)
    parts = []
    for batch in batches_of(inputs | states):
        logits, *after = model(batch, training=False)
        parts.append([np.asarray(saved.objective.probabilities(logits)), *map(plain_numbers, after)])
    outputs, *ended = (np.concatenate(each) for each in zip(*parts, strict=True))
    answers = rows_of(saved, raw, inputs, outputs)
    write_arrays(path, dict(zip(signals, ended, strict=True)) | {RUN: np.array(run_id)})
    return answers


def _zeros(signals: Mapping[str, Signal], count: int) -> Arrays:
    return {name: np.zeros((count, *signal.shape), np.float32) for name, signal in signals.items()}  # type: ignore[arg-type]


def _uncut(preparation: Preparation, raw: Mapping[str, Any]) -> Preparation:
    """Return the preparation with room for the longest text or sequence.

    Raises:
        CallError: a text is empty: as an unknown word, which it becomes elsewhere, it would change the states.
    """
    texts, ids = {}, {}
    for name, vectorizer in preparation.texts.items():
        lengths = [len(vectorizer.units(text)) for text in raw[name]]
        if not all(lengths):
            raise CallError(f"sample {lengths.index(0)} of `{name}` is empty: there is nothing to go on with")
        texts[name] = replace(vectorizer, maxlen=max(lengths))
    for name, sequences in preparation.ids.items():  # none is empty: `read_raw` refuses it
        ids[name] = replace(sequences, maxlen=max(map(len, raw[name])))
    numbers = {
        name: replace(encoder, maxlen=int(raw[name].lengths.max())) for name, encoder in preparation.sequences.items()
    }
    return replace(preparation, texts=texts, ids=ids, sequences=numbers)


def read_states(path: Path, signals: Mapping[str, Signal], count: int, run_id: str) -> Arrays:
    """Return the states in a file.

    Args:
        path: .npz, read without pickle.
        signals: the model's states, by reference.
        count: N, samples that go on from them.
        run_id: of the model's run.

    Raises:
        CallError: they are of another run, or of another number of samples, or cannot be read.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise CallError(f"{path} is not a whole .npz file of states: {error}") from error
    owner = str(arrays.pop(RUN, run_id))
    if owner != run_id:
        raise CallError(f"{path} holds the states of another run ({owner[:8]}): name another file, or delete it")
    if arrays.keys() != signals.keys():
        names = (", ".join(f"`{name}`" for name in each) or "nothing" for each in (arrays, signals))
        raise CallError("{} holds {}, but the states of the model are {}".format(path, *names))
    for name, signal in signals.items():
        if arrays[name].shape != (count, *signal.shape):
            shapes = (" x ".join(map(str, shape)) for shape in (arrays[name].shape, (count, *signal.shape)))
            raise CallError("`{}` in {} is {}, but {} goes on here: samples x units".format(name, path, *shapes))
        if arrays[name].dtype.kind != "f" or not np.isfinite(arrays[name]).all():
            raise CallError(f"`{name}` in {path} does not hold finite numbers")
    return arrays


def plain_numbers(tensor: Any) -> NDArray[Any]:
    """Return a copy of a tensor as numbers that NumPy has: bfloat16 becomes float32."""
    values = np.array(tensor)
    return values if values.dtype.kind == "f" else values.astype(np.float32)


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write an .npz file whole or not at all.

    Raises:
        CallError: it cannot be written.
    """
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.absolute().parent, suffix=".npz", delete=False) as file:
            temporary = Path(file.name)
            np.savez(file, allow_pickle=False, **arrays)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise CallError(f"cannot write {path}: {error.strerror}") from error
