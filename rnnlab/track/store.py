"""The MLflow store: with `saving`, the only file that imports mlflow.

MLflow's global state (active run, tracking URI) is never touched, and nothing is written in the background: a
call that has returned is in the database.
"""

from __future__ import annotations

import functools
import json
import logging
import math
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

from rnnlab.absent import absent

with absent("pandas", "pyarrow", "scipy"):  # as in its slim edition, `mlflow-skinny`: 70 MiB less
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.entities import Experiment, LoggedModelOutput, Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from sqlalchemy.exc import SQLAlchemyError

from rnnlab.errors import StoreError
from rnnlab.track.database import ensure_database
from rnnlab.track.head import first_tags
from rnnlab.track.names import random_name, safe_folder
from rnnlab.track.params import TAG_LENGTH, param_texts, safe_key, shorten
from rnnlab.track.process import is_dead, this_process
from rnnlab.track.reachable import check_reachable
from rnnlab.track.reading import curve_of, local_folder, record_of
from rnnlab.track.record import Record, RunHead
from rnnlab.track.reporting import reported, store_error
from rnnlab.track.saving import save_model
from rnnlab.track.system_metrics import SystemMetrics, SystemSample
from rnnlab.track.template import copy_template, keep_template
from rnnlab.track.uri import database_path

if TYPE_CHECKING:
    from rnnlab.train.result import Epoch

__all__ = ["Store"]

Item = TypeVar("Item")

_BATCH = 100
_PAGE = 500
_ML_EXPERIMENT = {"mlflow.experimentKind": "custom_model_development"}  # the UI opens on training runs

for _name in ("alembic", "mlflow.store.db.utils"):
    logging.getLogger(_name).setLevel(logging.WARNING)


_ERRORS = (MlflowException, SQLAlchemyError, OSError)


