import pytest

from rnnlab.track.store import Store
from rnnlab.track.uri import resolve_uri


@pytest.fixture
def store(tmp_path):
    return Store.open(resolve_uri(None, None, environment={}, folder=tmp_path))
