import hashlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rnnlab.data.downloads import fetch_file
from rnnlab.datasets import RemoteFile
from rnnlab.errors import DatasetError

CONTENT = bytes(range(256)) * 4_000


class Server(ThreadingHTTPServer):
    """Serves one file with ranges; `cut` breaks off after so many bytes."""

    cut: int | None = None
    asked: list[str | None]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.asked.append(wanted)
        start = int(re.findall(r"\d+", wanted)[0]) if wanted else 0
        if start >= len(CONTENT):
            self.send_error(416)
            return
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        self.wfile.write(CONTENT[start : self.server.cut])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    made.asked = []
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def keras_home(tmp_path, monkeypatch) -> Path:
    home = tmp_path / "keras"
    (home / "datasets").mkdir(parents=True)
    monkeypatch.setenv("KERAS_HOME", str(home))
    monkeypatch.setenv("HOME", str(tmp_path))
    return home / "datasets"


def remote(server: Server, content: bytes = CONTENT) -> RemoteFile:
    url = f"http://127.0.0.1:{server.server_address[1]}/small.npz"
    return RemoteFile("small.npz", url, f"sha256:{hashlib.sha256(content).hexdigest()}")


def test_a_file_is_fetched_once_with_progress(server, cache):
    said: list[str] = []
    path = fetch_file(remote(server), said.append)
    assert path.read_bytes() == CONTENT
    assert cache in path.parents
    assert said == ["fetching small.npz", *(f"{n:.1f} of 1.0 MB" for n in (0.3, 0.5, 0.8, 1.0))]
    assert fetch_file(remote(server), said.append) == path
    assert len(server.asked) == 1


def test_a_fetch_goes_on_where_it_stopped(server):
    server.cut = 300_000
    with pytest.raises(DatasetError) as caught:
        fetch_file(remote(server), lambda line: None)
    assert caught.value.code == "RL431"
    server.cut = None
    assert fetch_file(remote(server), lambda line: None).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=262144-"]


def test_keras_s_cache_is_read_where_it_is(server, keras_home):
    (keras_home / "small.npz").write_bytes(CONTENT)
    assert fetch_file(remote(server), lambda line: None) == keras_home / "small.npz"
    assert server.asked == []


def test_another_file_in_keras_s_cache_is_left_as_it_is(server, keras_home, cache):
    (keras_home / "small.npz").write_bytes(b"mine")
    said: list[str] = []
    assert cache in fetch_file(remote(server), said.append).parents
    assert (keras_home / "small.npz").read_bytes() == b"mine"
    assert "left as it is" in said[0]


def test_a_file_with_another_hash_is_not_used(server, cache):
    with pytest.raises(DatasetError) as caught:
        fetch_file(remote(server, b"other"), lambda line: None)
    assert caught.value.code == "RL432"
    assert [path.name for path in (cache / "files").iterdir() if path.suffix != ".lock"] == []


def test_an_address_that_cannot_be_reached_says_what_to_do(server, keras_home):
    file = RemoteFile("small.npz", "http://127.0.0.1:9/small.npz", "sha256:0")
    with pytest.raises(DatasetError) as caught:
        fetch_file(file, lambda line: None)
    assert caught.value.message == "small.npz cannot be fetched: its server cannot be reached"
    assert str(keras_home) in (caught.value.help or "")
    assert "dataset.path" in (caught.value.help or "")
