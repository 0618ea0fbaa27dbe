"""How fast a trained encoder-decoder decodes: `python benchmarks/decoding.py`.

1,000 sources of 8 ids, a vocabulary of 73, 128 units, random weights, so that nearly all answers are 8 ids long:
medians of some rounds, after one that compiles. The last column decodes by the training model over the growing prefix.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from rnnlab import plan_model, validate_experiment
from rnnlab.build import Inference, build_inference, build_model
from rnnlab.build.decoding import beam, greedy
from rnnlab.plan import plan_inference

SAMPLES, LENGTH, VOCABULARY, ROUNDS = 1000, 8, 73, 5
PLAIN = "{layer: dropout, rate: 0.1}"
LOOK = "{layer: attention, from: [decoder, encoder], name: look}, {layer: concatenate, from: [decoder, look]}"


def inferences(below: str) -> tuple[Inference, Inference]:
    """Return the inference of a model step by step, and over the prefix."""
    text = (
        "rnnlab: 1\nname: pair\nmodel:\n"
        f"  inputs: {{source: {{vocabulary: {VOCABULARY}}}, target: {{vocabulary: {VOCABULARY}}}}}\n"
        "  layers: [{layer: embedding, output_dim: 64, from: source}, "
        "{layer: lstm, units: 128, name: encoder, return_sequences: true}, "
        "{layer: embedding, output_dim: 64, from: target}, "
        "{layer: lstm, units: 128, name: decoder, return_sequences: true, initial_state: encoder}, "
        f"{below}, {{layer: dense, units: {VOCABULARY}, activation: softmax}}]\n"
    )
    plan = plan_model(validate_experiment(text))
    model, cut = build_model(plan), plan_inference(plan, "target")
    whole = replace(cut, mode="prefix", step=None, encoder=None, states=(), encoded={})
    return build_inference(cut, model), build_inference(whole, model)


def median_seconds(decode: Callable[[], object]) -> float:
    """Return the median seconds of some calls, after one that compiles."""
    decode()
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        decode()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def main() -> None:
    """Print a table of seconds."""
    sources = {"source": np.random.default_rng(0).integers(1, VOCABULARY, (SAMPLES, LENGTH)).astype(np.int32)}
    call = {"inputs": sources, "start": 1, "end": 2, "limit": LENGTH}
    print(f"{'decoder':<12}{'search':<10}{'step':>9}{'prefix':>9}")
    for name, below in (("lstm", PLAIN), ("attention", LOOK)):
        step, prefix = inferences(below)
        searches: dict[str, Callable[[Inference], object]] = {
            "greedy": lambda inference: greedy(inference, **call),
            "beam 4": lambda inference: beam(inference, **call, width=4),
        }
        for search, decode in searches.items():
            each = [median_seconds(partial(decode, inference)) for inference in (step, prefix)]
            print(f"{name:<12}{search:<10}{each[0]:>7.2f} s{each[1]:>7.2f} s", flush=True)


if __name__ == "__main__":
    main()
