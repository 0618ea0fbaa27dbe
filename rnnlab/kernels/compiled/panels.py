"""Weights and outputs between Keras's layout and that of the kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnlab.kernels.compiled.vector import address, copy, load, store
from rnnlab.kernels.constants import BYTES, LANES


def pack_columns(weights: Any, units: Any, width: Any, first: Any, last: Any, out: Any) -> None:
    """Fill panels (G·width/16, I, 16), those from `first` to `last`, with weights (I, G·U)."""
    for panel in range(first, last):
        block, j = divmod(panel * LANES, width)
        count, start = max(0, min(LANES, units - j)), block * units + j
        source, target = address(weights) + BYTES * start, address(out) + BYTES * panel * weights.shape[0] * LANES
        for i in range(weights.shape[0]):
            here = source + BYTES * i * weights.shape[1]
            if count == LANES:
                store(target, i * LANES, load(here, 0))
                continue
            copy(here, target + BYTES * i * LANES, count)
            out[panel, i, count:] = np.float32(0)


def pack_rows(weights: Any, units: Any, width: Any, first: Any, last: Any, out: Any) -> None:
    """Fill panels (I'/16, G·width, 16), those from `first` to `last`, with the transpose of weights (I, G·U).

    I' is I filled up to sixteens.
    """
    wide = weights.shape[1]
    for panel in range(first, last):
        count = max(0, min(LANES, weights.shape[0] - panel * LANES))
        for block in range(wide // units):
            for j in range(width):
                row = out[panel, block * width + j]
                for lane in range(LANES):
                    inside = lane < count and j < units
                    row[lane] = weights[panel * LANES + lane, block * units + j] if inside else np.float32(0)


def show_outputs(h: Any, shows: Any, first: Any, last: Any, sequences: Any, out: Any) -> None:
    """Fill the outputs (B, T, U) of samples `first` to `last`, or (B, 1, U), the last ones."""
    units = out.shape[2]
    for row in range(first, last):
        for place in range(out.shape[1]):
            state = shows[row, place if sequences else shows.shape[1] - 1]
            for j in range(units):
                out[row, place, j] = h[state, j] if state >= 0 else np.float32(0)


def show_prefix(h: Any, shows: Any, samples: Any, prefix: Any, out: Any) -> None:
    """Fill the first outputs of samples, those that they share: (B,) how many, in the order of the samples given."""
    for place in range(samples.size):
        for t in range(prefix[place]):
            source = address(h) + BYTES * h.shape[1] * np.int64(shows[samples[place], t])
            copy(source, address(out) + BYTES * out.shape[2] * (samples[place] * out.shape[1] + t), out.shape[2])


def gather_outputs(d_outputs: Any, shows: Any, first: Any, last: Any, lowest: Any, behind: Any, out: Any) -> None:
    """Add the gradients of the outputs (B, T, U) of some samples to those of the states that they were.

    Only states from `lowest` on and before `behind` are looked at.
    """
    units = d_outputs.shape[2]
    for row in range(first, last):
        for place in range(shows.shape[1]):
            state = shows[row, place]
            if lowest <= state < behind:
                for j in range(units):
                    out[state, j] += d_outputs[row, place, j]
