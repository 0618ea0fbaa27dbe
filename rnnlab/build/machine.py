"""The machine as TensorFlow sees it, set up before the first operation."""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.config_pb2 import ConfigProto  # as tf.compat.v1 has it, which is 330 modules
from tensorflow.python.eager import context

from rnnlab.errors import CallError
from rnnlab.runtime import Runtime, available_cores


@dataclass(frozen=True)
class Machine:
    """What computes.

    Attributes:
        threads: inside one operation.
        devices: `cpu`, or the names of the GPUs.
        versions: of the libraries that decide the numbers.
    """

    threads: int
    devices: tuple[str, ...]
    versions: dict[str, str]


def configure(runtime: Runtime, seed: int | None, *, own_kernels: bool = False) -> Machine:
    """Return the machine after setting threads, devices, determinism and all seeds.

    Args:
        runtime: the section of the file.
        seed: None where `WarmLearners` sets it.
        own_kernels: rnnlab's kernels compute the recurrent layers, in threads of their own.

    Raises:
        CallError: RL502, no GPU where one is demanded; or TensorFlow already runs with another number of threads.
    """
    threads = runtime.threads or available_cores()
    gpus = tf.config.list_physical_devices("GPU")
    if runtime.devices == "cpu" and gpus:
        tf.config.set_visible_devices([], "GPU")
        gpus = []
    if not gpus and (runtime.devices == "gpu" or runtime.kernel == "cudnn"):
        key = "runtime.devices: gpu" if runtime.devices == "gpu" else "runtime.kernel: cudnn"
        raise CallError(
            f"error[RL502]: TensorFlow finds no GPU here, but the file says `{key}`; install rnnlab[gpu], or use auto"
        )
    running = tf.config.threading.get_intra_op_parallelism_threads() or available_cores()  # 0: all of them
    if running != threads:
        try:
            tf.config.threading.set_intra_op_parallelism_threads(threads)
        except RuntimeError as error:
            raise CallError(f"TensorFlow already runs in this process, its threads cannot become {threads}") from error
    if own_kernels:
        _rest_between_operations()
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if runtime.deterministic:
        tf.config.experimental.enable_op_determinism()
    if seed is not None:
        keras.utils.set_random_seed(seed)
    versions = {"tensorflow": tf.__version__, "keras": keras.__version__}
    return Machine(threads, tuple(gpu.name for gpu in gpus) or ("cpu",), versions)


@functools.cache
def threads() -> int:
    """Return how many threads an operation may use."""
    return tf.config.threading.get_intra_op_parallelism_threads() or available_cores()


def _rest_between_operations() -> None:
    """Let TensorFlow's threads sleep while they have nothing to do, instead of turning in a loop.

    They would take the cores from the kernels' threads for as long. No number depends on it, and where a later
    TensorFlow, or one that runs already, cannot be told so, it is only slower: there is no public way.

    Source: `disable_thread_spinning` in tensorflow/core/protobuf/config.proto; `Context.config` in
    tensorflow/python/eager/context.py, 2.21.
    """
    settings = ConfigProto()
    settings.experimental.disable_thread_spinning = True
    context.context()._config = settings


def seed_drawing(seed: int) -> None:
    """Seed what Keras's initializers, its layers and rnnlab draw from, and leave TensorFlow's own generator.

    Setting that one, from which none of them draws, throws away the kernels of all compiled steps: a third of a second.
    """
    random.seed(seed)
    np.random.seed(seed)


def fresh_session() -> None:
    """Forget the models built so far: names are counted anew, and their memory is given back."""
    keras.backend.clear_session()  # which collects garbage
