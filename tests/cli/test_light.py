"""The commands that train nothing: help, check, plan, data, schema, explain, and every refusal."""

import re
import subprocess
import sys

import pytest

COMMANDS = [
    "check",
    "plan",
    "probe",
    "run",
    "sweep",
    "compare",
    "predict",
    "evaluate",
    "sample",
    "export",
    "ui",
    "schema",
    "explain",
]
GROUPED = ["data list", "data fetch", "data show", "plugin check"]


@pytest.mark.parametrize("command", [*COMMANDS, *GROUPED, "data", "plugin"])
def test_every_command_has_a_help_that_says_what_it_does(rnnlab, command):
    answer = rnnlab(*command.split(), "--help")
    assert answer.code == 0
    usage, purpose, *_ = [part.strip() for part in answer.out.strip().split("\n\n")]
    assert usage.startswith("Usage: rnnlab")
    assert re.match(r"[A-Z].*[.:]", purpose, re.DOTALL), purpose


def test_the_help_names_every_command(rnnlab):
    answer = rnnlab("--help")
    named = re.findall(r"^  (\w+) ", answer.out.partition("Commands:")[2].partition("Start with")[0], re.MULTILINE)
    assert sorted(named) == sorted([*COMMANDS, "data", "plugin"])


def test_the_version_is_told(rnnlab):
    import rnnlab as package

    answer = rnnlab("--version")
    assert (answer.code, answer.out) == (0, f"rnnlab {package.__version__}\n")


@pytest.mark.parametrize("arguments", [["frobnicate"], ["check"], ["run", "--frobnicate", "x.yaml"]])
def test_a_call_that_is_no_command_is_refused_with_2(rnnlab, arguments):
    answer = rnnlab(*arguments)
    assert answer.code == 2
    assert "Usage: rnnlab" in answer.err
    assert answer.out == ""


def test_a_good_file_is_checked_in_one_line(rnnlab, tiny):
    answer = rnnlab("check", "tiny.yaml")
    assert answer.code == 0
    assert answer.out == "tiny.yaml: ok, 4 layers, 349 parameters\n"
    assert answer.err == ""


def test_check_json_is_json_whatever_it_finds(rnnlab, tiny):
    assert rnnlab("check", "tiny.yaml", "--json").data == {"ok": True, "parameters": 349, "diagnostics": []}
    answer = rnnlab("check", tiny.extend("speed: 3\n"), "--json")
    assert answer.code == 2
    assert answer.err == ""
    assert answer.data["ok"] is False
    (found,) = answer.data["diagnostics"]
    assert found["code"] == "RL101"


def test_errors_stand_with_file_line_and_column(rnnlab, tiny):
    tiny.extend("speed: 3\n")
    answer = rnnlab("check", "tiny.yaml", "--concise")
    assert answer.code == 2
    assert answer.out == ""
    assert re.match(r"tiny\.yaml:18:1: error\[?.*RL101", answer.err)
    assert "^^^^^" in rnnlab("check", "tiny.yaml").err


def test_plan_prints_the_planned_model_as_a_table_and_as_json(rnnlab, tiny):
    table, data = rnnlab("plan", "tiny.yaml"), rnnlab("plan", "tiny.yaml", "--json")
    assert (table.code, data.code) == (0, 0)
    assert "rnn" in table.out
    assert data.data["parameters"] == 349
    assert [layer["name"] for layer in data.data["layers"]] == ["embedding", "rnn", "drop", "head"]
    assert data.err == ""


