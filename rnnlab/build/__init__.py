"""The door through which Keras enters: model, optimizer, loss and metrics from the plan, audited against it."""

from rnnlab.build.quiet import quiet_stderr

with quiet_stderr():
    import tensorflow  # noqa: F401  here first, so that its start-up lines are held back

from rnnlab.build.audit import audit as audit  # noqa: E402
from rnnlab.build.machine import Machine as Machine  # noqa: E402
from rnnlab.build.machine import configure as configure  # noqa: E402
from rnnlab.build.model import build_model as build_model  # noqa: E402
from rnnlab.build.objective import Objective as Objective  # noqa: E402
from rnnlab.build.objective import build_objective as build_objective  # noqa: E402
from rnnlab.build.optimizer import build_optimizer as build_optimizer  # noqa: E402
