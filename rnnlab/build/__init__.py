"""The door through which Keras enters: model, optimizer, loss and metrics from the plan, audited."""

from rnnlab.absent import absent, deferred
from rnnlab.build.quiet import quiet_stderr

# Here first, so that TensorFlow's start-up lines are held back, and that Keras does without packages that it wraps or
# reads where they are: some 90 MiB of every run, whose training needs them for nothing. So it is with 330 modules of
# TensorFlow: what it was in version 1, its converter to TensorFlow Lite, and columns of tables.
with (
    quiet_stderr(),
    absent("sklearn", "pandas", "matplotlib", "PIL", "scipy"),
    deferred(
        "tensorflow._api.v2.compat",
        "tensorflow._api.v2.lite",
        "tensorflow._api.v2.feature_column",
        "tensorflow._api.v2.__internal__.feature_column",
    ),
):
    import keras  # noqa: F401
    import tensorflow

    _lite = tensorflow.lite
    import tensorflow.lite  # an empty package of this name, that takes its place where it is first imported

    tensorflow.lite = _lite

from rnnlab.build.audit import audit as audit
from rnnlab.build.decoding import write as write
from rnnlab.build.forecasting import forecast as forecast
from rnnlab.build.inference import INFERENCE_FOLDER as INFERENCE_FOLDER
from rnnlab.build.inference import Inference as Inference
from rnnlab.build.inference import build_inference as build_inference
from rnnlab.build.inference import load_inference as load_inference
from rnnlab.build.initials import Initials as Initials
from rnnlab.build.initials import find_initials as find_initials
from rnnlab.build.initials import recorded as recorded
from rnnlab.build.machine import Machine as Machine
from rnnlab.build.machine import configure as configure
from rnnlab.build.machine import fresh_session as fresh_session
from rnnlab.build.machine import seed_drawing as seed_drawing
from rnnlab.build.model import build_model as build_model
from rnnlab.build.model import kernels_used as kernels_used
from rnnlab.build.objective import Objective as Objective
from rnnlab.build.objective import build_objective as build_objective
from rnnlab.build.optimizer import assign_numbers as assign_numbers
from rnnlab.build.optimizer import build_optimizer as build_optimizer
from rnnlab.build.optimizer import scaling as scaling
from rnnlab.build.optimizer import use_adam_kernel as use_adam_kernel
from rnnlab.build.rates import assign_rates as assign_rates
from rnnlab.build.rates import without_rates as without_rates
from rnnlab.build.sampling import draw_ids as draw_ids
from rnnlab.build.stepping import check_inference as check_inference
from rnnlab.build.weights import copy_layers as copy_layers
from rnnlab.build.weights import read_keras as read_keras
