"""The `runtime` section: on what, and how, the numbers are computed."""

from __future__ import annotations

from typing import Literal

from rnnlab.dtypes import Policy
from rnnlab.spec import PositiveInt, Spec

Kernel = Literal["auto", "numba", "keras", "cudnn", "xla"]


class Runtime(Spec):
    """On what, and how, the numbers are computed."""

    threads: PositiveInt | None = None
    """Threads inside one operation; all cores unless given. Other numbers of threads give other bits."""
    kernel: Kernel = "auto"
    """How recurrent layers are computed. `auto`: cuDNN where a GPU is used and the layer allows it, else Keras's own
    loop; `numba`: rnnlab's own kernels on the CPU, for the layers that they can compute (float32, tanh and sigmoid),
    Keras's loop for the others; `keras`: never cuDNN; `cudnn`: refuse what cuDNN cannot do; `xla`: compile the whole
    step with XLA."""
    dtype: Policy = "float32"
    """Keras's dtype policy: in which numbers layers keep their weights and compute. The mixed ones keep float32 and
    compute in half precision, which is for GPUs: a CPU is slower at it. A `dense` or `activation` layer that the model
    gives computes in float32 all the same, and so do loss and metrics; with float16 the loss is scaled."""
    deterministic: bool = False
    """Ask TensorFlow for deterministic operations (slower; on the CPU runs repeat bit for bit without it)."""
    devices: Literal["auto", "cpu", "gpu"] = "auto"
    """`cpu` hides every GPU, `gpu` refuses to run without one."""
