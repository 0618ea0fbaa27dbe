"""The SQLite file of a local store: created whole or not at all, refused at once where unusable."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from rnnlab.errors import StoreError

__all__ = ["ensure_database"]

_LOCK_SECONDS = 120
_MAGIC = b"SQLite format 3\0"


def ensure_database(database: Path, create: Callable[[Path], None]) -> None:
    """Make sure that the database is there, whole and writable.

    MLflow's own creation fails when two processes start at once, and a kill during it leaves a file that
    never opens again. So it is created under a lock, in another file that is renamed when it is complete.

    Args:
        database: the file; its folder is created when only that one is missing.
        create: writes a complete database into the path it is given.

    Raises:
        StoreError: the folder cannot be written, or the file is not an MLflow database.
    """
    folder = database.parent
    try:
        folder.mkdir(exist_ok=True)
        if not database.exists() or database.stat().st_size == 0:
            _create(database, create)
        _check(database)
    except OSError as error:
        raise StoreError(f"the store {database} cannot be used: {error.strerror or error}") from error
    for path in (folder, database):
        if not os.access(path, os.W_OK):
            raise StoreError(f"the store {database} cannot be used: {path} is read-only for this user")


def _create(database: Path, create: Callable[[Path], None]) -> None:
    try:
        with FileLock(database.with_name(f".{database.name}.lock"), timeout=_LOCK_SECONDS):
            if database.exists() and database.stat().st_size:
                return
            unfinished = database.with_name(f".{database.name}.creating")
            for left in (unfinished, unfinished.with_name(unfinished.name + "-journal")):
                left.unlink(missing_ok=True)
            create(unfinished)
            _sync(unfinished)
            unfinished.replace(database)
            _sync(database.parent)
    except Timeout as error:
        raise StoreError(
            f"another process has been creating {database} for {_LOCK_SECONDS} s; end it and start again"
        ) from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check(database: Path) -> None:
    with database.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise StoreError(f"{database} is not a SQLite database; name another folder with `--store`")
    try:
        tables = _count_tables(database, "ro")
    except sqlite3.OperationalError:  # a process was killed while it wrote: SQLite takes that back first
        try:
            tables = _count_tables(database, "rw")
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{database} cannot be read: {error}") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{database} cannot be read: {error}") from error
    if not tables:
        raise StoreError(f"{database} is a database, but not one of MLflow; name another folder with `--store`")


def _count_tables(database: Path, mode: str) -> int:
    """Return 1 where the database has the table that every one of MLflow has, else 0."""
    connection = sqlite3.connect(f"{database.as_uri()}?mode={mode}", uri=True, timeout=_LOCK_SECONDS)
    try:
        found = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    finally:
        connection.close()
    return int(found[0])
