"""An empty MLflow database in the cache: MLflow's migrations take a second or two, a copy takes none."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rnnlab.experiment.prepared import cache_root
from rnnlab.track.environment import installed_version

__all__ = ["copy_template", "keep_template"]


def copy_template(path: Path) -> bool:
    """Return whether `path` now is an empty database as this version of MLflow makes it, without any experiment."""
    template = _template()
    try:
        with _opened(template) as connection:
            whole: bool = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if whole:
            shutil.copyfile(template, path)
    except (OSError, sqlite3.Error):
        return False
    return whole


def keep_template(database: Path) -> None:
    """Keep a database that was just made as the template, without its experiment, which belongs to its folder.

    Where the cache cannot be written nothing is kept.
    """
    template = _template()
    with contextlib.suppress(OSError, sqlite3.Error):
        template.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=template.parent) as folder:
            unfinished = Path(folder) / template.name
            shutil.copyfile(database, unfinished)
            with _opened(unfinished) as connection:
                connection.execute("DELETE FROM experiments")
                connection.commit()
            unfinished.replace(template)


def _template() -> Path:
    return cache_root() / "stores" / f"mlflow-{installed_version('mlflow')}.db"


@contextlib.contextmanager
def _opened(database: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)
    try:
        yield connection
    finally:
        connection.close()
