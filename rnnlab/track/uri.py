"""Which store is used, and how its address is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from rnnlab.errors import StoreError

__all__ = ["database_path", "mask_password", "resolve_uri"]

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:")
_SQLITE = re.compile(r"^sqlite(\+\w+)?:///")
_USER_AND_PASSWORD = re.compile(r"(://[^/\s:@]*):[^/\s]*@")
_PASSWORD_OPTION = re.compile(r"([?&;](?:\w*password|\w*token|\w*secret)=)[^&;\s]*", re.IGNORECASE)


def resolve_uri(option: str | None, tracking: str | None, *, environment: Mapping[str, str], folder: Path) -> str:
    """Return the URI of the store, absolute.

    A plain path stands for the SQLite store in that folder, as `mlruns` does.

    Args:
        option: `--store` of the command line; comes first.
        tracking: `tracking.uri` of the file; comes second.
        environment: MLFLOW_TRACKING_URI in it comes third.
        folder: the current folder; `mlruns/mlflow.db` in it comes last.
    """
    asked = option or tracking or environment.get("MLFLOW_TRACKING_URI") or "mlruns"
    local = _SQLITE.match(asked)
    if local:
        return "sqlite:///" + str((folder / asked[local.end() :]).absolute())
    if _SCHEME.match(asked):
        return asked
    return "sqlite:///" + str((folder / Path(asked).expanduser()).absolute() / "mlflow.db")


def database_path(uri: str) -> Path | None:
    """Return the file of a SQLite store, or None where the store is something else.

    Raises:
        StoreError: SQLite or MLflow would read the path as another one.
    """
    local = _SQLITE.match(uri)
    if not local:
        return None
    path = uri[local.end() :]
    if not path or set(path) & set("?#%"):
        raise StoreError(f"the store {uri} cannot be used: its path must be named and be free of `?`, `#` and `%`")
    return Path(path).absolute()


def mask_password(text: str) -> str:
    """Return a URI, or a text with URIs in it, with every password replaced by ***."""
    return _PASSWORD_OPTION.sub(r"\1***", _USER_AND_PASSWORD.sub(r"\1:***@", text))
