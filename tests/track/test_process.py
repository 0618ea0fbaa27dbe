import json
import subprocess
import sys

import pytest

from rnnlab.track.process import is_dead, this_process


@pytest.fixture
def mark_of_the_dead():
    """Return the mark that a process left behind which has ended since."""
    code = "from rnnlab.track.process import this_process; print(this_process())"
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_this_process_lives():
    assert not is_dead(this_process())


def test_a_process_that_ended_is_dead(mark_of_the_dead):
    assert is_dead(mark_of_the_dead)


def test_an_ended_process_that_nobody_reaped_is_dead():
    code = "from rnnlab.track.process import this_process; print(this_process(), flush=True)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        mark = process.stdout.read()
        for _ in range(500):
            if is_dead(mark):
                break
        assert process.returncode is None
        assert is_dead(mark)


def test_a_pid_used_again_by_another_process_is_dead():
    assert is_dead(json.dumps(json.loads(this_process()) | {"started": 1.0}))


def test_every_process_of_an_earlier_boot_is_dead():
    assert is_dead(json.dumps(json.loads(this_process()) | {"boot_id": "earlier"}))


@pytest.mark.parametrize("elsewhere", [{"host": "another"}, {"namespace": "pid:[1]"}])
def test_what_cannot_be_seen_from_here_counts_as_alive(mark_of_the_dead, elsewhere):
    assert not is_dead(json.dumps(json.loads(mark_of_the_dead) | elsewhere))


@pytest.mark.parametrize("mark", ["", "no json", "[]", "{}"])
def test_a_mark_of_someone_else_counts_as_alive(mark):
    assert not is_dead(mark)
