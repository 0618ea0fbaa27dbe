"""One of several machines that share a study: `python -m tests.sweep.machine FILE STORE STORAGE SECONDS CAPACITY`.

It trains nothing; an epoch takes so many seconds, and signs of life are quick.
"""

import sys
import time

from rnnlab.sweep import database, run_sweep, shared
from tests.sweep.scripted import Scripted

database.BEAT, database.MISSED, shared.LOOK, shared.SharedBook.patience = 0.2, 1.5, 0.2, 0.2


class Slow(Scripted):
    def __init__(self, seconds, capacity):
        super().__init__(capacity)
        self.seconds = seconds

    def next_event(self, timeout=None):
        time.sleep(self.seconds)
        return super().next_event(timeout)


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(file, store, storage, seconds, capacity):
    outcome = run_sweep(file, store=store, storage=storage, executor=Slow(float(seconds), int(capacity)), say=say)
    say(f"trials {len(outcome.trials)} best {outcome.best.number}")


if __name__ == "__main__":
    main(*sys.argv[1:])
