"""Time of a training step: stock Keras layers against the same layers computing through rnnlab's kernels.

    python -m benchmarks.kernels [W1 W2 …] [--rounds 5] [--mask]

The variants take turns within one process, so that what else the machine does meets them all; medians of the steps, and
their ratio, of the time that passed and of the processors' time: on a machine that others use too, a second thread may
get no core. Both run as rnnlab trains: a compiled step, Adam, the true (dense) gradient of the embedding.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from rnnlab.build.kernels import use_kernels

LENGTHS = 178, 0.763  # median and spread of the logarithm: the lengths of IMDB's reviews


@dataclass(frozen=True)
class Workload:
    """A model and the shape of its batches.

    Attributes:
        layers: (layer, units, gives sequences).
        vocabulary: rows of the embedding; 0 where the inputs are numbers.
        outputs: of the head; 0 for none.
        padded: the lengths are IMDB's, padded in front.
    """

    timesteps: int
    batch: int
    vocabulary: int
    features: int
    layers: tuple[tuple[str, int, bool], ...]
    outputs: int
    padded: bool = False
    bias: bool = True


WORKLOADS = {
    "W1": Workload(500, 128, 10_000, 32, (("SimpleRNN", 32, False),), 1, padded=True),
    "W2": Workload(500, 128, 10_000, 32, (("LSTM", 32, False),), 1, padded=True),
    "W3": Workload(100, 64, 1000, 64, (("LSTM", 128, False),), 10),
    "W4": Workload(100, 64, 1000, 64, (("GRU", 256, True), ("SimpleRNN", 128, False)), 10),
    "W5": Workload(500, 128, 10_000, 32, (*(("SimpleRNN", 32, True),) * 3, ("SimpleRNN", 32, False)), 1, padded=True),
    "W6": Workload(5, 32, 0, 10, (("LSTM", 1000, True),), 0, bias=False),
    "W7": Workload(100, 64, 96, 64, (("GRU", 512, True),), 96),
}


def make_batches(work: Workload, count: int) -> list[tuple[Any, Any]]:
    """Return batches of inputs and targets."""
    draw = np.random.default_rng(1)
    return [_batch(work, draw) for _ in range(count)]


def _batch(work: Workload, draw: np.random.Generator) -> tuple[Any, Any]:
    shape = (work.batch, work.timesteps)
    if not work.vocabulary:
        inputs = draw.normal(size=(*shape, work.features)).astype(np.float32)
        return tf.constant(inputs), tf.constant(draw.normal(size=(*shape, 1000)).astype(np.float32))
    ids = 1 + (draw.pareto(1.0, shape) * 20).astype(np.int32) % (work.vocabulary - 1)
    if work.padded:
        lengths = np.clip(np.exp(draw.normal(np.log(LENGTHS[0]), LENGTHS[1], work.batch)), 10, work.timesteps)
        ids[np.arange(work.timesteps) < work.timesteps - lengths[:, None]] = 0
    if work.outputs == 1:
        return tf.constant(ids), tf.constant(draw.integers(0, 2, (work.batch, 1)).astype(np.float32))
    targets = draw.integers(0, work.outputs, shape if work.layers[-1][2] else shape[:1])
    return tf.constant(ids), tf.constant(targets)


def make_step(work: Workload, *, fast: bool, mask: bool) -> tuple[Callable[[Any, Any], Any], keras.Model]:
    """Return a compiled training step and its model."""
    keras.utils.set_random_seed(3)
    read = keras.Input((work.timesteps,) if work.vocabulary else (work.timesteps, work.features),
                       dtype="int32" if work.vocabulary else "float32")  # fmt: skip
    flow = keras.layers.Embedding(work.vocabulary, work.features, mask_zero=mask)(read) if work.vocabulary else read
    for name, units, sequences in work.layers:
        flow = getattr(keras.layers, name)(units, return_sequences=sequences, use_bias=work.bias)(flow)
    if work.outputs:
        flow = keras.layers.Dense(work.outputs, activation="sigmoid" if work.outputs == 1 else None)(flow)
    model = keras.Model(read, flow)
    for layer in model.layers:
        if fast and isinstance(layer, (keras.layers.RNN, keras.layers.Embedding)):
            use_kernels(layer)
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    loss_of = _loss(work)

    @tf.function(jit_compile=False)
    def step(inputs: Any, target: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(target, model(inputs, training=True))
        found = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
        optimizer.apply([tf.convert_to_tensor(each) for each in found], model.trainable_variables)
        return loss

    return step, model


def _loss(work: Workload) -> Any:
    if not work.outputs:
        return keras.losses.MeanSquaredError()
    if work.outputs == 1:
        return keras.losses.BinaryCrossentropy()
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def measure(name: str, *, rounds: int, mask: bool, steps: int = 4) -> dict[str, tuple[float, float]]:
    """Return the median seconds of a step by variant: passed, and of all processors."""
    work = WORKLOADS[name]
    batches = make_batches(work, steps)
    variants = {"keras": make_step(work, fast=False, mask=mask)[0], "numba": make_step(work, fast=True, mask=mask)[0]}
    taken: dict[str, list[tuple[float, float]]] = {variant: [] for variant in variants}
    for step in variants.values():
        step(*batches[0])
    for _ in range(rounds):
        for variant, step in variants.items():
            for batch in batches:
                start, worked = time.perf_counter(), time.process_time()
                float(step(*batch))
                taken[variant].append((time.perf_counter() - start, time.process_time() - worked))
    return {variant: _medians(times) for variant, times in taken.items()}


def _medians(times: Sequence[tuple[float, float]]) -> tuple[float, float]:
    passed, worked = zip(*times, strict=True)
    return statistics.median(passed), statistics.median(worked)


def main() -> None:
    """Print one line for each workload."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mask", action="store_true")
    given = parser.parse_args()
    for name in given.workloads:
        found = measure(name, rounds=given.rounds, mask=given.mask)
        times = "  ".join(f"{variant} {1000 * seconds[0]:.1f} ms" for variant, seconds in found.items())
        passed, worked = (found["keras"][place] / found["numba"][place] for place in (0, 1))
        label = f"{name} masked" if given.mask else name
        print(f"{label}  {times}  {passed:.2f}x  of the processors' time {worked:.2f}x", flush=True)


if __name__ == "__main__":
    main()
