"""The whole road for one experiment."""

from rnnlab.run.replicates import Replicated as Replicated
from rnnlab.run.replicates import run_replicates as run_replicates
from rnnlab.run.run import Outcome as Outcome
from rnnlab.run.run import open_road as open_road
from rnnlab.run.run import run_experiment as run_experiment
