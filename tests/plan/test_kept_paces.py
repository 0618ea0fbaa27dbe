"""A pace is used again where all that it depends on is the same."""

import pytest

from rnnlab.plan import check_experiment
from rnnlab.plan.kept_paces import keep_pace, kept_pace, pace_file
from rnnlab.plan.pace import Pace

PACE = Pace({"batch": 0.01}, {"model": 0.5}, 0.1, 8.0, 2, 3, None, 5.0)
SPACE = "sweep: {trials: 5, space: {model.layers.rnn.units: [3, 4]}}\n"


@pytest.fixture
def file_of(tiny, monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", str(tiny.folder / "cache"))

    def find(*overrides, text=SPACE, workers=2, threads=1):
        checked = check_experiment(tiny.extend(text), overrides=overrides)
        return pace_file(checked.require()[1], checked.folder, workers=workers, threads=threads)

    return find


def test_a_kept_pace_is_found_again(file_of):
    assert kept_pace(file_of()) is None
    keep_pace(file_of(), PACE)
    assert kept_pace(file_of()) == PACE


@pytest.mark.parametrize(
    "override", ["name=other", "seed=8", "training.epochs=9", "sweep.trials=9", "sweep.pruner=none"]
)
def test_what_changes_no_pace_finds_the_same(file_of, override):
    assert file_of(override) == file_of()


@pytest.mark.parametrize(
    "override",
    [
        "padding.maxlen=6",
        "model.layers.rnn.dropout=0.1",
        "training.batch_size=16",
        "optimizer.kind=sgd",
        "runtime.threads=1",
        "runtime.kernel=keras",
        "sweep.space={model.layers.rnn.units: [4, 8]}",
    ],
)
def test_another_shape_kernel_space_or_number_of_threads_is_another_pace(file_of, override):
    assert file_of(override) != file_of()


def test_other_workers_versions_machines_and_data_are_another_pace(file_of, tiny, monkeypatch):
    known = file_of()
    assert len({known, file_of(workers=1), file_of(threads=2)}) == 3
    with monkeypatch.context() as changed:
        changed.setattr("rnnlab.plan.kept_paces._version", lambda package: "0")
        assert file_of() != known
    with monkeypatch.context() as changed:
        changed.setattr("platform.node", lambda: "elsewhere")
        assert file_of() != known
    tiny.table.write_text(tiny.table.read_text() + "one more,pos,glad,2\n")
    assert file_of() != known


@pytest.mark.parametrize("text", ["", "{", "[]", '{"batch": {}}'])
def test_a_damaged_pace_is_none(file_of, text):
    path = file_of()
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert kept_pace(path) is None


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    keep_pace(tmp_path / "file" / "pace.json", PACE)
    assert kept_pace(tmp_path / "file" / "pace.json") is None
