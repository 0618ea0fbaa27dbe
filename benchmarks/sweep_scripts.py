"""The sweeps that people write by hand: a plain Optuna loop, and KerasTuner; `benchmarks/sweep_peers.py` runs them.

Both read the table, make a model of three cells, units and a dropout rate, and fit it. The Optuna loop records nothing;
KerasTuner writes what it writes by itself: a checkpoint and a file of each trial.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np
import psutil
from hand_written import read_table

CELLS = {"simple_rnn": keras.layers.SimpleRNN, "gru": keras.layers.GRU, "lstm": keras.layers.LSTM}
LOW, HIGH = 0.0, 0.5
BATCH = 128


class Timeline(keras.callbacks.Callback):
    """Notes when trials begin, when their epochs are done, when they end, and how much memory there is then."""

    def __init__(self) -> None:
        super().__init__()
        self.trials: list[dict[str, Any]] = []

    def begin(self, values: dict[str, Any]) -> None:
        """Note that a trial begins."""
        self.trials.append({"values": values, "worker": "0", "start": time.time(), "epochs": []})

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Note an epoch with its validation."""
        self.trials[-1]["epochs"].append(time.time())

    def end(self, value: float) -> None:
        """Note that a trial is over."""
        self.trials[-1] |= {"end": time.time(), "memory": psutil.Process().memory_info().rss, "value": value}


class Forwarding(keras.callbacks.Callback):
    """Passes epochs on: KerasTuner copies the callbacks it is given, and the timeline must not be copied."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self.timeline = timeline

    def __deepcopy__(self, memo: object) -> Forwarding:
        """Return another one for the same timeline."""
        return Forwarding(self.timeline)

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Pass it on."""
        self.timeline.on_epoch_end(epoch)


class Data:
    """The sentences as ids, in the parts that are used."""

    def __init__(self, table: Path) -> None:
        texts, labels = read_table(table)
        order = np.random.default_rng(7).permutation(len(texts))
        train, validation, _ = np.split(order, [int(0.8 * len(order)), int(0.9 * len(order))])
        vectorize = keras.layers.TextVectorization(max_tokens=10000, output_sequence_length=34)
        vectorize.adapt([texts[index] for index in train])
        ids = vectorize(texts).numpy()
        self.train, self.validation = (ids[train], labels[train]), (ids[validation], labels[validation])


def make_model(cell: str, units: int, rate: float) -> keras.Model:
    """Return the compiled model of a point."""
    model = keras.Sequential(
        [
            keras.layers.Embedding(10000, 32, mask_zero=True),
            CELLS[cell](units),
            keras.layers.Dropout(rate),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def run_optuna(data: Data, points: list[dict[str, Any]], epochs: int, timeline: Timeline) -> None:
    """Search with Optuna: an objective that makes, fits and forgets a model, as Optuna's examples do."""
    import optuna

    def objective(trial: optuna.Trial) -> float:
        keras.backend.clear_session()
        cell = trial.suggest_categorical("layer", list(CELLS))
        units = trial.suggest_categorical("units", [16, 32, 64])
        rate = trial.suggest_float("rate", LOW, HIGH)
        timeline.begin(trial.params)
        fitted = make_model(cell, units, rate).fit(
            *data.train,
            batch_size=BATCH,
            epochs=epochs,
            validation_data=data.validation,
            verbose=0,
            callbacks=[timeline],
        )
        value = max(fitted.history["val_accuracy"])
        timeline.end(value)
        return float(value)

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=7))
    for point in points:
        study.enqueue_trial(point)
    study.optimize(objective, n_trials=len(points))
    print(f"best {study.best_value:.4f} {study.best_params}")


def run_keras_tuner(data: Data, points: list[dict[str, Any]], epochs: int, timeline: Timeline) -> None:
    """Search with KerasTuner's random search, whose draws are the given points."""
    import keras_tuner

    class Given(keras_tuner.oracles.RandomSearchOracle):  # type: ignore[misc]
        """Random search that draws the given points."""

        def populate_space(self, trial_id: str) -> dict[str, Any]:
            """Return the next point."""
            values = dict(points[int(trial_id)])
            return {"status": keras_tuner.engine.trial.TrialStatus.RUNNING, "values": values}

    class Told(keras_tuner.Tuner):  # type: ignore[misc]
        """A tuner that notes when its trials begin and end."""

        def on_trial_begin(self, trial: Any) -> None:
            """Note it."""
            super().on_trial_begin(trial)
            timeline.begin(dict(trial.hyperparameters.values))

        def on_trial_end(self, trial: Any) -> None:
            """Note it."""
            super().on_trial_end(trial)
            timeline.end(trial.score or 0.0)

    def build(space: keras_tuner.HyperParameters) -> keras.Model:
        cell = space.Choice("layer", list(CELLS))
        units = space.Choice("units", [16, 32, 64])
        return make_model(cell, units, space.Float("rate", LOW, HIGH))

    objective = keras_tuner.Objective("val_accuracy", "max")
    oracle = Given(objective=objective, max_trials=len(points), seed=7)
    tuner = Told(oracle=oracle, hypermodel=build, directory="tuner", overwrite=True)
    tuner.search(
        *data.train,
        batch_size=BATCH,
        epochs=epochs,
        validation_data=data.validation,
        verbose=0,
        callbacks=[Forwarding(timeline)],
    )
    print("best", tuner.get_best_hyperparameters()[0].values)


def main() -> None:
    """Search, and write the timeline."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=["optuna", "keras_tuner"])
    parser.add_argument("table", type=Path, help="movieReviewSnippets_GroundTruth.txt")
    parser.add_argument("points", type=Path, help="JSON of the points")
    parser.add_argument("timeline", type=Path, help="where to write what happened when")
    parser.add_argument("--epochs", type=int, default=2)
    given = parser.parse_args()
    keras.utils.set_random_seed(7)
    data, points, timeline = Data(given.table), json.loads(given.points.read_text("utf-8")), Timeline()
    run = run_optuna if given.peer == "optuna" else run_keras_tuner
    run(data, points, given.epochs, timeline)
    given.timeline.write_text(json.dumps(timeline.trials), encoding="utf-8")


if __name__ == "__main__":
    main()
