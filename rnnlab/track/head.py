"""The tags that every run has from its first moment."""

from __future__ import annotations

from rnnlab.track.environment import installed_version, user_name
from rnnlab.track.params import TAG_LENGTH, safe_key, shorten
from rnnlab.track.process import this_process
from rnnlab.track.record import RunHead

__all__ = ["first_tags"]


def first_tags(head: RunHead) -> dict[str, str]:
    """Return the tags of a run that starts now in this process.

    They are written together with the run itself: a run is never seen without the mark of its process.
    """
    described = {
        "mlflow.source.name": "rnnlab",
        "mlflow.source.type": "LOCAL",
        "mlflow.user": user_name(),
        "mlflow.note.content": head.description,
        "mlflow.parentRunId": head.parent or "",
    }
    own = {
        "rnnlab.kind": head.kind,
        "rnnlab.version": installed_version("rnnlab") or "source",
        "rnnlab.process": this_process(),
    }
    tags = {key: text for key, text in described.items() if text} | head.tags | own
    return {safe_key(key): shorten(text, TAG_LENGTH) for key, text in tags.items()}
