import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest

from rnnlab.errors import CallError
from rnnlab.track.ui import compare_link, experiment_link, run_link, serve, ui_command, ui_environment

_SERVE = (
    "import sys\nfrom rnnlab.track.ui import serve\n"
    "say = lambda text: print(text, flush=True)\n"
    "serve(sys.argv[1], int(sys.argv[2]), say=say, ready=say)"
)


def test_no_password_stands_in_the_command():
    uri = "postgresql://me:secret@host/db"
    assert not any("secret" in word for word in ui_command(uri, 5000))
    assert ui_environment(uri)["MLFLOW_BACKEND_STORE_URI"] == uri


def test_only_this_machine_is_served_by_one_worker():
    command = " ".join(ui_command("sqlite:////a/mlflow.db", 5001))
    assert "--host 127.0.0.1 --port 5001 --workers 1" in command
    assert "--allowed-hosts 127.0.0.1:5001,localhost:5001" in command


def test_the_compare_link_holds_runs_and_experiments_as_json():
    page = urlsplit(compare_link(5000, ["a1", "b2"], ["3"])).fragment
    query = parse_qs(urlsplit(page).query)
    assert page.startswith("/compare-runs?")
    assert json.loads(query["runs"][0]) == ["a1", "b2"]
    assert json.loads(query["experiments"][0]) == ["3"]


def test_runs_and_experiments_have_pages():
    assert run_link(5000, "3", "a1") == "http://127.0.0.1:5000/#/experiments/3/runs/a1"
    assert experiment_link(5000, "3").startswith("http://127.0.0.1:5000/#/experiments/3/runs?")


def test_a_server_is_not_served_again():
    with pytest.raises(CallError, match=r"http://me:\*\*\*@host"):
        serve("http://me:secret@host", 5000, say=print, ready=print)


def test_an_impossible_port_is_refused():
    with pytest.raises(CallError, match="70000"):
        serve("sqlite:////a/mlflow.db", 70000, say=print, ready=print)


def _status(request):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_the_ui_answers_here_only_and_ends_with_all_its_processes(store):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = taken.getsockname()[1]
        command = [sys.executable, "-c", _SERVE, store.uri, str(wanted)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ.copy()) as process:
            said, port = process.stdout.readline(), int(process.stdout.readline())
            children = psutil.Process(process.pid).children(recursive=True)
            page = f"http://127.0.0.1:{port}/"
            statuses = [
                _status(page),
                _status(urllib.request.Request(page, headers={"Host": "evil.example"})),
            ]
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    assert said == f"port {wanted} is taken, port {port} is used\n"
    assert statuses == [200, 403]
    assert process.returncode == 0
    assert children
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
