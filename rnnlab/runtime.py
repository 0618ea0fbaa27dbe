"""The `runtime` section: on what, and how, the numbers are computed."""

from __future__ import annotations

import os
from typing import Literal

from rnnlab.dtypes import Policy
from rnnlab.spec import PositiveInt, Spec

Kernel = Literal["auto", "numba", "keras", "cudnn", "xla"]


def available_cores() -> int:
    """Return the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Runtime(Spec):
    """On what, and how, the numbers are computed."""

    threads: PositiveInt | None = None
    """Threads inside one operation; all cores unless given. Other numbers of threads give other bits."""
    kernel: Kernel = "auto"
    """How recurrent layers are computed. `auto`: with a GPU, cuDNN where the layer allows it, else Keras's own loop;
    without one, rnnlab's own kernels where they can compute the layer (float32, tanh and sigmoid) and are not slower
    (from 20 timesteps, or fewer of many units), else Keras's own loop; `numba`: rnnlab's kernels wherever they can,
    however short the sequences; `keras`: Keras's own loop, stock Keras; `cudnn`: refuse what cuDNN cannot do; `xla`:
    compile loss and gradients with XLA."""
    dtype: Policy = "float32"
    """Keras's dtype policy: in which numbers layers keep their weights and compute. The mixed ones keep float32 and
    compute in half precision, which is for GPUs: a CPU is slower at it. A `dense` or `activation` layer that the model
    gives computes in float32 all the same, and so do loss and metrics; with float16 the loss is scaled."""
    deterministic: bool = False
    """Ask TensorFlow for deterministic operations (slower; on the CPU runs repeat bit for bit without it)."""
    devices: Literal["auto", "cpu", "gpu"] = "auto"
    """`cpu` hides every GPU, `gpu` refuses to run without one."""
