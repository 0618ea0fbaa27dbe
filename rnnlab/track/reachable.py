"""Whether a remote store answers at all: asked once and soon, where MLflow would try for minutes."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from urllib.parse import urlsplit, urlunsplit

import sqlalchemy
from sqlalchemy.exc import SQLAlchemyError

from rnnlab.errors import StoreError
from rnnlab.track.reporting import store_error

__all__ = ["check_reachable"]

_SECONDS = 10
_DATABASES = ("postgresql", "mysql", "mssql")


def check_reachable(uri: str) -> None:
    """Raise a StoreError where nothing answers at the address; all else is for MLflow to say."""
    scheme = urlsplit(uri).scheme
    if scheme in ("http", "https"):
        _check_server(uri)
    elif scheme.partition("+")[0] in _DATABASES:
        _check_database(uri)


def _check_server(uri: str) -> None:
    parts = urlsplit(uri)
    address = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))  # urllib takes a user for the host
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS):
            return
    except urllib.error.HTTPError:
        return  # it answered
    except (OSError, ValueError) as error:
        if not isinstance(getattr(error, "reason", None), ssl.SSLError):
            raise _not_reached(uri, error) from error


def _check_database(uri: str) -> None:
    try:
        engine = sqlalchemy.create_engine(uri)
        engine.connect().close()
        engine.dispose()
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise _not_reached(uri, error) from error


def _not_reached(uri: str, error: Exception) -> StoreError:
    return store_error(f"cannot reach the store {uri}", error)
