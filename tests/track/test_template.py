import sqlite3

import pytest

from rnnlab.track.store import Store
from rnnlab.track.uri import resolve_uri


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def _open(folder):
    folder.mkdir()
    Store.open(resolve_uri(None, None, environment={}, folder=folder))
    connection = sqlite3.connect(folder / "mlruns" / "mlflow.db")
    tables = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    places = connection.execute("SELECT experiment_id, artifact_location FROM experiments").fetchall()
    connection.close()
    return tables, places


def test_a_copied_database_is_as_mlflow_makes_it_and_belongs_to_its_own_folder(tmp_path, cache):
    made, _ = _open(tmp_path / "first")
    (template,) = (cache / "stores").iterdir()
    copied, places = _open(tmp_path / "second")
    assert copied == made
    assert places == [(0, (tmp_path / "second" / "mlruns" / "artifacts" / "0").as_uri())]

    template.write_bytes(template.read_bytes()[:5000])
    again, _ = _open(tmp_path / "third")
    assert len(again) == len(made)  # a damaged template is made anew
    assert template.stat().st_size > 5000


def test_without_a_writable_cache_a_store_is_made_all_the_same(tmp_path, cache):
    cache.write_text("no folder")
    tables, _ = _open(tmp_path / "first")
    assert tables
