"""What a sweep leaves for people to look at: pictures, the report at its end, JSON; trained by a scripted executor."""

import json
from pathlib import Path

import pytest

from rnnlab.sweep.trial import TrialReport
from tests.sweep.scripted import Scripted

SPACE = """\
sweep:
  trials: TRIALS
  sampler: {kind: random, seed: 5}
  pruner: none
  space:
    optimizer.learning_rate: {low: 1e-4, high: 0.1, log: true}
    model.layers.rnn.units: [4, 8, 16]
"""
PICTURES = {"history", "parallel_coordinate", "importances", "slice"}


@pytest.fixture
def swept(tiny, records):
    """Run a sweep in a scripted executor: (outcome, names of its pictures and their sizes, folder)."""
    from rnnlab import run_sweep

    def run(trials, executor=None, *overrides):
        file = tiny.extend(SPACE.replace("TRIALS", f"{trials}"))
        outcome = run_sweep(file, overrides=overrides, store=tiny.store, executor=executor or Scripted())
        (parent,) = (record for record in records(tiny) if record.kind == "sweep")
        folder = Path(parent.artifact_folder) / "figures"
        return outcome, {path.name: path.stat().st_size for path in folder.iterdir()}, folder

    return run


def test_the_sweeps_run_has_every_picture_as_html_and_as_png(swept):
    outcome, sizes, folder = swept(8, Scripted(ends={3: [TrialReport("failed", message="boom")]}))
    assert set(sizes) == {f"{name}.{kind}" for name in PICTURES for kind in ("html", "png")}
    assert min(sizes.values()) > 10_000
    assert outcome.figures_left_out == {}
    for name in PICTURES:
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert "val_loss" in (folder / f"{name}.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("trials", "space", "left_out", "reason"),
    [
        (1, None, PICTURES, "1 of the trials have a value, and it takes 2"),
        (
            4,
            "{optimizer.learning_rate: [0.01, 0.02, 0.03, 0.04]}",
            {"parallel_coordinate", "importances"},
            "places that vary in all trials that have a value: 1, and it takes 2",
        ),
    ],
)
def test_pictures_that_cannot_be_drawn_are_left_out_with_the_reason(swept, trials, space, left_out, reason):
    overrides = [f"sweep.space={space}"] if space else []
    outcome, sizes, folder = swept(trials, None, *overrides)
    assert outcome.figures_left_out == dict.fromkeys(left_out, reason)
    assert {name.partition(".")[0] for name in sizes} == PICTURES - left_out | {"left_out"}
    assert reason in (folder / "left_out.txt").read_text("utf-8")


def test_the_report_tells_states_the_best_and_what_to_do_next(swept):
    from rnnlab.cli.sweep_report import report_lines

    ends = {
        number: [TrialReport("diverged", message=f"the loss became nan\nin trial {number}")] for number in range(1, 6)
    }
    outcome, _, _ = swept(8, Scripted(ends=ends))
    lines = report_lines(outcome, Path("tiny.yaml"))
    assert lines[0] == f"sweep {outcome.name} ({outcome.run_id[:8]}): 3 complete, 5 diverged"
    failed = next(index for index, line in enumerate(lines) if line.startswith("failed"))
    assert lines[failed] == "failed      trial 1, diverged: the loss became nan"
    assert lines[failed + 3].startswith("            and 2 more")
    best = next(line for line in lines if line.startswith("best"))
    assert best.startswith(f"best        trial {outcome.best.number}: val_loss {outcome.best.value:.4f}")
    told = "\n".join(lines)
    assert f"saved       {outcome.best_path}" in told
    assert "rnnlab sweep tiny.yaml --resume" in told
    assert "rnnlab ui" in told


def test_json_has_all_of_it(swept, capsys):
    from rnnlab.cli.sweep_report import give_report

    outcome, _, _ = swept(3)
    capsys.readouterr()
    give_report(outcome, Path("tiny.yaml"), json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["states"] == {"complete": 3}
    assert [trial["number"] for trial in found["trials"]] == [0, 1, 2]
    assert found["best"] == outcome.best.number
    assert found["trials"][found["best"]]["kept_epoch"] == outcome.best.kept_epoch
    assert found["test"] == {"loss": outcome.best.value}
    documented = (Path(__file__).parents[2] / "docs" / "sweeps.md").read_text("utf-8")
    assert [key for key in found if f"`{key}`" not in documented] == []
    assert [key for key in found["trials"][0] if f"`{key}`" not in documented] == []
