import json

import pytest

LINES = [json.dumps({"op": number}).encode() + b"\n" for number in range(3)]


@pytest.mark.parametrize(
    ("torn", "whole"),
    [
        (b"", 3),
        (b'{"op":', 3),
        (b'{"op": 3}', 3),  # without its end of line Optuna would glue the next record to it
        (b'{"op": \n', 3),
        (b"\0\0\0\0\n", 3),  # a file system may give zeros after a power cut
        (b"7\n\0\n", 3),
    ],
)
def test_a_torn_tail_is_cut_off_and_nothing_else(tmp_path, torn, whole):
    from rnnlab.sweep.journal import repair_journal

    path = tmp_path / "study.journal"
    path.write_bytes(b"".join(LINES) + torn)
    assert repair_journal(path) == len(torn)
    assert path.read_bytes() == b"".join(LINES[:whole])
    assert repair_journal(path) == 0


def test_a_journal_that_is_torn_within_its_first_line_is_a_new_one(tmp_path):
    from rnnlab.sweep.journal import repair_journal

    path = tmp_path / "study.journal"
    assert repair_journal(path) == 0
    path.write_bytes(b'{"op"')
    assert repair_journal(path) == 5
    assert path.read_bytes() == b""


def test_a_journal_damaged_before_its_end_is_told(tmp_path, tiny):
    from rnnlab.errors import StoreError
    from rnnlab.plan import check_experiment
    from rnnlab.plan.space import places_of
    from rnnlab.sweep.journal import open_study, read_study

    section = "sweep: {space: {model.layers.rnn.units: [4, 8]}}\n"
    document, experiment, _ = check_experiment(tiny.extend(section)).require()
    path = tmp_path / "study.journal"
    path.write_bytes(LINES[0] + b"{]\n" + LINES[1])
    with pytest.raises(StoreError, match=r"study\.journal is damaged"):
        open_study(path, experiment.sweep, places_of(experiment, document), "minimize", 2)
    with pytest.raises(StoreError, match=r"study\.journal is damaged"):
        read_study(path)
