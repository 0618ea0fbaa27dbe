"""Sweeps: a space of places of the file, Optuna to choose, executors to train."""

from rnnlab.sweep.listener import SweepListener as SweepListener
from rnnlab.sweep.sweep import SweepOutcome as SweepOutcome
from rnnlab.sweep.sweep import run_sweep as run_sweep
