import shutil

import pytest

from rnnlab.track.store import Store
from rnnlab.track.uri import resolve_uri


@pytest.fixture(scope="session")
def fresh_database(tmp_path_factory):
    """Return a database as `Store.open` creates it: made once, because MLflow's migrations take a second."""
    folder = tmp_path_factory.mktemp("fresh")
    Store.open(resolve_uri(None, None, environment={}, folder=folder))
    return folder / "mlruns" / "mlflow.db"


@pytest.fixture
def store(tmp_path, fresh_database):
    (tmp_path / "mlruns").mkdir()
    shutil.copyfile(fresh_database, tmp_path / "mlruns" / "mlflow.db")
    return Store.open(resolve_uri(None, None, environment={}, folder=tmp_path))
