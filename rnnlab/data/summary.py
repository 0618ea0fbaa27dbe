"""What prepared data look like, in numbers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from rnnlab.data.class_counts import count_classes
from rnnlab.data.histograms import histogram, length_histogram
from rnnlab.data.id_vectorizer import IdVectorizer
from rnnlab.data.maxlens import candidate_maxlens
from rnnlab.data.preparation import Preparation
from rnnlab.data.profile import spread
from rnnlab.data.sequence_encoder import SequenceEncoder
from rnnlab.data.series_encoder import SeriesEncoder
from rnnlab.data.splits import Samples, Splits
from rnnlab.data.vectorizer import TextVectorizer
from rnnlab.text import UNKNOWN_ID

SHOWN_SERIES = 10
SHOWN_COLUMNS = 20


def dataset_summary(splits: Splits) -> dict[str, Any]:
    """Return plain data: what `rnnlab data show` prints.

    Returns:
        `source`; `samples` per split; `classes` per split, or for numbers the `target` of each split; `inputs` by name:
        of a text its `unit`, `vocabulary`, `timesteps`, the `length` of the training texts in units before padding, of
        train the shares of units `cut` and of `padding`, the share of `unknown` units per split, `lengths` per split as
        a histogram, and every `maxlens` that could be; of an array its `timesteps`, `features`, and their least, mean
        and greatest number, `columns` one by one; of sequences of numbers
        the centre and scale of each channel too; `vectors` by embedding layer, with the words they cover; `duplicates`
        within and across splits; `warnings`.
    """
    return _of_kind(splits) | {
        "duplicates": [asdict(each) for each in splits.profile.duplicates],
        "warnings": [caution.to_data() for caution in splits.cautions],
    }


def _of_kind(splits: Splits) -> dict[str, Any]:
    preparation = splits.preparation
    if preparation.target.kind == "continuation":
        return _running_text(splits)
    if preparation.series is not None:
        return series_summary(splits, preparation.series)
    texts = {name: _text(splits, name, vectorizer) for name, vectorizer in preparation.texts.items()}
    return {
        "source": splits.source,
        "samples": {name: len(samples) for name, samples in splits.named().items()},
        **_targets(splits),
        "inputs": texts
        | {name: _ids(splits, name, vectorizer) for name, vectorizer in preparation.ids.items()}
        | {name: _array(splits, name) for name in preparation.arrays}
        | {name: _sequences(splits, name, encoder) for name, encoder in preparation.sequences.items()},
        **_vectors(splits),
    }


def _running_text(splits: Splits) -> dict[str, Any]:
    """Return the sizes of a running text, and the share of units without a row of their own."""
    ((name, vectorizer),) = splits.preparation.texts.items()
    flat = {split: samples.inputs[name].ids for split, samples in splits.named().items()}
    unknown = {split: float((ids == UNKNOWN_ID).mean()) for split, ids in flat.items()}
    about = {
        "unit": vectorizer.unit,
        "vocabulary": {"rows": vectorizer.rows, "found": len(vectorizer.words) - vectorizer.first_id},
        "timesteps": vectorizer.maxlen,
        "unknown": unknown,
    }
    samples = {split: len(samples) for split, samples in splits.named().items()}
    return {"source": splits.source, "samples": samples, "inputs": {name: about}}


def series_summary(splits: Splits, encoder: SeriesEncoder) -> dict[str, Any]:
    """Return plain data: what `rnnlab data show` prints of series.

    Returns:
        `source`; `samples`: windows per split; `windows` that stand in none; `borders` in time; `series` by name, the
        first ones of many: timesteps, from, to, gaps, missing values and windows; `inputs` by name: timesteps,
        features, `columns` of the table in the training part; `scales` by series and column, fitted on train.
    """
    about = dict(splits.source)
    series = about.pop("series")
    kept = {key: about.pop(key) for key in ("samples", "windows", "borders")}
    shown = dict(list(series.items())[:SHOWN_SERIES])
    scales = {
        name: {
            column: {"centre": float(centre), "scale": float(scale)}
            for column, (centre, scale) in zip(encoder.dataset.columns, of_series, strict=True)
        }
        for name, of_series in list(encoder.scales.items())[:SHOWN_SERIES]
    }
    return {
        "source": about,
        **kept,
        "series": shown | ({"more": len(series) - len(shown)} if len(series) > len(shown) else {}),
        "inputs": {
            name: {
                "timesteps": windows.shape[1],
                "features": list(windows.shape[2:]),
                **_columns(splits, name),
            }
            for name, windows in splits.train.inputs.items()
        },
        "scales": {name or "all": scale for name, scale in scales.items()},
    }


def _text(splits: Splits, name: str, vectorizer: TextVectorizer) -> dict[str, Any]:
    return {
        "unit": vectorizer.unit,
        "vocabulary": {"rows": vectorizer.rows, "found": len(vectorizer.words) - vectorizer.first_id},
        **_padded(splits, name, vectorizer.maxlen),
        "unknown": dict(splits.profile.unknown[name]),
    }


def _ids(splits: Splits, name: str, vectorizer: IdVectorizer) -> dict[str, Any]:
    unknown = splits.profile.unknown.get(name)
    return {
        "vocabulary": {"rows": vectorizer.rows, "words": len(vectorizer.ids)},
        **_padded(splits, name, vectorizer.maxlen),
        **({"unknown": dict(unknown)} if unknown else {}),
    }


def _vectors(splits: Splits) -> dict[str, Any]:
    found = {
        name: {"words": len(each.rows), "output_dim": each.values.shape[1]} for name, each in splits.vectors.items()
    }
    return {"vectors": found} if found else {}


def _padded(splits: Splits, name: str, maxlen: int) -> dict[str, Any]:
    """Return how long the samples are, and what is lost of them."""
    lengths = splits.profile.lengths[name]
    train = spread(lengths["train"])
    maxlens = candidate_maxlens(lengths["train"], maxlen)
    (chosen,) = (each for each in maxlens if each.chosen)
    return {
        "timesteps": maxlen,
        "length": {
            "min": int(train.min()),
            "median": float(np.median(train)),
            "mean": float(train.mean()),
            "p95": int(np.percentile(train, 95, method="inverted_cdf")),
            "max": int(train.max()),
        },
        "cut": chosen.lost,
        "padding": chosen.padding,
        "lengths": length_histogram(lengths),
        "maxlens": [asdict(each) | {"names": list(each.names)} for each in maxlens],
    }


def _array(splits: Splits, name: str) -> dict[str, Any]:
    shape, columns = splits.preparation.arrays[name], splits.profile.columns[name]
    return {
        "timesteps": shape[0],
        "features": list(shape[1:]),
        "min": min(column.least for column in columns if column.least is not None),
        "mean": float(np.mean([column.mean for column in columns if column.mean is not None])),
        "max": max(column.greatest for column in columns if column.greatest is not None),
        **_columns(splits, name),
    }


def _columns(splits: Splits, name: str) -> dict[str, Any]:
    """Return the columns of an input, the first ones of many, and all that never change."""
    columns = splits.profile.columns.get(name, ())
    if not columns:
        return {}
    shown = [asdict(column) | {"constant": column.constant} for column in columns]
    constant = [column.name for column in columns if column.constant]
    return {"columns": shown[:SHOWN_COLUMNS], "more_columns": len(shown[SHOWN_COLUMNS:]), "constant": constant}


def _sequences(splits: Splits, name: str, encoder: SequenceEncoder) -> dict[str, Any]:
    return {
        "channels": len(encoder.scales),
        **_padded(splits, name, encoder.maxlen),
        "centre": [round(centre, 4) for centre, _ in encoder.scales],
        "scale": [round(scale, 4) for _, scale in encoder.scales],
        **_columns(splits, name),
    }


def _targets(splits: Splits) -> dict[str, Any]:
    preparation = splits.preparation
    name = preparation.target_name
    if preparation.target.kind == "sequence":
        return {}
    if preparation.target.kind == "number":
        numbers = {split: np.asarray(samples.targets[name]) for split, samples in splits.named().items()}
        return {
            "target": {
                split: {"min": float(found.min()), "mean": float(found.mean()), "max": float(found.max())}
                for split, found in numbers.items()
            },
            "targets": histogram({split: found.ravel() for split, found in numbers.items()}),
        }
    return {
        "classes": {split: _class_counts(samples, preparation) for split, samples in splits.named().items()},
    }


def _class_counts(samples: Samples, preparation: Preparation) -> dict[str, int]:
    """Return how many samples or timesteps each class has, without padding."""
    labels = preparation.labels
    counts = count_classes(samples, preparation.target_name, preparation.target.reads, len(labels))
    return {label: int(count) for label, count in zip(labels, counts, strict=True)}
