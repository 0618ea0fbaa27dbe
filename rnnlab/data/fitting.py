"""Models that the baselines are: majorities, means, and scikit-learn's linear ones, which take a second to import."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from rnnlab.absent import absent

with absent("pandas"):  # scikit-learn would import it, and with it pyarrow, 70 MiB
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

SMALLEST_PROBABILITY = 1e-7  # as Keras clips before it takes the logarithm
LONGEST_GRAM = 4  # characters
MOST_GRAMS = 200_000

Baselines = dict[str, dict[str, float]]
Numbers = NDArray[np.float64]


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
