"""docs/sweep_space.md: its files are checked, its commands print what it shows; the census as JSON."""

import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "sweep_space.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^```console\n\$ rnnlab ([^\n]*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the files of the page, where no data were prepared and no run was recorded."""
    for name, text in re.findall(r"^```yaml (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("command", "shown"), SHOWN, ids=[command for command, _ in SHOWN])
def test_the_page_shows_what_is_printed(rnnlab, folder, command, shown):
    answer = rnnlab(*shlex.split(command))
    assert (answer.out + answer.err).strip() == shown.strip()
    assert answer.code == (2 if "error[" in shown else 0)


def test_the_page_shows_a_mistake_and_a_census():
    assert [command for command, _ in SHOWN] == ["check mistaken.yaml", "sweep cells.yaml --census --no-probe"]


def test_a_census_as_json_has_every_number(rnnlab, folder):
    space = "sweep.space={model.layers.rnn.units: [8, 16, 64]}"
    census = rnnlab("sweep", "cells.yaml", "--census", "--no-probe", "--json", "--set", space).data
    assert (census["points"], census["distinct"], census["models"], census["repeated"]) == (10_000, 3, 3, 9_997)
    assert census["fine"] + sum(each["points"] for each in census["refusals"]) == 10_000
    refused = {each["cause"]: each["example"] for each in census["refusals"]}
    assert refused == {"constraint": {"model.layers.rnn.units": 8}, "budget": {"model.layers.rnn.units": 64}}
    assert sum(each["points"] for each in census["histogram"]) == census["fine"]
    assert census["seconds"] is None
    assert not (folder / "mlruns").exists()


def test_a_file_without_a_sweep_has_no_census(rnnlab, folder):
    text = (folder / "cells.yaml").read_text(encoding="utf-8")
    (folder / "alone.yaml").write_text(text[: text.index("sweep:")], encoding="utf-8")
    answer = rnnlab("sweep", "alone.yaml", "--census")
    assert (answer.code, "no `sweep:` section" in answer.err) == (2, True)


SPACE = "sweep: {trials: 4, pruner: none, space: {model.layers.rnn.units: [4, 5, 6]}}\n"


def time_of(answer):
    return answer.out[answer.out.index("time  ") :].split("\n")


@pytest.fixture
def swept(tiny, monkeypatch):
    """A sweep whose data nobody has read yet."""
    monkeypatch.setenv("RNNLAB_CACHE", str(tiny.folder / "cache"))
    tiny.extend(SPACE)
    return tiny


@pytest.mark.tensorflow
def test_a_probe_tells_the_time_and_is_kept_for_the_same_shapes_and_threads(rnnlab, swept):
    before = rnnlab("sweep", "tiny.yaml", "--census", "--no-probe")
    assert "unknown: `rnnlab sweep FILE --census` measures it" in time_of(before)[0]
    assert not (swept.folder / "cache").exists()
    probed = rnnlab("sweep", "tiny.yaml", "--census")
    assert re.match(
        r"time +about .+ s a trial, .+ s the slowest, .+ s for 4 trials by \d workers?$", time_of(probed)[0]
    )
    assert re.match(r" +3 models trained for some batches, in ", time_of(probed)[1])
    assert time_of(rnnlab("sweep", "tiny.yaml", "--census", "--no-probe")) == time_of(probed)
    for other in ("runtime.threads=3", "padding.maxlen=7", "training.batch_size=16"):
        again = rnnlab("sweep", "tiny.yaml", "--census", "--no-probe", "--set", other)
        assert "unknown" in time_of(again)[0]
    assert not (swept.folder / "mlruns").exists()


def test_where_there_is_nothing_to_probe_the_reason_stands_under_the_census(rnnlab, swept):
    (swept.folder / "tiny.csv").unlink()
    answer = rnnlab("sweep", "tiny.yaml", "--census")
    assert answer.code == 0
    assert "parameters" in answer.out
    assert "unknown: error[RL401]" in time_of(answer)[0]


@pytest.mark.tensorflow
def test_an_interrupted_probe_leaves_nothing_behind(swept):
    line = [sys.executable, "-m", "rnnlab.cli", "sweep", "tiny.yaml", "--census", "--json"]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    while not process.stderr.readline().startswith("probing "):
        assert process.poll() is None
    workers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert workers
    assert psutil.wait_procs(workers, timeout=10)[1] == []
    assert not (swept.folder / "cache" / "paces").exists()


def test_what_a_census_has_no_use_for_is_refused(rnnlab, folder):
    for options in (["--census", "--store", "x"], ["--no-probe"], ["--census", "--storage", "postgresql://x@y/z"]):
        answer = rnnlab("sweep", "cells.yaml", *options)
        assert (answer.code, "`--census`" in answer.err) == (2, True)
