"""The whole road for one experiment. `run_experiment` is in `rnnlab.run.run`."""
