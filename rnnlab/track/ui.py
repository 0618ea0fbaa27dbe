"""MLflow's own UI on a store: started for this machine only, ended with all of its processes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from typing import IO
from urllib.parse import quote

from rnnlab.errors import CallError, StoreError
from rnnlab.track.params import shorten
from rnnlab.track.uri import database_path, mask_password

__all__ = ["compare_link", "experiment_link", "run_link", "serve", "ui_command", "ui_environment"]

_HOST = "127.0.0.1"
_START_SECONDS = 120
_STOP_SECONDS = 5


def ui_command(uri: str, port: int) -> list[str]:
    """Return the command that serves the store on 127.0.0.1; `ui_environment` belongs to it."""
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "server",
        "--host",
        _HOST,
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    command += ["--allowed-hosts", f"{_HOST}:{port},localhost:{port}", "--x-frame-options", "DENY"]
    database = database_path(uri)
    if database:
        command += ["--default-artifact-root", (database.parent / "artifacts").as_uri()]
    return command


def ui_environment(uri: str) -> dict[str, str]:
    """Return the variables that `ui_command` needs; the URI is among them, to keep its password secret."""
    return {
        "MLFLOW_BACKEND_STORE_URI": uri,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_ENABLE_AI_GATEWAY": "false",
    }


def compare_link(port: int, run_ids: Sequence[str], experiment_ids: Sequence[str]) -> str:
    """Return the address of MLflow's page that compares the runs."""
    runs, experiments = (quote(json.dumps(list(ids), separators=(",", ":"))) for ids in (run_ids, experiment_ids))
    return f"http://{_HOST}:{port}/#/compare-runs?runs={runs}&experiments={experiments}"


def run_link(port: int, experiment_id: str, run_id: str) -> str:
    """Return the address of the run's page."""
    return f"http://{_HOST}:{port}/#/experiments/{experiment_id}/runs/{run_id}"


def experiment_link(port: int, experiment_id: str) -> str:
    """Return the address of the experiment's page, its charts open."""
    return f"http://{_HOST}:{port}/#/experiments/{experiment_id}/runs?compareRunsMode=CHART"


def serve(uri: str, port: int, *, say: Callable[[str], None], ready: Callable[[int], None]) -> None:
    """Serve the store until Ctrl-C or SIGTERM; call it in the main thread.

    Args:
        uri: the store.
        port: the wanted one; where it is taken, a free one is used.
        say: takes a sentence for the person.
        ready: called with the port when the UI answers.

    Raises:
        CallError: the store is a server, which has a UI of its own.
        StoreError: the UI did not start; the message has its last words.
    """
    if uri.startswith(("http://", "https://")):
        raise CallError(f"the store {mask_password(uri)} is a server with a UI of its own: open it in the browser")
    used = _free_port(port)
    if used != port:
        say(f"port {port} is taken, port {used} is used")
    with _stop_event() as stopped, tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            ui_command(uri, used),
            env=os.environ | ui_environment(uri),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            if _wait_until_it_answers(process, used, stopped, log):
                ready(used)
            while not stopped.wait(0.5):
                if process.poll() is not None:
                    raise _ended(log)
        finally:
            _end_group(process)


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except (OSError, OverflowError) as error:
                if isinstance(error, PermissionError | OverflowError):
                    raise CallError(f"port {port} cannot be used: {error}; take one from 1024 to 65535") from error
                continue
            return int(probe.getsockname()[1])
    raise StoreError(f"no port is free on {_HOST}")


@contextlib.contextmanager
def _stop_event() -> Iterator[threading.Event]:
    stopped = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_until_it_answers(
    process: subprocess.Popen[bytes], port: int, stopped: threading.Event, log: IO[bytes]
) -> bool:
    """Return whether it answers; False when it was stopped before."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    limit = time.monotonic() + _START_SECONDS
    while not stopped.wait(0.3):
        if process.poll() is not None or time.monotonic() > limit:
            raise _ended(log)
        try:
            with direct.open(f"http://{_HOST}:{port}/health", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            continue
    return False


def _ended(log: IO[bytes]) -> StoreError:
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
    return StoreError(mask_password(f"MLflow's UI does not run: {shorten(' / '.join(lines[-3:]), 600)}"))


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End the server and its workers: TERM, and KILL for what is left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
