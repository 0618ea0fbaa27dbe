"""The worst answers of a model, as rows for people: what runs record and `evaluate` shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.forecasts import true_values
from rnnlab.data.preparation import Preparation
from rnnlab.data.series import show_time
from rnnlab.data.splits import Samples, live_timesteps
from rnnlab.data.vectorizer import UNKNOWN_WORD, TextVectorizer
from rnnlab.datasets import SeriesDataset
from rnnlab.plan import HeadPlan

Array = NDArray[Any]
Row = dict[str, Any]
About = Callable[[int], Row]
"""What is said of the sample that a row of outputs belongs to."""


def output_mistakes(
    head: HeadPlan, preparation: Preparation, samples: Samples, targets_R: Array, outputs_RU: Array, count: int
) -> list[Row]:
    """Return the worst answers of a split: the surest wrong labels, the largest errors, or the worst sentences.

    Args:
        head: how outputs are read.
        preparation: knows the labels.
        samples: of the split.
        targets_R: of every row that counts: a sample, or a timestep that is data.
        outputs_RU: probabilities or numbers.
        count: how many are returned at most.
    """
    if preparation.layout is not None:
        return _sentence_mistakes(head, preparation, samples, targets_R, outputs_RU, count)
    about = _timesteps(head, samples) if head.per == "timestep" else _samples(samples)
    if head.kind == "number":
        return number_mistakes(about, targets_R, outputs_RU, count)
    return class_mistakes(about, targets_R, outputs_RU, preparation.labels, count)


def _samples(samples: Samples) -> About:
    def about(index: int) -> Row:
        row = {} if samples.rows is None else {"row": int(samples.rows[index]) + 1}
        texts = {name: texts[index] for name, texts in samples.raw.items()}
        return row | texts or {"sample": index}

    return about


def _timesteps(head: HeadPlan, samples: Samples) -> About:
    numbers, timesteps = np.nonzero(live_rows(head, samples.inputs, samples.targets[head.target]))
    about = _samples(samples)
    return lambda index: about(int(numbers[index])) | {"timestep": int(timesteps[index])}


def live_rows(head: HeadPlan, inputs: Mapping[str, Any], targets_NT: Any) -> NDArray[np.bool_]:
    """Return which timesteps (N, T) of targets count."""
    if head.reads is None:
        return np.ones(targets_NT.shape[:2], bool)
    return live_timesteps(inputs[head.reads][:])


def class_mistakes(about: About, wanted_R: Array, outputs_RU: Array, labels: Sequence[str], count: int) -> list[Row]:
    """Return the wrong answers that the model was surest of."""
    shares = np.concatenate([1 - outputs_RU, outputs_RU], axis=1) if outputs_RU.shape[1] == 1 else outputs_RU
    found = shares.argmax(axis=1)
    wrong = np.flatnonzero(found != wanted_R)
    sure = shares[wrong, found[wrong]]
    return [
        about(int(index))
        | {
            "label": labels[int(wanted_R[index])],
            "predicted": labels[int(found[index])],
            "probability": float(shares[index, found[index]]),
        }
        for index in wrong[np.argsort(-sure, kind="stable")[:count]]
    ]


def number_mistakes(about: About, wanted_R: Array, found_RU: Array, count: int) -> list[Row]:
    """Return the largest errors; of several numbers their mean."""
    wanted = np.asarray(wanted_R, np.float64).reshape(found_RU.shape)
    errors_RU = np.abs(found_RU - wanted)
    errors = errors_RU.mean(axis=1)
    numbers = errors_RU.shape[1]
    ends = [f"_{index}" for index in range(numbers)] if numbers > 1 else [""]
    return [
        about(int(index))
        | {f"label{end}": float(value) for end, value in zip(ends, wanted[index], strict=True)}
        | {f"value{end}": float(value) for end, value in zip(ends, found_RU[index], strict=True)}
        | {"error": float(errors[index])}
        for index in np.argsort(-errors, kind="stable")[:count]
    ]


def _sentence_mistakes(
    head: HeadPlan, preparation: Preparation, samples: Samples, targets_R: Array, outputs_RU: Array, count: int
) -> list[Row]:
    vectorizer, texts = preparation.texts[head.reads or ""], samples.raw[head.reads or ""]
    ends = np.cumsum(live_rows(head, samples.inputs, samples.targets[head.target]).sum(axis=1))[:-1]
    wanted, found = np.split(targets_R, ends), np.split(outputs_RU.argmax(axis=1), ends)
    tokens = [_kept(text.split(), vectorizer) for text in texts]
    names = [[preparation.labels[index] for index in tags] for tags in wanted]
    answers = [[preparation.labels[index] for index in tags] for tags in found]
    return sentence_mistakes(tokens, names, answers, count)


def _kept(tokens: list[str], vectorizer: TextVectorizer) -> list[str]:
    limit = vectorizer.maxlen
    return tokens[max(0, len(tokens) - limit) :] if vectorizer.truncating == "pre" else tokens[:limit]


def sentence_mistakes(
    tokens: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]], found: Sequence[Sequence[str]], count: int
) -> list[Row]:
    """Return the sentences with the most wrong tags, each with its tags as they are and as they were predicted.

    Args:
        tokens: of each sentence, without those that padding cut away.
        wanted: their tags.
        found: the tags that were predicted.
        count: how many are returned at most.
    """
    pairs = zip(wanted, found, strict=True)
    wrong = np.array([sum(one != two for one, two in zip(right, given, strict=True)) for right, given in pairs])
    worst = [int(index) for index in np.argsort(-wrong, kind="stable")[:count] if wrong[index]]
    return [
        {
            "sentence": index + 1,
            "wrong": int(wrong[index]),
            "text": " ".join(tokens[index]),
            "tags": " ".join(wanted[index]),
            "predicted": " ".join(found[index]),
        }
        for index in worst
    ]


def written_mistakes(
    sources: Sequence[str], wanted: Sequence[str], written: Sequence[str], logarithms: Array, count: int
) -> list[Row]:
    """Return the wrong texts that the model was surest of.

    Args:
        sources: that were read.
        wanted: the true texts.
        written: the model's.
        logarithms: of their probabilities.
        count: how many are returned at most.
    """
    wrong = [index for index in np.argsort(-np.asarray(logarithms), kind="stable") if wanted[index] != written[index]]
    return [
        {
            "source": sources[index],
            "wanted": wanted[index],
            "written": written[index],
            "log_probability": float(logarithms[index]),
        }
        for index in wrong[:count]
    ]


def forecast_mistakes(found_NHK: Array, samples: Samples, dataset: SeriesDataset, count: int) -> list[Row]:
    """Return the windows with the largest errors in real units: series, time of the first forecast, error.

    Args:
        found_NHK: the forecasts.
        samples: the windows.
        dataset: names the columns.
        count: how many are returned at most.
    """
    timeline, targets = samples.timeline, samples.targets[dataset.target_name]
    assert timeline is not None
    errors = np.abs(found_NHK - true_values(targets[:]))
    known = np.isfinite(errors)
    means = np.where(known, errors, 0.0).sum(axis=(1, 2)) / np.maximum(known.sum(axis=(1, 2)), 1)
    rows = []
    for index in np.argsort(-means, kind="stable")[:count]:
        start = targets.starts[index]
        series = timeline.names[int(timeline.series_of(np.array([start]))[0])]
        name = {} if dataset.id is None else {dataset.id: series}
        time = {dataset.time: show_time(timeline.times[start])}
        rows.append(name | time | {"mean_absolute_error": float(means[index])})
    return rows


def line_mistakes(ids_L: Array, nats_L: Array, vectorizer: TextVectorizer, count: int) -> list[Row]:
    """Return the lines of a running text that were predicted worst.

    Where the units have no line ends, parts of the model's window stand for lines.

    Args:
        ids_L: of the text.
        nats_L: of each unit, NaN where it was not predicted.
        vectorizer: knows the units.
        count: how many are returned at most.
    """
    ids = np.asarray(ids_L)
    breaks = ids == vectorizer.ids.get("\n", -1)
    name = "line" if breaks.any() else "part"
    of_line = np.cumsum(breaks) - breaks if breaks.any() else np.arange(len(ids)) // vectorizer.maxlen
    known = np.isfinite(nats_L)
    units = np.bincount(of_line[known], minlength=of_line[-1] + 1)
    sums = np.bincount(of_line[known], weights=nats_L[known], minlength=of_line[-1] + 1)
    losses = np.divide(sums, units, out=np.full(len(sums), -np.inf), where=units > 0)
    starts = np.searchsorted(of_line, np.arange(len(sums) + 1))
    return [
        {
            name: int(line) + 1,
            "loss": float(losses[line]),
            "units": int(units[line]),
            "text": _text(ids[starts[line] : starts[line + 1]], vectorizer).rstrip("\n"),
        }
        for line in np.argsort(-losses, kind="stable")[:count]
        if units[line]
    ]


def _text(ids: Array, vectorizer: TextVectorizer) -> str:
    words = vectorizer.words
    return vectorizer.join([words[number] if number < len(words) else UNKNOWN_WORD for number in ids.tolist()])
