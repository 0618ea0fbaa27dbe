"""What must hold of every run's mistakes, whatever it learnt."""

import json
from pathlib import Path
from typing import Any

import pytest


def check_own_test(outcome: Any, *, rel: float = 1e-4) -> list[dict[str, Any]]:
    """Return the mistakes of a run, which are recorded, and found again with the scores on its own test split.

    Where it makes none, nothing is recorded.
    """
    from rnnlab.prediction import evaluate
    from rnnlab.prediction.predict import find_model

    found = evaluate(outcome.run_id, store=outcome.store)
    for name, value in found.metrics.items():
        assert value == pytest.approx(outcome.scores.metrics[name], rel=rel, abs=1e-5), name
    _, record = find_model(outcome.run_id, store=outcome.store)
    paths = list(Path(record.artifact_folder).rglob("test_mistakes.json"))
    if not outcome.scores.mistakes:
        assert paths == []
        assert found.mistakes.empty
        return []
    (path,) = paths
    table = json.loads(path.read_text(encoding="utf-8"))
    recorded = [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]
    assert record.tags["mlflow.loggedArtifacts"] == '[{"path": "test_mistakes.json", "type": "table"}]'
    assert 0 < len(recorded) <= 20
    again = found.mistakes.to_dict(orient="records")
    assert len(again) == len(recorded)
    for one, two in zip(recorded, again, strict=True):
        assert one == {key: pytest.approx(value, rel=5e-3, abs=1e-4) if isinstance(value, float) else value
                       for key, value in two.items()}  # fmt: skip
    return recorded
