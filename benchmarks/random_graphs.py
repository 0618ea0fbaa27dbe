"""Build N random graphs and compare them with their plans: `python benchmarks/random_graphs.py 300`.

The test suite does the same with 25. Prints each file that differs, and exits with 1.
"""

import sys
import time
import traceback
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.build.graphs import check_graph, random_graph


def main(number: int, first: int = 1000) -> int:
    """Return 1 where a graph is not built as planned, else 0."""
    kinds: Counter[str] = Counter()
    wrong = 0
    start = time.monotonic()
    for seed in range(first, first + number):
        text = random_graph(seed)
        try:
            kinds.update(layer.layer for layer in check_graph(text).layers)
        except Exception:  # every kind of failure is what this looks for
            wrong += 1
            print(f"seed {seed}\n{text}{traceback.format_exc(limit=-3)}", flush=True)
    print(f"{number} graphs, {wrong} wrong, {time.monotonic() - start:.0f} s; layers: {dict(kinds.most_common())}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
