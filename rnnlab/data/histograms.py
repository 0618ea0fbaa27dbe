"""Counts by ranges: of lengths, and of numbers that are predicted; the same ranges for all splits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.profile import Lengths

BINS = 20


def length_histogram(lengths: Mapping[str, Lengths]) -> dict[str, Any]:
    """Return the histogram of lengths by split, in ranges of whole numbers, each equally wide."""
    longest = max(max(counts) for counts in lengths.values())
    shortest = min(min(counts) for counts in lengths.values())
    width = -(-(longest - shortest + 1) // BINS)
    edges = list(range(shortest, longest + 1, width))
    edges.append(edges[-1] + width)
    counts = {
        split: np.histogram(list(found), edges, weights=list(found.values()))[0].astype(np.int64).tolist()
        for split, found in lengths.items()
    }
    return {"edges": edges, "counts": counts}


def histogram(numbers: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the histogram of numbers by split: `edges`, one more than there are ranges, and `counts`."""
    edges = np.histogram_bin_edges(np.concatenate(list(numbers.values())).astype(np.float64), BINS)
    counts = {split: np.histogram(found, edges)[0].tolist() for split, found in numbers.items()}
    return {"edges": edges.tolist(), "counts": counts}
