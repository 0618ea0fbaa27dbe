"""What a run writes into the store: its epochs and its outcome."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from rnnlab.build import INFERENCE_FOLDER, kernels_used
from rnnlab.data import dataset_summary
from rnnlab.experiment import task_of
from rnnlab.interrupts import held
from rnnlab.plan import Plan
from rnnlab.plugging import plugins_in
from rnnlab.run.road import Trained
from rnnlab.run.scores import Scores
from rnnlab.run.written import inference_of
from rnnlab.tasks import LanguageModel, SequenceToSequence
from rnnlab.track.store import Store
from rnnlab.train.background import Background
from rnnlab.train.listener import Quiet
from rnnlab.train.result import Epoch


class Recorder(Quiet):
    """Writes every epoch that is not in the store, while the next one is trained; on leaving, all are written.

    An earlier process may have been killed before it wrote an epoch that its checkpoint has, or have written one that
    no checkpoint has, which is then trained again, to the same numbers.
    """

    def __init__(self, store: Store, run_id: str) -> None:
        self.store = store
        self.run_id = run_id
        self._background = Background("epochs")
        self._written: frozenset[int] = frozenset()

    def __enter__(self) -> Recorder:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish writing."""
        self._background.__exit__(kind, error, trace)

    def on_begin(self, epochs: int, steps: int, done: tuple[Epoch, ...], step: int) -> None:
        """Write what an earlier process did and did not write."""
        if done or step:
            self._written = self.store.written_epochs(self.run_id)
        for epoch in done:
            self.on_epoch(epoch)

    def on_epoch(self, epoch: Epoch) -> None:
        """Write the epoch."""
        if epoch.epoch not in self._written:
            self._background.do(partial(self.store.log_epoch, self.run_id, epoch))


def record_model_facts(store: Store, run_id: str, trained_on: Mapping[str, Any], plan: Plan) -> None:
    """Write what is known once the data are there: their source and counts, the model's size."""
    prints = {"rnnlab.data": str(trained_on["fingerprint"]), "rnnlab.prepared": str(trained_on["entry"])}
    store.set_tags(run_id, prints)
    store.log_text(run_id, "dataset.json", json.dumps(trained_on, indent=2, default=str))
    numbers = {"parameters": plan.parameters, "trainable_parameters": plan.trainable_parameters}
    optional = {"memory_bytes": plan.memory_bytes, "flops_per_sample": plan.flops_per_sample}
    store.log_metrics(
        run_id,
        {key: float(value) for key, value in (numbers | optional).items() if value is not None},
    )


def record_outcome(
    store: Store,
    run_id: str,
    trained: Trained,
    scores: Scores,
    baselines: Mapping[str, Mapping[str, float]],
    skill: Mapping[str, float],
) -> None:
    """Write test scores, the worst mistakes, baselines, figures and the model with its preparation."""
    # Matplotlib and Plotly wait until the training is over.
    from rnnlab.track.data_figures import data_figure
    from rnnlab.track.figures import confusion_figure, curves_figure, interactive_curves
    from rnnlab.track.forecast_figures import errors_figure, forecasts_figure

    result = trained.result
    values = {f"test_{name}": value for name, value in scores.metrics.items()}
    values |= {f"baseline_{name}_{key}": value for name, found in baselines.items() for key, value in found.items()}
    values |= {f"skill_over_{name}": value for name, value in skill.items()}
    values |= {
        "kept_epoch": float(result.kept_epoch),
        "epochs": float(len(result.history)),
        "seconds": sum(epoch.seconds for epoch in result.history),
    }
    store.log_metrics(run_id, values)
    machine = trained.machine
    store.set_tags(
        run_id,
        {
            "rnnlab.stopped_by": result.stopped_by,
            "rnnlab.threads": str(machine.threads),
            "rnnlab.devices": ", ".join(machine.devices),
            **{f"rnnlab.kernel.{name}": kernel for name, kernel in kernels_used(trained.plan).items()},
        },
    )
    store.log_figure(run_id, "figures/curves.png", curves_figure(result.history, result.kept_epoch))
    data = data_figure(dataset_summary(trained.splits))
    if data is not None:
        store.log_figure(run_id, "figures/data.png", data)
    store.log_figure(run_id, "figures/curves.html", interactive_curves(result.history, result.kept_epoch))
    if scores.confusion is not None:
        labels = trained.splits.preparation.labels
        store.log_figure(run_id, "figures/confusion.png", confusion_figure(scores.confusion, labels))
        table = {"labels": labels, "confusion": scores.confusion.tolist(), "report": scores.report}
        if scores.spans:
            table["spans"] = scores.spans
        store.log_text(run_id, "test_scores.json", json.dumps(table, indent=2))
    if scores.written:
        store.log_text(
            run_id, "test_scores.json", json.dumps({"written": scores.written}, indent=2, ensure_ascii=False)
        )
    if scores.forecasts is not None:
        store.log_figure(run_id, "figures/forecasts.png", forecasts_figure(scores.forecasts))
        store.log_figure(run_id, "figures/errors_by_step.png", errors_figure(scores.forecasts))
        by_step = dict(zip(scores.forecasts.names, scores.forecasts.errors.T.tolist(), strict=True))
        store.log_text(run_id, "test_scores.json", json.dumps({"mean_absolute_error_by_step": by_step}, indent=2))
    if scores.mistakes:
        store.log_table(run_id, "test_mistakes.json", scores.mistakes)
    with held(), tempfile.TemporaryDirectory() as folder:
        save_preparation(trained, Path(folder))
        store.log_model(run_id, trained.learner.twin, preparation_folder=Path(folder), step=result.kept_epoch)


def save_preparation(trained: Trained, folder: Path) -> None:
    """Write what `predict` and `evaluate` need beside the model: preparation, reading of outputs, plugins."""
    trained.splits.preparation.save(folder)
    plugins = [plugin.to_data() for plugin in plugins_in(trained.experiment.model)]
    if plugins:
        (folder / "plugins.json").write_text(json.dumps(plugins, indent=2), encoding="utf-8")
    head = trained.learner.objective.head
    task = task_of(trained.experiment)
    if isinstance(task, SequenceToSequence | LanguageModel):
        inference_of(trained.learner, trained.plan).save(folder / INFERENCE_FOLDER)
    data = {
        "version": 2,
        "kind": head.kind,
        "task": head.task,
        "target": head.target,
        "loss": head.loss.model_dump(mode="json"),
        "metrics": list(head.metrics),
        "from_logits": head.from_logits,
        "per": head.per,
        "numbers": head.numbers,
        "reads": head.reads,
        "carried": trained.learner.stateful,
        "forecast": asdict(head.forecast) if head.forecast else None,
        "decode": task.decode.model_dump(mode="json") if isinstance(task, SequenceToSequence) else None,
        "dtype": head.dtype,
    }
    (folder / "head.json").write_text(json.dumps(data, indent=2), encoding="utf-8")
