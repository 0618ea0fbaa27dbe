"""What prepared data look like, in numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.id_vectorizer import IdVectorizer
from rnnlab.data.preparation import Preparation
from rnnlab.data.sequence_encoder import SequenceEncoder
from rnnlab.data.series_encoder import SeriesEncoder
from rnnlab.data.splits import Samples, Splits, live_timesteps
from rnnlab.data.vectorizer import TextVectorizer
from rnnlab.text import PADDING_ID, UNKNOWN_ID

SHOWN, SHOWN_WORDS = 3, 30
SHOWN_SERIES = 10


def dataset_summary(splits: Splits) -> dict[str, Any]:
    """Return plain data: what `rnnlab data show` prints.

    Returns:
        `source`; `samples` per split; `classes` per split, or for numbers the `target` of train; `inputs` by name: of a
        text its `unit`, `vocabulary`, `timesteps`, the `length` of the training texts in units before padding, of train
        the shares of units `cut` and of `padding`, and the share of `unknown` units per split; of sequences of ids
        also some of train as words, `shown`; of an array its `timesteps`, `features`, and their least, mean and
        greatest number; of sequences of numbers the centre and scale of each channel, and the share of `padding`;
        `vectors` by embedding layer, with the words they cover; `warnings`.
    """
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
        | {name: _array(splits.train, name) for name in preparation.arrays}
        | {name: _sequences(splits.train, name, encoder) for name, encoder in preparation.sequences.items()},
        **_vectors(splits),
        "warnings": list(splits.warnings),
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
    return {"source": splits.source, "samples": samples, "inputs": {name: about}, "warnings": list(splits.warnings)}


def series_summary(splits: Splits, encoder: SeriesEncoder) -> dict[str, Any]:
    """Return plain data: what `rnnlab data show` prints of series.

    Returns:
        `source`; `samples`: windows per split; `windows` that stand in none; `borders` in time; `series` by name, the
        first ones of many: timesteps, from, to, gaps, missing values and windows; `inputs` by name: timesteps,
        features; `scales` by series and column, fitted on train; `warnings`.
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
            name: {"timesteps": windows.shape[1], "features": list(windows.shape[2:])}
            for name, windows in splits.train.inputs.items()
        },
        "scales": {name or "all": scale for name, scale in scales.items()},
        "warnings": list(splits.warnings),
    }


def _text(splits: Splits, name: str, vectorizer: TextVectorizer) -> dict[str, Any]:
    extra = 1 if vectorizer.written else 0  # the start, or the end
    lengths = np.array([max(1, len(vectorizer.units(text)) + extra) for text in splits.train.raw[name]])
    return {
        "unit": vectorizer.unit,
        "vocabulary": {"rows": vectorizer.rows, "found": len(vectorizer.words) - vectorizer.first_id},
        **_padded(splits, name, vectorizer, lengths),
        "unknown": {split: _share_of(UNKNOWN_ID, samples, name) for split, samples in splits.named().items()},
    }


def _ids(splits: Splits, name: str, vectorizer: IdVectorizer) -> dict[str, Any]:
    lengths = np.array([text.count(" ") + 1 for text in splits.train.raw[name]])
    unknown = vectorizer.oov_char
    return {
        "vocabulary": {"rows": vectorizer.rows, "words": len(vectorizer.ids)},
        **_padded(splits, name, vectorizer, lengths),
        **(
            {"unknown": {split: _share_of(unknown, samples, name) for split, samples in splits.named().items()}}
            if unknown is not None
            else {}
        ),
        "shown": {f"row {row}": _shown(splits.train, name, vectorizer, row) for row in range(min(SHOWN, len(lengths)))},
    }


def _shown(samples: Samples, name: str, vectorizer: IdVectorizer, row: int) -> str:
    ids = [int(number) for number in samples.raw[name][row].split()]
    return vectorizer.decode(ids[:SHOWN_WORDS]) + (" …" if len(ids) > SHOWN_WORDS else "")


def _vectors(splits: Splits) -> dict[str, Any]:
    found = {
        name: {"words": len(each.rows), "output_dim": each.values.shape[1]} for name, each in splits.vectors.items()
    }
    return {"vectors": found} if found else {}


def _padded(
    splits: Splits, name: str, vectorizer: TextVectorizer | IdVectorizer, lengths: NDArray[np.int64]
) -> dict[str, Any]:
    return {
        "timesteps": vectorizer.maxlen,
        "length": {
            "min": int(lengths.min()),
            "median": float(np.median(lengths)),
            "mean": float(lengths.mean()),
            "p95": int(np.percentile(lengths, 95, method="inverted_cdf")),
            "max": int(lengths.max()),
        },
        "cut": float(np.maximum(lengths - vectorizer.maxlen, 0).sum() / lengths.sum()),
        "padding": float((splits.train.inputs[name] == PADDING_ID).mean()),
    }


def _array(samples: Samples, name: str) -> dict[str, Any]:
    values = samples.inputs[name]
    return {
        "timesteps": values.shape[1],
        "features": list(values.shape[2:]),
        "min": float(values.min()),
        "mean": float(values.mean()),
        "max": float(values.max()),
    }


def _sequences(samples: Samples, name: str, encoder: SequenceEncoder) -> dict[str, Any]:
    live = live_timesteps(samples.inputs[name]) if encoder.flagged else np.ones(samples.inputs[name].shape[:2], bool)
    kept = live.sum(axis=1)
    return {
        "timesteps": encoder.maxlen,
        "channels": len(encoder.scales),
        "kept": {"min": int(kept.min()), "median": float(np.median(kept)), "max": int(kept.max())},
        "padding": float(1 - live.mean()),
        "centre": [round(centre, 4) for centre, _ in encoder.scales],
        "scale": [round(scale, 4) for _, scale in encoder.scales],
    }


def _targets(splits: Splits) -> dict[str, Any]:
    preparation = splits.preparation
    name = preparation.target_name
    if preparation.target.kind == "sequence":
        return {}
    if preparation.target.kind == "number":
        numbers = splits.train.targets[name]
        return {
            "target": {
                "min": float(numbers.min()),
                "mean": float(numbers.mean()),
                "max": float(numbers.max()),
            }
        }
    return {
        "classes": {
            split: _class_counts(_counted(samples, preparation), preparation.labels)
            for split, samples in splits.named().items()
        }
    }


def _counted(samples: Samples, preparation: Preparation) -> Any:
    """Return the class of each sample or timestep, without padding."""
    targets, reads = samples.targets[preparation.target_name], preparation.target.reads
    return targets if reads is None else targets[samples.inputs[reads] != PADDING_ID]


def _class_counts(targets: Any, labels: tuple[str, ...]) -> dict[str, int]:
    counts = np.bincount(targets.ravel(), minlength=len(labels))
    return {label: int(count) for label, count in zip(labels, counts, strict=True)}


def _share_of(number: int, samples: Samples, name: str) -> float:
    ids_NT = samples.inputs[name]
    return float((ids_NT == number).sum() / (ids_NT != PADDING_ID).sum())
