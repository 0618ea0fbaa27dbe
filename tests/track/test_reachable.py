import http.server
import socket
import threading
import time

import pytest

from rnnlab.errors import StoreError
from rnnlab.track.reachable import check_reachable
from rnnlab.track.store import Store


@pytest.fixture
def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_server_that_is_not_there_is_told_at_once(closed_port):
    before = time.monotonic()
    with pytest.raises(StoreError, match="cannot reach the store http"):
        Store.open(f"http://127.0.0.1:{closed_port}")
    assert time.monotonic() - before < 10


def test_a_database_that_cannot_be_reached_is_one_line_without_the_password(closed_port):
    with pytest.raises(StoreError) as raised:
        Store.open(f"postgresql://me:secret@127.0.0.1:{closed_port}/db")
    assert "me:***@127.0.0.1" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_any_answer_counts_as_reached():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        check_reachable(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()
