"""The script that a reader of the Keras guides writes: Sequential, compile, fit."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
from gate import Gate, asked
from keras import layers
from workloads import Workload, read_data

CELLS = {"simple_rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}


def make_model(work: Workload, *, mask: bool) -> keras.Model:
    """Return the compiled model."""
    model = keras.Sequential()
    if work.vocabulary:
        model.add(keras.Input((work.timesteps,)))
        model.add(layers.Embedding(work.vocabulary, work.features, mask_zero=mask))
    else:
        model.add(keras.Input((work.timesteps, work.features)))
    for place, (cell, units) in enumerate(work.layers):
        sequences = work.sequences or place < len(work.layers) - 1
        model.add(CELLS[cell](units, return_sequences=sequences, use_bias=work.bias))
    if work.dropout:
        model.add(layers.Dropout(work.dropout))
    if not work.vocabulary:
        model.add(layers.Dense(work.outputs))
        model.compile("adam", "mse")
    elif work.outputs == 1:
        model.add(layers.Dense(1, activation="sigmoid"))
        model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    else:
        model.add(layers.Dense(work.outputs, activation="softmax"))
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


class Told(keras.callbacks.Callback):
    """Tells the gate."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self.gate = gate

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        """Hear of a step."""
        self.gate.step()

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Hear of an epoch."""
        self.gate.epoch()


def main() -> None:
    """Train until nobody asks for more."""
    gate, given = Gate(), asked()
    keras.utils.set_random_seed(3)
    work = Workload.from_data(given["workload"])
    (inputs, targets), validation = read_data(work, given["data"])
    model = make_model(work, mask=given["mask"])
    model.fit(
        inputs, targets, batch_size=work.batch, epochs=10**6, validation_data=validation, verbose=0,
        callbacks=[Told(gate)],
    )  # fmt: skip


if __name__ == "__main__":
    main()
