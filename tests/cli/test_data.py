"""`rnnlab data`: what a person sees, in a pipe as on a terminal, and what a program reads."""

import io
import os

import pytest
from rich.console import Console

from rnnlab.cli.bars import bar, clean, share

ESCAPE = "\x1b"


def test_show_says_everything_in_a_pipe_without_colours(rnnlab, tiny, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    out = rnnlab("data", "show", "tiny.yaml").out
    assert ESCAPE not in out
    assert all(line == line.rstrip() and len(line) <= 120 for line in out.splitlines())
    titles = [line for line in out.splitlines() if line and not line.startswith(" ")]
    assert titles == [
        "data",
        "splits",
        "classes",
        "input text",
        "lengths of text in train, before padding",
        "what each maxlen would cost text in train",
        "padding in an epoch",
        "samples of train, as the network reads them",
        "warnings",
    ]
    assert "`bucket: true`" in out
    assert "p95" in out
    assert "this file" in out
    assert "x padding" in out
    assert "[UNK]" in out


def test_show_has_colours_on_a_terminal(rnnlab, tiny):
    from rnnlab.cli.data_show import sections

    data = rnnlab("data", "show", "tiny.yaml", "--json").data
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    for _, part in sections(data, data["shown"]):
        console.print(part)
    assert ESCAPE in console.file.getvalue()


def test_show_json_has_what_is_shown_and_more(rnnlab, tiny):
    data = rnnlab("data", "show", "tiny.yaml", "--json", "--samples", "2").data
    assert len(data["shown"]) == 2
    text = data["inputs"]["text"]
    assert sum(text["lengths"]["counts"]["train"]) == data["samples"]["train"] == 96
    assert [each["timesteps"] for each in text["maxlens"] if each["chosen"]] == [8]
    assert data["warnings"] == []


def test_strict_data_are_shown_and_then_refused(rnnlab, tiny):
    settings = ("--set", "dataset.strict=true", "--set", "text.vocabulary=1000")
    answer = rnnlab("data", "show", "tiny.yaml", *settings)
    assert answer.code == 2
    assert answer.err.splitlines()[-4].startswith("error[RL460]")
    assert "warnings\n  vocabulary" in answer.out
    assert rnnlab("plan", "tiny.yaml", "--data", *settings).code == 2


@pytest.mark.parametrize("name", ["data.png", "data.html"])
def test_show_draws_a_picture(rnnlab, tiny, name):
    assert rnnlab("data", "show", "tiny.yaml", "--figure", name).code == 0
    assert os.path.getsize(name) > 1000


@pytest.mark.parametrize("name", ["data.pdf", "nowhere/data.png"])
def test_a_picture_that_cannot_be_drawn_is_refused(rnnlab, tiny, name):
    assert rnnlab("data", "show", "tiny.yaml", "--figure", name).code == 2


def test_show_numbers_and_arrays(rnnlab, tiny):
    arrays = "dataset={kind: arrays, path: series.npz, per: timestep}"
    settings = (arrays, "text=null", "padding=null", "task={kind: regression}")
    answer = rnnlab("data", "show", "tiny.yaml", *(word for each in settings for word in ("--set", each)))
    assert answer.code == 0
    assert "columns of x in train, unscaled" in answer.out
    assert "x[1]" in answer.out
    assert "→ y" in answer.out


def test_list_is_a_table_that_says_what_is_cached(rnnlab, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path))
    assert {entry["cached"] for entry in rnnlab("data", "list", "--json").data} == {False}
    lines = rnnlab("data", "list").out.splitlines()
    assert lines[0].split()[:4] == ["name", "cached", "download", "targets"]
    assert any(line.startswith("movie-snippets") and " no " in line for line in lines)


def test_bars_and_shares_show_what_is_little():
    assert bar(1, 4) == "████"
    assert bar(0.5, 4) == "██"
    assert bar(1e-9, 4) == "▏"
    assert bar(0, 4) == ""
    assert (share(0), share(0.0001), share(0.5), share(None)) == ("0.0 %", "< 0.1 %", "50.0 %", "")


def test_a_text_commands_no_terminal():
    assert clean("a\x1b[31mb\nc\u202e") == "a␣[31mb␣c␣"
