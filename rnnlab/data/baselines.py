"""What is reached without a network: the numbers a model has to beat, fitted once per data fingerprint."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rnnlab.data.splits import Splits
from rnnlab.errors import CallError
from rnnlab.experiment.prepared import prepared_folder

VERSION = 4

Baselines = dict[str, dict[str, float]]


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
    from rnnlab.data.fitting import FITS  # and scikit-learn

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
    return prepared_folder(splits.entry) / f"baselines-{VERSION}{cut}-scikit-learn-{version('scikit-learn')}.json"


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
