"""From a table of series to windows: read, laid on a grid, divided by time, scaled as the training part demands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.cautions import Caution
from rnnlab.data.columns import Column, columns_of, constant_columns
from rnnlab.data.fetching import fetch
from rnnlab.data.leakage import check_known_ahead
from rnnlab.data.preparation import Preparation
from rnnlab.data.profile import Profile
from rnnlab.data.scaling import fit_scales
from rnnlab.data.series import Series, check_whole, read_series, show_time
from rnnlab.data.series_encoder import SeriesEncoder
from rnnlab.data.series_windows import Borders, borders_of, check_windows, collect_windows, count_windows
from rnnlab.data.splits import Splits
from rnnlab.datasets import CATALOG, Facts, SeriesDataset, TimeSplit
from rnnlab.datasets.series import PAST
from rnnlab.errors import DatasetError
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.prepared import Fingerprints, file_sha256, series_inputs, series_path

SPLITS = ("train", "validation", "test")
BEYOND = 0.2  # of the test's targets


def read_table_of_series(dataset: SeriesDataset, folder: Path, say: Callable[[str], None]) -> list[Series]:
    """Return the series of a dataset, fetched if they must be; whole unless the file says what to do with gaps.

    Raises:
        DatasetError: RL401 to RL414.
    """
    path = fetch(CATALOG[dataset.source], say) if dataset.source is not None else series_path(dataset, folder)
    say(f"reading {path.name}")
    series = read_series(path, dataset)
    if dataset.gaps == "error":
        check_whole(series, dataset)
    return series


def prepare_series(
    experiment: Experiment, dataset: SeriesDataset, folder: Path, prints: Fingerprints, say: Callable[[str], None]
) -> Splits:
    """Return the windows of a dataset in memory: every timestep once, however many windows read it.

    Raises:
        DatasetError: RL401 to RL415.
    """
    series = read_table_of_series(dataset, folder, say)
    assert isinstance(dataset.split, TimeSplit)
    borders = borders_of(series, dataset.split)
    inputs = series_inputs(experiment, dataset)
    _check_known_ahead(series, dataset)
    encoder = _fit(dataset, series, borders, tuple(inputs))
    encoded = [encoder.encode(each) for each in series]
    spans = [borders.spans(each.times) for each in series]
    samples, counts, bare = {}, {}, 0
    for index, name in enumerate(SPLITS):
        samples[name], counts[name], empty = collect_windows(series, encoded, [each[index] for each in spans], encoder)
        bare += empty
    totals = {name: int(count.sum()) for name, count in counts.items()}
    check_windows(totals, dataset)
    purged = sum(count_windows(each[-1][1], dataset) for each in spans) - sum(totals.values()) - bare
    windows = {"purged": purged, "without_data": bare}
    target = dataset.target_facts()
    profile = Profile(columns=_columns(series, borders, dataset))
    return Splits(
        samples["train"],
        samples["validation"],
        samples["test"],
        facts=Facts(inputs, {dataset.target_name: target}, train_samples=totals["train"]),
        preparation=Preparation(dataset.target_name, target, series=encoder),
        fingerprint=prints.data,
        entry=prints.entry,
        source=_source(dataset, folder)
        | {
            "samples": totals,
            "borders": {
                "validation": show_time(borders.validation),
                "test": show_time(borders.test),
                "end": show_time(borders.end),
            },
            "windows": windows,
            "series": {each.name or "all": _about(each, dataset, counts, index) for index, each in enumerate(series)},
        },
        cautions=_cautions(series, borders, dataset, windows, profile),
        profile=profile,
    )


def _fit(dataset: SeriesDataset, series: Sequence[Series], borders: Borders, inputs: tuple[str, ...]) -> SeriesEncoder:
    """Return the encoder fitted on the training part alone."""
    training = {each.name: each.values[: borders.spans(each.times)[0][1]] for each in series}
    if not any(np.isfinite(values).any() for values in training.values()):
        raise DatasetError("RL415", "the training part has no values", help="lower `split.validation` and `split.test`")
    targets, season = len(dataset.target), dataset.season_length
    errors = {name: _seasonal_error(values[:, :targets], season) for name, values in training.items()}
    return SeriesEncoder(dataset, fit_scales(dataset.scaler, training), errors, inputs)


def _check_known_ahead(series: Sequence[Series], dataset: SeriesDataset) -> None:
    """Refuse a column of the future that is a target in other units."""
    values = np.concatenate([each.values for each in series])
    ahead = range(len(dataset.columns) - len(dataset.future), len(dataset.columns))
    check_known_ahead(dataset.columns, values, len(dataset.target), ahead)


def _seasonal_error(values_TK: NDArray[np.float64], season: int) -> NDArray[np.float64]:
    """Return the mean absolute difference (K,) to the season before; NaN where there is none, or it is 0."""
    differences = np.abs(values_TK[season:] - values_TK[:-season])
    known = np.isfinite(differences)
    sums, counts = np.where(known, differences, 0.0).sum(axis=0), known.sum(axis=0)
    return np.where((counts > 0) & (sums > 0), sums / np.maximum(counts, 1), np.nan)


def _source(dataset: SeriesDataset, folder: Path) -> dict[str, Any]:
    about: dict[str, Any] = {"kind": dataset.kind, "target": dataset.target_name}
    if dataset.source is not None:
        entry = CATALOG[dataset.source]
        licence = {"licence": entry.licence, "citation": entry.citation}
        return about | {"name": entry.name, "sha256": entry.source.sha256} | licence
    path = series_path(dataset, folder)
    return about | {"name": path.name, "sha256": {"table": file_sha256(path)}}


def _about(series: Series, dataset: SeriesDataset, counts: dict[str, NDArray[np.int64]], index: int) -> dict[str, Any]:
    absent, gaps = series.gaps
    missing = {
        column: int(np.isnan(values[series.given]).sum())
        for column, values in zip(dataset.columns, series.values.T, strict=True)
    }
    return {
        "timesteps": len(series),
        "from": show_time(series.times[0]),
        "to": show_time(series.times[-1]),
        "missing_timesteps": absent,
        "gaps": gaps,
        "missing_values": {column: count for column, count in missing.items() if count},
        "repeated_rows": series.repeated,
        "windows": {name: int(count[index]) for name, count in counts.items()},
    }


def _columns(series: Sequence[Series], borders: Borders, dataset: SeriesDataset) -> dict[str, tuple[Column, ...]]:
    """Return the columns of the table in the training part of all series."""
    training = (each.values[: borders.spans(each.times)[0][1]] for each in series)
    return {PAST: columns_of(dataset.columns, training)}


def _cautions(
    series: Sequence[Series], borders: Borders, dataset: SeriesDataset, windows: dict[str, int], profile: Profile
) -> tuple[Caution, ...]:
    told = []
    repeated = sum(each.repeated for each in series)
    if repeated:
        rows = f"{repeated} rows have" if repeated > 1 else "1 row has"
        text = f"{rows} the time of another one: of each time the {dataset.duplicates} counts."
        told.append(Caution("repeated_rows", text))
    if windows["purged"]:
        text = f"{windows['purged']} windows reach over a border between two splits and stand in none."
        told.append(Caution("purged", text))
    if windows["without_data"]:
        bare = windows["without_data"]
        text = f"{bare} windows were left out: nothing of their past, or none of their targets, is known."
        told.append(Caution("left_out", text))
    beyond = _share_beyond(series, borders, dataset)
    if beyond > BEYOND:
        text = f"{beyond:.0%} of the test's targets are greater or less than all of the training's: networks that give "
        told.append(Caution("beyond_training", f"{text}levels do not follow such a trend."))
    constant = constant_columns(profile.columns[PAST])
    return (*told, Caution("constant_columns", constant)) if constant else tuple(told)


def _share_beyond(series: Sequence[Series], borders: Borders, dataset: SeriesDataset) -> float:
    """Return the share of the test's targets that lie outside the range of their series' training part."""
    targets, beyond, known = len(dataset.target), 0, 0
    for each in series:
        (_, train), _, (begin, end) = borders.spans(each.times)
        seen, asked = each.values[:train, :targets], each.values[begin:end, :targets]
        told = np.isfinite(seen).any(axis=0)
        asked = asked[:, told]
        least, greatest = np.nanmin(seen[:, told], axis=0), np.nanmax(seen[:, told], axis=0)
        beyond += int(((asked < least) | (asked > greatest)).sum())
        known += int(np.isfinite(asked).sum())
    return beyond / known if known else 0.0
