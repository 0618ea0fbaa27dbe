import pytest

from rnnlab.errors import StoreError
from rnnlab.track.uri import database_path, mask_password, resolve_uri


def test_the_option_comes_before_the_file_the_environment_and_the_default(tmp_path):
    environment = {"MLFLOW_TRACKING_URI": "http://three"}
    assert resolve_uri("http://one", "http://two", environment=environment, folder=tmp_path) == "http://one"
    assert resolve_uri(None, "http://two", environment=environment, folder=tmp_path) == "http://two"
    assert resolve_uri(None, None, environment=environment, folder=tmp_path) == "http://three"
    assert resolve_uri(None, None, environment={}, folder=tmp_path) == f"sqlite:///{tmp_path}/mlruns/mlflow.db"


def test_a_folder_stands_for_the_sqlite_store_in_it(tmp_path):
    assert resolve_uri("runs", None, environment={}, folder=tmp_path) == f"sqlite:///{tmp_path}/runs/mlflow.db"
    assert resolve_uri("/a/b", None, environment={}, folder=tmp_path) == "sqlite:////a/b/mlflow.db"


def test_a_relative_sqlite_uri_becomes_absolute(tmp_path):
    uri = resolve_uri("sqlite:///x/mlflow.db", None, environment={}, folder=tmp_path)
    assert uri == f"sqlite:///{tmp_path}/x/mlflow.db"
    assert database_path(uri) == tmp_path / "x" / "mlflow.db"


def test_only_sqlite_uris_have_a_database_path():
    assert database_path("postgresql://u:p@host/db") is None


def test_a_path_that_sqlite_would_read_otherwise_is_refused():
    with pytest.raises(StoreError, match="free of"):
        database_path("sqlite:////a?b/mlflow.db")


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("postgresql://me:secret@host:5432/db", "postgresql://me:***@host:5432/db"),
        ("postgresql://me:se@cr:et@host/db", "postgresql://me:***@host/db"),
        ("failed at mysql://a:b@h/d and x://c:d@h/e", "failed at mysql://a:***@h/d and x://c:***@h/e"),
        ("postgresql://host/db?password=secret&sslmode=on", "postgresql://host/db?password=***&sslmode=on"),
        ("http://127.0.0.1:5000/a@b", "http://127.0.0.1:5000/a@b"),
        ("sqlite:////a/mlflow.db", "sqlite:////a/mlflow.db"),
    ],
)
def test_passwords_are_masked_and_nothing_else(uri, shown):
    assert mask_password(uri) == shown
