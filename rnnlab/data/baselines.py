"""What is reached without a network: the numbers a model has to beat, fitted once per data fingerprint."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from rnnlab.data.characteristics import characteristics
from rnnlab.data.forecast_baselines import score_forecast_baselines
from rnnlab.data.frequent_tags import score_frequent_tags
from rnnlab.data.frequent_units import score_most_frequent_units
from rnnlab.data.id_vectorizer import IdVectorizer
from rnnlab.data.ngrams import score_ngrams
from rnnlab.data.splits import Samples, Splits
from rnnlab.data.units import fold, split_units
from rnnlab.data.vectorizer import UNKNOWN_WORD
from rnnlab.errors import CallError
from rnnlab.experiment.prepared import prepared_folder

VERSION = 4
SMALLEST_PROBABILITY = 1e-7  # as Keras clips before it takes the logarithm

LONGEST_GRAM = 4  # characters
MOST_GRAMS = 200_000

Baselines = dict[str, dict[str, float]]
Numbers = NDArray[np.float64]


def fit_baselines(splits: Splits, say: Callable[[str], None]) -> Baselines:
    """Return the metrics of each baseline, fitted on train only.

    Returns:
        For classes `majority`, of texts `tfidf_logistic_regression` (of words and pairs of them, or where the unit is
        the character of up to four characters), and where samples are numbers
        `logistic_regression`, each with `val_accuracy`, `val_loss`, `test_accuracy` and `test_loss` (cross-entropy in
        nats). For numbers `mean` and `tfidf_ridge` or `ridge`, each with `mean_absolute_error` and
        `mean_squared_error` after the same prefixes. For texts that are written `most_frequent_units` with
        `unit_error_rate` and `sequence_accuracy`. For tags `majority` and `most_frequent_tag`, with `accuracy` and,
        where the tags are BIO, the span scores. For running texts `unigram`, `ngram_3` and `ngram_5`, with `loss`,
        `perplexity` and `bits_per_character`. For series `last_value`, `seasonal` and `linear`, see
        `forecast_metrics`.

    Raises:
        CallError: the cache cannot be written.
    """
    path = _file(splits)
    known = _read(path)
    if known is not None:
        return known
    say("fitting the baselines")
    fitted = FITS[splits.preparation.target.kind](splits)
    if path.parent.is_dir():
        _write(path, fitted)
    return fitted


def _file(splits: Splits) -> Path:
    """Return where the baselines are kept: for each way of cutting where they are fitted on what that leaves."""
    cut = (
        f"-{splits.fingerprint[:16]}"
        if splits.preparation.target.kind == "tags" or splits.preparation.sequences
        else ""
    )
    return prepared_folder(splits.entry) / f"baselines-{VERSION}{cut}-scikit-learn-{sklearn.__version__}.json"


def _fit_classes(splits: Splits) -> Baselines:
    name, classes = splits.preparation.target_name, len(splits.preparation.labels)
    targets = np.asarray(splits.train.targets[name]).ravel()
    shares_C = np.bincount(targets, minlength=classes) / len(targets)
    majority: dict[str, float] = {}
    for prefix, samples in _scored(splits):
        wanted = np.asarray(samples.targets[name]).ravel()
        majority |= _class_metrics(prefix, np.tile(shares_C, (len(wanted), 1)), wanted)
    if splits.preparation.target.per != "sample":
        return {"majority": majority}
    if not splits.preparation.padded:
        return {"majority": majority, "logistic_regression": _fit_summaries(splits, targets, classes)}
    return {"majority": majority, "tfidf_logistic_regression": _fit_linear_classes(splits, targets, classes)}


def _fit_linear_classes(splits: Splits, targets: NDArray[np.int64], classes: int) -> dict[str, float]:
    name = splits.preparation.target_name
    words = _vectorizer(splits)
    features = words.fit_transform(_texts(splits.train, splits))
    model = LogisticRegression(C=3.0, max_iter=200)
    with warnings.catch_warnings():
        # A baseline that is not quite at its optimum is still a floor.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(features, targets)
    linear: dict[str, float] = {}
    for prefix, samples in _scored(splits):
        shares_NC = np.zeros((len(samples), classes))
        shares_NC[:, model.classes_] = model.predict_proba(words.transform(_texts(samples, splits)))
        linear |= _class_metrics(prefix, shares_NC, np.asarray(samples.targets[name]))
    return linear


def _fit_numbers(splits: Splits) -> Baselines:
    name = splits.preparation.target_name
    average = _rows(splits.train, splits).mean(axis=0)
    mean: dict[str, float] = {}
    for prefix, samples in _scored(splits):
        wanted = _rows(samples, splits)
        mean |= _number_metrics(prefix, np.broadcast_to(average, wanted.shape), wanted)
    if splits.preparation.target.per != "sample":
        return {"mean": mean}
    if not splits.preparation.padded:
        return {"mean": mean, "ridge": _fit_ridge(splits)}
    words = _vectorizer(splits)
    targets = np.asarray(splits.train.targets[name], np.float64)
    model = Ridge(alpha=1.0, solver="sparse_cg").fit(words.fit_transform(_texts(splits.train, splits)), targets)
    linear: dict[str, float] = {}
    for prefix, samples in _scored(splits):
        wanted = np.asarray(samples.targets[name], np.float64)
        linear |= _number_metrics(prefix, model.predict(words.transform(_texts(samples, splits))), wanted)
    return {"mean": mean, "tfidf_ridge": linear}


def _fit_summaries(splits: Splits, targets: NDArray[np.int64], classes: int) -> dict[str, float]:
    name = splits.preparation.target_name
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(characteristics(splits.train, splits.preparation), targets)
    linear: dict[str, float] = {}
    for prefix, samples in _scored(splits):
        shares_NC = np.zeros((len(samples), classes))
        shares_NC[:, model[-1].classes_] = model.predict_proba(characteristics(samples, splits.preparation))
        linear |= _class_metrics(prefix, shares_NC, np.asarray(samples.targets[name]))
    return linear


def _fit_ridge(splits: Splits) -> dict[str, float]:
    model = make_pipeline(StandardScaler(), Ridge(alpha=1.0))
    model.fit(characteristics(splits.train, splits.preparation), _rows(splits.train, splits))
    linear: dict[str, float] = {}
    for prefix, samples in _scored(splits):
        wanted = _rows(samples, splits)
        found = model.predict(characteristics(samples, splits.preparation)).reshape(wanted.shape)
        linear |= _number_metrics(prefix, found, wanted)
    return linear


def _rows(samples: Samples, splits: Splits) -> Numbers:
    """Return the targets as rows of K numbers, one row for each sample or timestep."""
    return np.asarray(samples.targets[splits.preparation.target_name], np.float64).reshape(
        -1, splits.preparation.target.numbers
    )


def _fit_sequences(splits: Splits) -> Baselines:
    return {"most_frequent_units": score_most_frequent_units(splits)}


FITS = {
    "classes": _fit_classes,
    "number": _fit_numbers,
    "sequence": _fit_sequences,
    "tags": score_frequent_tags,
    "continuation": score_ngrams,
    "forecast": score_forecast_baselines,
}


def _vectorizer(splits: Splits) -> TfidfVectorizer:
    (vectorizer,) = splits.preparation.padded.values()
    if isinstance(vectorizer, IdVectorizer):  # its raw texts are ids with blanks between
        return TfidfVectorizer(
            tokenizer=str.split, token_pattern=None, lowercase=False, ngram_range=(1, 2), sublinear_tf=True
        )
    lowercase = vectorizer.lowercase
    if vectorizer.unit == "character":
        return TfidfVectorizer(
            analyzer=lambda text: _character_grams(fold(text, lowercase=lowercase)),
            max_features=MOST_GRAMS,
            sublinear_tf=True,
        )

    def words_of(text: str) -> list[str]:
        return split_units(text, "word", lowercase=lowercase) or [UNKNOWN_WORD]

    return TfidfVectorizer(
        tokenizer=words_of, token_pattern=None, lowercase=False, ngram_range=(1, 2), sublinear_tf=True
    )


def _character_grams(text: str) -> list[str]:
    """Return the pieces of a text that a model of characters reads: up to four of them, with its edges as blanks."""
    edged = f" {text} "
    sizes = range(1, LONGEST_GRAM + 1)
    return [edged[start : start + size] for size in sizes for start in range(len(edged) - size + 1)]


def _texts(samples: Samples, splits: Splits) -> tuple[str, ...]:
    (name,) = splits.preparation.padded
    return tuple(samples.raw[name])


def _scored(splits: Splits) -> tuple[tuple[str, Samples], ...]:
    return (("val_", splits.validation), ("test_", splits.test))


def _class_metrics(prefix: str, shares_NC: Numbers, wanted: NDArray[np.int64]) -> dict[str, float]:
    of_wanted = shares_NC[np.arange(len(wanted)), wanted]
    return {
        f"{prefix}accuracy": float((shares_NC.argmax(axis=1) == wanted).mean()),
        f"{prefix}loss": float(-np.log(np.maximum(of_wanted, SMALLEST_PROBABILITY)).mean()),
    }


def _number_metrics(prefix: str, found: Numbers, wanted: Numbers) -> dict[str, float]:
    return {
        f"{prefix}mean_absolute_error": float(np.abs(found - wanted).mean()),
        f"{prefix}mean_squared_error": float(np.square(found - wanted).mean()),
    }


def _read(path: Path) -> Baselines | None:
    try:
        data = json.loads(path.read_bytes())
        if data["sha256"] != _digest(data["baselines"]):
            return None
        return {name: {key: float(value) for key, value in found.items()} for name, found in data["baselines"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _digest(baselines: Any) -> str:
    """Return the SHA-256 of baselines: a file in which anything was changed counts as absent."""
    return hashlib.sha256(json.dumps(baselines, sort_keys=True).encode()).hexdigest()


def _write(path: Path, baselines: Baselines) -> None:
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix="baselines-") as temporary:
            part = Path(temporary) / path.name
            found = {"sha256": _digest(baselines), "baselines": baselines}
            part.write_text(json.dumps(found, indent=1), encoding="utf-8")
            os.replace(part, path)
    except OSError as error:
        raise CallError(
            f"cannot write the cache {path.parent}: {error.strerror}; set RNNLAB_CACHE to a folder with room"
        ) from error
