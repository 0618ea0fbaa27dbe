from collections.abc import Callable, Iterator
from typing import Any

import pytest

SWEEP = """\
sweep:
  objective: {metric: val_loss}
  trials: 9
  sampler: {kind: grid, seed: 1}
  pruner: {kind: median, n_startup_trials: 1, n_warmup_steps: 0}
  space:
    optimizer.learning_rate: [0.004, 0.02, 1e-9]
"""


class Kept:
    """A local executor that stays warm from sweep to sweep."""

    def __init__(self, executor: Any) -> None:
        self.executor = executor

    def __getattr__(self, name: str) -> Any:
        return getattr(self.executor, name)

    def close(self) -> None:
        """Leave the worker to the next sweep."""


@pytest.fixture(scope="session")
def executor() -> Iterator[Kept]:
    from rnnlab.sweep.local import LocalExecutor

    local = LocalExecutor()
    yield Kept(local)
    local.close()


@pytest.fixture(scope="session")
def sweep_of(executor: Kept) -> Callable[..., Any]:
    """Run the sweep of a small experiment in the worker that all these tests share."""

    def run(tiny: Any, text: str, *overrides: str, **options: Any) -> Any:
        from rnnlab import run_sweep

        tiny.extend(text)
        return run_sweep(tiny.file, overrides=overrides, store=tiny.store, **{"executor": executor} | options)

    return run


@pytest.fixture(scope="session")
def records() -> Callable[[Any], list[Any]]:
    def read(tiny: Any) -> list[Any]:
        from rnnlab.track.store import Store

        store = Store.open(f"sqlite:///{tiny.folder / 'mlruns' / 'mlflow.db'}")
        return [store.load_curves(record) for record in store.records()]

    return read


@pytest.fixture(scope="session")
def grid() -> str:
    return SWEEP
