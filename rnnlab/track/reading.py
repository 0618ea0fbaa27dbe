"""What the store says of a run, as a `Record`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlparse
from urllib.request import url2pathname

from rnnlab.track.params import param_value
from rnnlab.track.record import Point, Record

if TYPE_CHECKING:
    from mlflow.entities import Metric, Run

__all__ = ["curve_of", "local_folder", "record_of"]


def record_of(run: Run, experiment: str) -> Record:
    """Return the run as plain data, without its curves."""
    info = run.info
    return Record(
        run_id=info.run_id,
        name=info.run_name or info.run_id,
        experiment=experiment,
        status=info.status,
        start=info.start_time or 0,
        end=info.end_time,
        config={key: param_value(text) for key, text in run.data.params.items()},
        metrics=dict(run.data.metrics),
        curves={},
        tags=dict(run.data.tags),
        artifact_folder=local_folder(info.artifact_uri),
        parent=run.data.tags.get("mlflow.parentRunId"),
    )


def curve_of(metrics: Iterable[Metric]) -> tuple[Point, ...]:
    """Return the values in order of steps; of a step recorded twice, the later one."""
    points = {m.step: Point(m.value, m.step, m.timestamp) for m in sorted(metrics, key=lambda m: m.timestamp)}
    return tuple(points[step] for step in sorted(points))


def local_folder(uri: str) -> str | None:
    """Return the path that an artifact URI stands for on this machine, or None where it is remote."""
    parsed = urlparse(uri)
    if parsed.scheme == "file":
        return url2pathname(parsed.path)
    return None if parsed.scheme else str(Path(uri).absolute())