def test_plan_with_data_knows_what_the_data_tell(rnnlab, tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    overrides = ("--set", "padding.maxlen=longest", "--set", "dataset.split.seed=77")
    before = rnnlab("plan", "tiny.yaml", *overrides, "--json")
    after = rnnlab("plan", "tiny.yaml", *overrides, "--data", "--json")
    assert before.data["inputs"] == {"text": [None, None]}
    assert after.data["inputs"]["text"][1] > 8


def test_a_value_laid_over_the_file_changes_the_plan(rnnlab, tiny):
    larger = rnnlab("plan", "tiny.yaml", "--set", "model.layers.rnn.units=8", "--json").data
    assert larger["parameters"] == 50 * 4 + 4 * 8 * (4 + 8 + 1) + 9


def test_data_show_tells_what_the_network_will_see(rnnlab, tiny):
    answer = rnnlab("data", "show", "tiny.yaml", "--json")
    assert answer.code == 0
    assert "96" in answer.out
    assert "Traceback" not in answer.err
    assert rnnlab("data", "show", "tiny.yaml").code == 0


def test_data_list_tells_licence_and_citation(rnnlab):
    (entry, *_) = rnnlab("data", "list", "--json").data
    assert entry.keys() == {"name", "title", "targets", "bytes", "cached", "licence", "citation"}
    assert entry["name"] in rnnlab("data", "list").out


def test_an_unknown_dataset_is_refused_with_the_nearest_name(rnnlab):
    answer = rnnlab("data", "fetch", "movie-snipets")
    assert answer.code == 2
    assert "movie-snippets" in answer.err


def test_schema_is_json(rnnlab):
    assert rnnlab("schema").data["properties"].keys() >= {"dataset", "model", "training", "sweep"}


def test_a_code_is_explained(rnnlab):
    answer = rnnlab("explain", "RL203")
    assert answer.code == 0
    assert "RL203" in answer.out
    assert rnnlab("explain", "RL999").code == 2


@pytest.mark.parametrize("command", ["check", "plan", "run", "sweep", "data show"])
@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (lambda file: file.unlink(), "tiny.yaml"),
        (lambda file: file.write_text("rnnlab: [1\n"), "RL0"),
        (lambda file: file.write_text(""), "RL0"),
        (lambda file: file.write_bytes(b"\xff\xfe\x00"), "tiny.yaml"),
    ],
    ids=["missing file", "broken YAML", "empty file", "no text"],
)
def test_what_cannot_be_read_is_refused_with_2_and_without_a_traceback(rnnlab, tiny, command, prepare, told):
    if command == "sweep":
        tiny.extend("sweep: {space: {model.layers.rnn.units: [4, 8]}}\n")
    prepare(tiny.file)
    answer = rnnlab(*command.split(), "tiny.yaml")
    assert answer.code == 2
    assert told in answer.err
    assert "Traceback" not in answer.err
    assert answer.out == ""


def test_a_missing_table_is_refused_where_data_are_needed_and_only_there(rnnlab, tiny):
    tiny.table.unlink()
    assert [rnnlab(command, "tiny.yaml").code for command in ("check", "plan")] == [0, 0]
    answer = rnnlab("data", "show", "tiny.yaml")
    assert (answer.code, answer.out) == (2, "")
    assert "error[RL401]: there is no file tiny.csv" in answer.err


@pytest.mark.parametrize("command", ["check", "plan", "run"])
@pytest.mark.parametrize(
    "given", ["model.layers.rnn.units", "model.layers.nobody.units=3", "model.layers.rnn.units=[1", "=3"]
)
def test_a_bad_set_is_refused_with_2(rnnlab, tiny, command, given):
    answer = rnnlab(command, "tiny.yaml", "--set", given)
    assert answer.code == 2
    assert answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "LAST~1", "LAST"],
        pytest.param(["predict", "LAST", "tiny.csv"], marks=pytest.mark.tensorflow),
        pytest.param(["evaluate", "nobody", "tiny.csv"], marks=pytest.mark.tensorflow),
    ],
)
def test_a_run_that_is_not_there_is_refused_with_2(rnnlab, tiny, arguments):
    answer = rnnlab(*arguments)
    assert answer.code == 2
    assert answer.err.strip().splitlines()[-1]
    assert "Traceback" not in answer.err
    assert answer.out == ""
    as_json = rnnlab(*arguments, "--json")
    assert as_json.code == 2
    assert as_json.data["error"]


def test_a_store_that_cannot_be_opened_is_refused_without_a_traceback(rnnlab, tiny):
    answer = rnnlab("compare", "LAST", "LAST~1", "--store", "file:///tmp/nowhere")
    assert answer.code == 1
    assert answer.err.startswith("error: ")


def test_checking_imports_nothing_heavy(tiny):
    code = (
        "import sys\nsys.argv = ['rnnlab', 'check', 'tiny.yaml']\nfrom rnnlab.cli import main\n"
        "try:\n    main()\nfinally:\n"
        "    print({'tensorflow', 'keras', 'mlflow', 'optuna', 'pandas', 'matplotlib'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


def test_a_smoke_test_keeps_nothing_and_says_so(rnnlab):
    answer = rnnlab("run", "x.yaml", "--smoke", "--resume")
    assert (answer.code, "keeps nothing" in answer.err) == (2, True)


def test_answers_are_not_written_over_the_table(rnnlab, tmp_path):
    table = tmp_path / "new.csv"
    table.write_text("text\ngood\n")
    answer = rnnlab("predict", "LAST", str(table), "-o", str(table))
    assert (answer.code, "is the table itself" in answer.err) == (2, True)
    answer = rnnlab("predict", "LAST", str(table), "-o", str(tmp_path / "no" / "o.csv"))
    assert (answer.code, "there is no folder" in answer.err) == (2, True)


def test_an_architecture_is_refused_before_anything_heavy_is_loaded(rnnlab, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("rnnlab: 1\nname: x\nmodel: {inputs: {x: {features: 2}}, layers: [{layer: lstm, units: 2}]}\n")
    answer = rnnlab("run", str(path))
    assert (answer.code, answer.err) == (
        2,
        "error: the file describes an architecture only: add a `dataset:` to train it\n",
    )
