"""rnnlab: one YAML file in, a trained, recorded and comparable Keras RNN out.

The names below are the public API. They are found at first use, so that `import rnnlab` loads nothing heavy.
"""

import os
from importlib import import_module
from typing import Any

os.environ["KERAS_BACKEND"] = "tensorflow"  # before anything imports keras, whatever the user's keras.json says
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # level 2 still tells what oneDNN lacks on this processor

__version__ = "0.1.0"

_HOMES = {
    "load_experiment": "rnnlab.plan.check",
    "validate_experiment": "rnnlab.plan.check",
    "plan_model": "rnnlab.plan.check",
    "load_plugin": "rnnlab.plugging",
    "check_plugin": "rnnlab.build.contract",
    "build_model": "rnnlab.build.model",
    "run_experiment": "rnnlab.run.run",
    "run_sweep": "rnnlab.sweep",
    "compare_runs": "rnnlab.compare",
    "predict": "rnnlab.prediction.predict",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Return a public function, imported now."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module `rnnlab` has no attribute `{name}`")


def __dir__() -> list[str]:
    """Return the public names."""
    return [*__all__, "__version__"]
