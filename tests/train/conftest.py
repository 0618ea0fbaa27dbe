from collections.abc import Callable, Sequence
from typing import Any

import pytest


@pytest.fixture
def train() -> Callable[..., Any]:
    """Train an assembled file with a fresh learner; gives (learner, result)."""
    from rnnlab.train.fit import fit

    def run(assembled: Any, *, listeners: Sequence[Any] = (), checkpointing: Any = None) -> Any:
        learner, splits, experiment = assembled.learner(), assembled.splits, assembled.experiment
        result = fit(
            learner,
            splits.train,
            splits.validation,
            experiment.training,
            seed=experiment.seed,
            listeners=listeners,
            checkpointing=checkpointing,
        )
        return learner, result

    return run
