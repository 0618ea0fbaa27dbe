"""The plan of a saved model, made again from what its run recorded, and parts of the model built from it."""

from __future__ import annotations

import keras

from rnnlab.build import build_model, copy_layers
from rnnlab.errors import StoreError
from rnnlab.experiment import Experiment, validate_document
from rnnlab.plan import Plan, plan_model
from rnnlab.prediction.model import SavedModel
from rnnlab.source import Source, parse
from rnnlab.track.record import Record
from rnnlab.track.store import Store

FILE = "experiment.resolved.yaml"


def read_plan(store: Store, record: Record, saved: SavedModel) -> tuple[Experiment, Plan]:
    """Return (experiment, plan) of a run's model.

    Raises:
        StoreError: the run's file is missing or damaged.
        InvalidExperimentError: this version of rnnlab refuses the file.
    """
    experiment = read_experiment(store, record)
    return experiment, plan_model(experiment, saved.preparation.facts)


def read_experiment(store: Store, record: Record) -> Experiment:
    """Return the experiment of a run.

    Raises:
        StoreError: the run's file is missing or damaged.
        InvalidExperimentError: this version of rnnlab refuses the file.
    """
    parsed = parse(Source(f"{record.name}/{FILE}", store.read_text(record, FILE)))
    if parsed.document is None:
        raise StoreError(f"the artifact {FILE} of {record.name} is damaged")
    return validate_document(parsed.document)


def rebuild(plan: Plan, saved: SavedModel) -> keras.Model:
    """Return the model of a plan derived from a saved model's, with its weights.

    Raises:
        PlanMismatchError: the saved model has other weights (RL501, RL503).
    """
    model = build_model(plan)
    copy_layers(saved.model, model)
    return model
