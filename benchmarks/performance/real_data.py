"""The ids of a real experiment as rnnlab prepares them, padded in front, for scripts that have no rnnlab."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from rnnlab.data import prepare
from rnnlab.experiment import target_kind
from rnnlab.plan import check_experiment

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Write the train and validation splits, one after the other, and print samples and timesteps."""
    path = ROOT / "experiments" / f"{sys.argv[1]}.yaml"
    checked = check_experiment(path, overrides=("padding.padding=pre",))
    _, experiment, _ = checked.require()
    splits = prepare(experiment, checked.folder, target=target_kind(experiment), say=print)
    parts = (splits.train, splits.validation, splits.test)
    (name,), (target,) = splits.train.inputs, splits.train.targets
    ids = np.concatenate([np.asarray(part.inputs[name][np.arange(len(part))]) for part in parts])
    np.savez(sys.argv[2], ids=ids, label=np.concatenate([np.asarray(part.targets[target]) for part in parts]))
    print(*ids.shape)


if __name__ == "__main__":
    main()
