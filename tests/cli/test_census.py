"""docs/sweep_space.md: its files are checked, its commands print what it shows; the census as JSON."""

import re
import shlex
from pathlib import Path

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
    assert [command for command, _ in SHOWN] == ["check mistaken.yaml", "sweep cells.yaml --census"]


def test_a_census_as_json_has_every_number(rnnlab, folder):
    space = "sweep.space={model.layers.rnn.units: [8, 16, 64]}"
    census = rnnlab("sweep", "cells.yaml", "--census", "--json", "--set", space).data
    assert (census["points"], census["distinct"], census["models"], census["repeated"]) == (10_000, 3, 3, 9_997)
    assert census["fine"] + sum(each["points"] for each in census["refusals"]) == 10_000
    refused = {each["cause"]: each["example"] for each in census["refusals"]}
    assert refused == {"constraint": {"model.layers.rnn.units": 8}, "budget": {"model.layers.rnn.units": 64}}
    assert sum(each["points"] for each in census["histogram"]) == census["fine"]
    assert not (folder / "mlruns").exists()


def test_a_file_without_a_sweep_has_no_census(rnnlab, folder):
    text = (folder / "cells.yaml").read_text(encoding="utf-8")
    (folder / "alone.yaml").write_text(text[: text.index("sweep:")], encoding="utf-8")
    answer = rnnlab("sweep", "alone.yaml", "--census")
    assert (answer.code, "no `sweep:` section" in answer.err) == (2, True)
