"""The `tracking` section: where runs are recorded."""

from __future__ import annotations

from rnnlab.spec import Spec


class Tracking(Spec):
    """Where runs are recorded."""

    uri: str | None = None
    """MLflow tracking URI. `--store` comes before it; MLFLOW_TRACKING_URI and the SQLite store in `mlruns/` of the
    current folder after it. Passwords belong into the environment, not here."""
