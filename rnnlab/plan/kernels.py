"""Which kernel computes a recurrent layer, and why not a faster one."""

from __future__ import annotations

from rnnlab.layers import Layer, RecurrentLayer, Signal
from rnnlab.runtime import Runtime


def kernel_of(layer: Layer, signal: Signal, runtime: Runtime, policy: str) -> tuple[str | None, str]:
    """Return (kernel, reason): `keras`, `numba`, `cudnn` or `xla`; (None, "") for layers that are not recurrent.

    Whether a GPU is there is not known before TensorFlow is, so `auto` plans the Keras loop and says what a GPU
    would do.
    """
    if not isinstance(layer, RecurrentLayer):
        return None, ""
    if runtime.kernel == "xla":
        return "xla", "`runtime.kernel` is xla"
    obstacle = layer.cudnn_obstacle(signal)
    if runtime.kernel == "cudnn":
        return "cudnn", "`runtime.kernel` is cudnn"
    if runtime.kernel == "keras":
        return "keras", "`runtime.kernel` is keras"
    if runtime.kernel == "numba":
        return _numba(layer, runtime, policy)
    if runtime.devices == "cpu":
        return "keras", "`runtime.devices` is cpu"
    if obstacle:
        return "keras", f"no cuDNN: {obstacle}"
    return "keras", "cudnn where a GPU is found"


def _numba(layer: RecurrentLayer, runtime: Runtime, policy: str) -> tuple[str, str]:
    """Return (kernel, reason) where rnnlab's own kernels are wanted: Keras's loop for what they cannot compute."""
    if runtime.devices == "gpu":
        return "keras", "no numba: `runtime.devices` is gpu"
    if policy != "float32":
        return "keras", f"no numba: `dtype` is {policy}, not float32"
    if obstacle := layer.numba_obstacle:
        return "keras", f"no numba: {obstacle}"
    return "numba", "`runtime.kernel` is numba"
