"""The program of a worker: `python -m rnnlab.sweep.worker_process`."""

from __future__ import annotations

from importlib import import_module

from rnnlab.absent import own_process

if __name__ == "__main__":
    own_process()  # before TensorFlow is imported
    import_module("rnnlab.sweep.worker").main()