class Store:
    """Runs in one MLflow store; made by `Store.open`."""

    def __init__(self, uri: str, client: MlflowClient, artifacts: Path | None) -> None:
        self.uri = uri
        self._client = client
        self._artifacts = artifacts

    @classmethod
    def open(cls, uri: str) -> Store:
        """Return the store, its database created where there is none.

        Args:
            uri: absolute, from `resolve_uri`.

        Raises:
            StoreError: it cannot be used; said at once, before anything is trained.
        """
        if uri.startswith("file:"):
            raise StoreError(
                f"{uri} is a plain file store, which MLflow gave up in 3.13; "
                "name a folder with `--store`, and a SQLite store is made in it"
            )
        database = database_path(uri)
        artifacts = database.parent / "artifacts" if database else None
        check_reachable(uri)
        try:
            if database and artifacts:
                ensure_database(database, functools.partial(_create_database, artifacts=artifacts))
            client = MlflowClient(uri)
            client.search_experiments(max_results=1)
        except (MlflowException, SQLAlchemyError, OSError, ImportError) as error:
            raise store_error(f"cannot open the store {uri}", error) from error
        return cls(uri, client, artifacts)

    def start(self, head: RunHead) -> str:
        """Return the id of a new run that has all that is known at its start."""
        run_id = self._create_run(head)
        self.describe(run_id, head)
        return run_id

    def describe(self, run_id: str, head: RunHead) -> None:
        """Write all that is known at a run's start; what stands there already stays."""
        self._log_params(run_id, param_texts(head.params))
        for path, text in head.texts.items():
            self.log_text(run_id, path, text)

    @reported("reopen the run", _ERRORS)
    def reopen(self, run_id: str) -> None:
        """Make the run RUNNING again, in this process."""
        self._client.set_tag(run_id, "rnnlab.process", this_process())
        self._client.update_run(run_id, status="RUNNING")

    @reported("record an epoch", _ERRORS)
    def log_epoch(self, run_id: str, epoch: Epoch) -> None:
        """Write one epoch in one transaction."""
        self._log_values(run_id, epoch.recorded(), step=epoch.epoch, timestamp=epoch.timestamp)

    @reported("read the epochs of a run", _ERRORS)
    def written_epochs(self, run_id: str) -> frozenset[int]:
        """Return the epochs, counted from 1, that are written: each is in one transaction, so none is in part."""
        return frozenset(metric.step for metric in self._client.get_metric_history(run_id, "epoch_seconds"))

    @reported("record metrics", _ERRORS)
    def log_metrics(self, run_id: str, values: Mapping[str, float], *, step: int = 0) -> None:
        """Write values that do not stand there already; what is not finite becomes the tag `rnnlab.not_finite`."""
        known = self._client.get_run(run_id).data.metrics
        new = {key: value for key, value in values.items() if known.get(safe_key(key)) != value}
        self._log_values(run_id, new, step=step, timestamp=_now())

    @reported("write an artifact", _ERRORS)
    def log_text(self, run_id: str, path: str, text: str) -> None:
        """Write a text as the artifact `path`."""
        self._client.log_text(run_id, text, path)

    def log_table(self, run_id: str, path: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write rows of one form as the artifact `path`, in the form that MLflow's pages show as a table."""
        data = {"columns": list(rows[0]), "data": [list(row.values()) for row in rows]}
        self.log_text(run_id, path, json.dumps(data, ensure_ascii=False))
        self.set_tags(run_id, {"mlflow.loggedArtifacts": json.dumps([{"path": path, "type": "table"}])})

    @reported("write a figure", _ERRORS)
    def log_figure(self, run_id: str, path: str, figure: Any) -> None:
        """Write a matplotlib figure as PNG, or a plotly figure as HTML that needs no network."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / Path(path).name
            if hasattr(figure, "write_html"):
                figure.write_html(file, include_plotlyjs=True, full_html=True)
            else:
                figure.draw_without_rendering()  # lays it out; savefig would do so twice
                figure.set_layout_engine("none")
                figure.savefig(file, format="png", dpi=150)
            self._log_file(run_id, file, path)

    @reported("write an artifact", _ERRORS)
    def log_file(self, run_id: str, local_path: Path, path: str) -> None:
        """Write a copy of a file as the artifact `path`."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / Path(path).name
            shutil.copyfile(local_path, file)
            self._log_file(run_id, file, path)

    @reported("read an artifact", _ERRORS)
    def read_text(self, record: Record, path: str) -> str:
        """Return the text of the artifact `path` of a run.

        Raises:
            StoreError: it is not there.
        """
        if record.artifact_folder is not None:
            return (Path(record.artifact_folder) / path).read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            file = download_artifacts(run_id=record.run_id, artifact_path=path, dst_path=folder, tracking_uri=self.uri)
            return Path(file).read_text(encoding="utf-8")

    @reported("set tags", _ERRORS)
    def set_tags(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Set tags, longer values cut with an ellipsis."""
        entities = [RunTag(safe_key(key), shorten(value, TAG_LENGTH)) for key, value in tags.items()]
        for chunk in _chunks(entities, _BATCH):
            self._client.log_batch(run_id, tags=chunk)

    @reported("read a run", _ERRORS)
    def name_of(self, run_id: str) -> str:
        """Return the name of a run."""
        return str(self._client.get_run(run_id).info.run_name)

    @reported("save the model", _ERRORS)
    def log_model(self, run_id: str, model: Any, *, preparation_folder: Path | None = None, step: int = 0) -> str:
        """Return the URI of the saved model, also kept as the run's tag `rnnlab.model`.

        Args:
            run_id: the run that trained it.
            model: a plain `keras.Model`; its inputs give the signature.
            preparation_folder: its files are packed beside the model: what turns raw data into inputs.
            step: the epoch whose weights it has.
        """
        run = self._client.get_run(run_id)
        logged = self._client.create_logged_model(run.info.experiment_id, name="model", source_run_id=run_id)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model"
            save_model(model, path, Model(run_id=run_id, model_uuid=logged.model_id, model_id=logged.model_id))
            if preparation_folder:
                shutil.copytree(preparation_folder, path, dirs_exist_ok=True)
            self._client.log_model_artifacts(logged.model_id, str(path))
        self._client.finalize_logged_model(logged.model_id, "READY")
        self._client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, step)])
        uri = f"models:/{logged.model_id}"
        self._client.set_tag(run_id, "rnnlab.model", uri)
        return uri

    @reported("fetch the model", _ERRORS)
    def model_folder(self, record: Record, download_to: Path) -> Path:
        """Return the local folder with `data/model.keras` and the preparation.

        Args:
            record: a run that `has_model`.
            download_to: where a remote model is copied; unused when it lies on this machine.

        Raises:
            StoreError: no model was saved, or its files are gone.
        """
        uri = record.tags.get("rnnlab.model")
        if not uri:
            raise StoreError(f"the run {record.name} ({record.run_id[:8]}) has no model: it saved none")
        location = self._client.get_logged_model(uri.rpartition("/")[2]).artifact_location
        local = local_folder(location)
        if local is None:
            download_to.mkdir(parents=True, exist_ok=True)
            local = download_artifacts(artifact_uri=location, dst_path=str(download_to), tracking_uri=self.uri)
        if not (Path(local) / "data" / "model.keras").is_file():
            raise StoreError(f"the model of {record.name} is not in {local}: the store was moved, or it was deleted")
        return Path(local)

    @reported("close the run", _ERRORS)
    def finish(self, run_id: str, status: Literal["FINISHED", "FAILED", "KILLED"]) -> None:
        """End the run."""
        self._client.set_terminated(run_id, status=status)

    @reported("close the runs of dead processes", _ERRORS)
    def close_stale(self) -> list[str]:
        """Return the ids of RUNNING runs whose process, on this host, has died; they are KILLED now."""
        closed = []
        for run, _ in self._runs(filter_string="attributes.status = 'RUNNING'"):
            if not is_dead(run.data.tags.get("rnnlab.process", "")):
                continue
            run_id = run.info.run_id
            seen = [metric.timestamp for metric in self._client.get_metric_history(run_id, "epoch_seconds")]
            self._client.set_tag(run_id, "rnnlab.closed", "process died")
            self._client.set_terminated(run_id, status="KILLED", end_time=max(seen, default=run.info.start_time))
            closed.append(run_id)
        return closed

    @reported("read runs", _ERRORS)
    def records(self, *, experiment: str | None = None) -> list[Record]:
        """Return all runs, or those of one experiment, in start order; curves are not loaded."""
        records = [record_of(run, name) for run, name in self._runs(experiment=experiment)]
        return sorted(records, key=lambda record: (record.start, record.run_id))

    @reported("read experiments", _ERRORS)
    def experiment_ids(self) -> dict[str, str]:
        """Return MLflow's ids of the experiments by their names, for links into its UI."""
        return {experiment.name: experiment.experiment_id for experiment in self._experiments()}

    @reported("read curves", _ERRORS)
    def load_curves(self, record: Record, *, keys: Collection[str] | None = None) -> Record:
        """Return the record with its curves: all of them, or those in `keys`."""
        wanted = [key for key in record.metrics if keys is None or key in keys]
        curves = {key: curve_of(self._client.get_metric_history(record.run_id, key)) for key in wanted}
        return replace(record, curves=curves)

    def start_system_metrics(self, run_id: str, *, interval: float = 2.0) -> SystemMetrics:
        """Return a sampler of CPU, memory and GPUs that writes into the run until its `stop()`.

        Its steps are seconds since the run started, so that a resumed run goes on where it was.
        """
        return SystemMetrics(functools.partial(self._log_samples, run_id), interval=interval)

    @reported("start a run", _ERRORS)
    def _create_run(self, head: RunHead) -> str:
        experiment = self._experiment_id(head.experiment)
        name = head.name or self._free_name(experiment)
        return str(self._client.create_run(experiment, run_name=name, tags=first_tags(head)).info.run_id)

    @reported("record the configuration", _ERRORS)
    def _log_params(self, run_id: str, texts: Mapping[str, str]) -> None:
        for chunk in _chunks([Param(key, text) for key, text in texts.items()], _BATCH):
            self._client.log_batch(run_id, params=chunk)

    @reported("record system metrics", _ERRORS)
    def _log_samples(self, run_id: str, samples: Sequence[SystemSample]) -> None:
        start = self._client.get_run(run_id).info.start_time
        metrics = [
            Metric(key, value, sample.timestamp, max(0, sample.timestamp - start) // 1000)
            for sample in samples
            for key, value in sample.values.items()
        ]
        for chunk in _chunks(metrics, _PAGE):
            self._client.log_batch(run_id, metrics=chunk)

    def _log_values(self, run_id: str, values: Mapping[str, float], *, step: int, timestamp: int) -> None:
        finite = {key: float(value) for key, value in values.items() if math.isfinite(value)}
        metrics = [Metric(safe_key(key), value, timestamp, step) for key, value in finite.items()]
        lost = ", ".join(key for key in values if key not in finite)
        tags = [RunTag("rnnlab.not_finite", shorten(f"step {step}: {lost}", TAG_LENGTH))] if lost else []
        for chunk in _chunks(metrics, _PAGE) or [[]]:
            self._client.log_batch(run_id, metrics=chunk, tags=tags)

    def _log_file(self, run_id: str, file: Path, path: str) -> None:
        folder = Path(path).parent.as_posix()
        self._client.log_artifact(run_id, str(file), None if folder == "." else folder)

    def _experiment_id(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        if found is None:
            return self._create_experiment(name)
        if found.lifecycle_stage == "deleted":
            self._client.restore_experiment(found.experiment_id)
        return str(found.experiment_id)

    def _create_experiment(self, name: str) -> str:
        location = (self._artifacts / safe_folder(name)).as_uri() if self._artifacts else None
        try:
            return str(self._client.create_experiment(name, artifact_location=location, tags=_ML_EXPERIMENT))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            return self._experiment_id(name)  # another process was first

    def _free_name(self, experiment: str) -> str:
        while True:
            name = random_name()
            if not self._client.search_runs([experiment], f"attributes.run_name = '{name}'", max_results=1):
                return name

    def _runs(self, *, experiment: str | None = None, filter_string: str = "") -> Iterator[tuple[Any, str]]:
        names = {e.experiment_id: e.name for e in self._experiments() if experiment in (None, e.name)}
        token: str | None = None
        while names:
            page = self._client.search_runs(
                list(names), filter_string, ViewType.ACTIVE_ONLY, _PAGE, ["attributes.start_time ASC"], token
            )
            yield from ((run, names[run.info.experiment_id]) for run in page)
            token = page.token
            if not token:
                return

    def _experiments(self) -> Iterator[Experiment]:
        token: str | None = None
        while True:
            page = self._client.search_experiments(max_results=_PAGE, page_token=token)
            yield from page
            token = page.token
            if not token:
                return


def _create_database(path: Path, *, artifacts: Path) -> None:
    copied = copy_template(path)
    store = SqlAlchemyStore(f"sqlite:///{path}", artifacts.as_uri())  # type: ignore[no-untyped-call]
    store.engine.dispose()
    if not copied:
        keep_template(path)


def _chunks(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _now() -> int:
    return time.time_ns() // 1_000_000
