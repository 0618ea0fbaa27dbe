"""The loop: an explicit state, listeners, checkpoints and exact resume. `fit` is in `rnnlab.train.fit`."""
