"""How well a saved language model predicts a new running text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rnnlab.build import Inference
from rnnlab.data.mistakes import Row, line_mistakes
from rnnlab.data.ngrams import text_scores
from rnnlab.data.vectorizer import Ids
from rnnlab.data.windows import SMALLEST, Windows, window_places
from rnnlab.errors import DatasetError
from rnnlab.prediction.model import BATCH, SavedModel

STREAMS = 64  # parts of a text that are read side by side
WINDOWS = 4  # least windows of a part


def score_running_text(
    saved: SavedModel, ids: Ids, characters: int, mistakes: int
) -> tuple[dict[str, float], list[Row]]:
    """Return (loss, accuracy, perplexity and bits per character of every unit but the first, the worst lines).

    States are carried through the text where they were in training; else every window begins anew, as in training.

    Args:
        saved: the model.
        ids: of the text.
        characters: of the text.
        mistakes: how many lines are returned at most.

    Raises:
        DatasetError: RL421, the text has not even two units.
    """
    (vectorizer,) = saved.preparation.texts.values()
    if len(ids) < 2:
        raise DatasetError(
            "RL421", f"the text has {len(ids)} units: none to predict after another", help="give more text"
        )
    parts = max(1, min(STREAMS, len(ids) // (WINDOWS * vectorizer.maxlen))) if saved.carried else None
    starts, ends, counts = window_places(len(ids) - 1, vectorizer.maxlen, parts, warm=True)
    windows = Windows(ids, starts, ends, vectorizer.maxlen)
    if saved.sampler is not None and parts is not None:
        nats, right = _carried(saved.sampler, windows, counts, parts)
    else:
        nats, right = _apart(saved, windows)
    worst = line_mistakes(ids, windows.laid(nats), vectorizer, mistakes)
    return {"accuracy": right} | text_scores(float(np.nanmean(nats)), len(ids) / characters), worst


def _carried(
    inference: Inference, windows: Windows, counts: NDArray[np.bool_], parts: int
) -> tuple[NDArray[np.float64], float]:
    """Return (nats (N, T), share that was the most probable): all parts one timestep after the other."""
    stepper, rows = inference.stepper, np.arange(parts)
    memory = stepper.begin({}, width=parts)
    nats, right, counted = np.full(windows.shape, np.nan), 0, 0
    for first in range(0, len(windows), parts):
        batch = slice(first, first + parts)
        read_BT, wanted_BT = windows[batch], replace(windows, ahead=1)[batch]
        for timestep in range(windows.timesteps):
            live = counts[batch] & (read_BT[:, timestep] != 0)
            if not (read_BT[:, timestep] != 0).any():
                break
            logarithms, memory = stepper.advance(read_BT[:, timestep], rows, memory)
            found = np.asarray(logarithms)[live]
            wanted = wanted_BT[live, timestep]
            nats[np.flatnonzero(live) + first, timestep] = -found[np.arange(len(wanted)), wanted]
            right += int((found.argmax(axis=1) == wanted).sum())
            counted += len(wanted)
    return nats, right / counted


def _apart(saved: SavedModel, windows: Windows) -> tuple[NDArray[np.float64], float]:
    """Return the same for windows that each begin anew."""
    name = saved.objective.head.reads or ""
    nats, right, counted = np.full(windows.shape, np.nan), 0, 0
    for first in range(0, len(windows), BATCH):
        batch = slice(first, first + BATCH)
        read_BT, wanted_BT = windows[batch], replace(windows, ahead=1)[batch]
        shares_BTV = saved.outputs({name: read_BT})
        live = read_BT != 0
        found, wanted = shares_BTV[live], wanted_BT[live]
        nats[batch][live] = -np.log(np.maximum(found[np.arange(len(wanted)), wanted], SMALLEST))
        right += int((found.argmax(axis=1) == wanted).sum())
        counted += len(wanted)
    return nats, right / counted
