"""What two files must share to be the same training."""

from __future__ import annotations

import hashlib
import json

from rnnlab.experiment.experiment import Experiment
from rnnlab.plugging import plugins_in

CHANGES_NO_BIT = "checkpoint"  # a key of training: an interrupted run may go on with another one
NOT_TRAINED_ON = ("name", "description", "tags", "extends", "expect", "tracking", "sweep", "seeds", "rnnlab")


def config_fingerprint(experiment: Experiment) -> str:
    """Return the SHA-256 of everything in the file that training depends on, the plugins of its layers included."""
    data = {key: value for key, value in experiment.to_data().items() if key not in NOT_TRAINED_ON}
    data["training"] = {key: value for key, value in data["training"].items() if key != CHANGES_NO_BIT}
    plugins = {plugin.name: plugin.sha256 for plugin in plugins_in(experiment.model)}
    data |= {"plugins": plugins} if plugins else {}
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
