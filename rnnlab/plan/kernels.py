"""Which kernel computes a recurrent layer, and why not a faster one."""

from __future__ import annotations

from rnnlab.layers import Layer, RecurrentLayer, Signal
from rnnlab.runtime import Runtime


def kernel_of(layer: Layer, signal: Signal, runtime: Runtime) -> tuple[str | None, str]:
    """Return (kernel, reason): `keras`, `cudnn` or `xla`; (None, "") for layers that are not recurrent.

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
    if runtime.devices == "cpu":
        return "keras", "`runtime.devices` is cpu"
    if obstacle:
        return "keras", f"no cuDNN: {obstacle}"
    return "keras", "cudnn where a GPU is found"
