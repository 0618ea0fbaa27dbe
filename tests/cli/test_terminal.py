"""What comes from data and file names is shown, and does not command the terminal."""

import io
import json
import re

import pytest
from rich.table import Table

from rnnlab.cli import terminal
from rnnlab.cli.console import SafeConsole
from rnnlab.cli.output import print_json
from rnnlab.cli.progress import TrainingProgress
from rnnlab.source import visible

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
RED = "x\x1b[31m"


class Screen(io.StringIO):
    """A stdout that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_control_characters_but_newline_and_tab_become_escapes():
    assert visible("a\x1b[2J\x9b1m\r\x00\x7f\tb\nc é ␣") == "a\\x1b[2J\\x9b1m\\x0d\\x00\\x7f\tb\nc é ␣"


def test_an_error_shows_a_columns_name_with_escapes(rnnlab, tiny):
    tiny.table.write_text(f"{RED},label\ngood,pos\n")
    answer = rnnlab("data", "show", "tiny.yaml")
    assert answer.code == 2
    assert r"`x\x1b[31m`" in answer.err
    assert not CONTROL.search(answer.out + answer.err)
    as_json = rnnlab("data", "show", "tiny.yaml", "--json")
    assert RED in as_json.data["error"]


def test_the_name_of_a_file_that_is_read_is_shown_with_escapes(rnnlab, tiny, monkeypatch, tmp_path):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    tiny.table.rename(tiny.table.with_name("n\x1b[31m.csv"))
    answer = rnnlab("data", "show", "tiny.yaml", "--set", r'dataset.path="n\e[31m.csv"')
    assert answer.code == 0
    assert r"reading n\x1b[31m.csv" in answer.err
    assert not CONTROL.search(answer.out + answer.err)


def test_a_place_in_a_file_is_shown_with_escapes(rnnlab, tiny):
    answer = rnnlab("check", "tiny.yaml", "--set", f"dataset.path={RED}")
    assert r"dataset.path=x\x1b[31m" in answer.err
    assert not CONTROL.search(answer.err)


@pytest.mark.parametrize(("stream", "shown"), [(io.StringIO, RED), (Screen, r"x\x1b[31m")], ids=["pipe", "terminal"])
def test_csv_is_given_to_the_letter_except_on_a_terminal(monkeypatch, stream, shown):
    monkeypatch.setattr("sys.stdout", stream())
    terminal.give(f"{RED},1\n")
    assert terminal.sys.stdout.getvalue() == f"{shown},1\n"


def test_json_is_exact_and_holds_no_control_character(capsys):
    print_json({"label": "\x1b\x7f\x9b é"})
    out = capsys.readouterr().out
    assert json.loads(out) == {"label": "\x1b\x7f\x9b é"}
    assert not CONTROL.search(out)


def test_a_table_has_its_own_colours_and_no_others():
    console = SafeConsole(file=io.StringIO(), force_terminal=True, color_system="standard", width=40)
    table = Table("label", style="red")
    table.add_row("x\x1b[32m")
    console.print(table)
    told = console.file.getvalue()
    assert "\x1b[31m" in told
    assert "\x1b[32m" not in told


def test_a_sentence_above_the_bar_is_shown_with_escapes():
    console = SafeConsole(file=io.StringIO(), width=200)
    TrainingProgress(console).say(f"reading {RED}.csv")
    assert console.file.getvalue() == "reading x\\x1b[31m.csv\n"
