"""Runs recorded in MLflow and read back: only `rnnlab.track.store` imports mlflow."""
