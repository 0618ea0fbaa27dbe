"""What two files must share to be the same training."""

from __future__ import annotations

import hashlib
import json

from rnnlab.experiment.experiment import Experiment

NOT_TRAINED_ON = ("name", "description", "tags", "extends", "expect", "tracking", "sweep", "seeds", "rnnlab")


def config_fingerprint(experiment: Experiment) -> str:
    """Return the SHA-256 of everything in the file that training depends on."""
    data = {key: value for key, value in experiment.to_data().items() if key not in NOT_TRAINED_ON}
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
