"""Which kernel computes a recurrent layer, and why not a faster one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rnnlab.kernels.cache import kernels_obstacle
from rnnlab.layers import Layer, RecurrentLayer, Signal
from rnnlab.plan.plan import LayerPlan, Plan
from rnnlab.runtime import Runtime

GPU = "cudnn where a GPU is found"
ON_CPU = "`runtime.devices` is cpu"
ASKED = "`runtime.kernel` is numba"
TIMESTEPS = 20
FLOPS = 16_000_000  # with fewer timesteps, and less to do in them, a call of the kernels costs more than Keras's loop


def kernel_of(layer: Layer, signal: Signal, runtime: Runtime, policy: str, flops: int | None) -> tuple[str | None, str]:
    """Return (kernel, reason): `keras`, `numba`, `cudnn` or `xla`; (None, "") for layers that are not recurrent.

    Whether a GPU is there is not known before TensorFlow is, so `auto` plans for the CPU and says what a GPU would do.
    """
    if not isinstance(layer, RecurrentLayer):
        return None, ""
    if runtime.kernel in ("xla", "cudnn", "keras"):
        return runtime.kernel, f"`runtime.kernel` is {runtime.kernel}"
    obstacle = _numba_obstacle(layer, runtime, policy)
    if runtime.kernel == "numba":
        return ("keras", f"{ASKED}, but {obstacle}") if obstacle else ("numba", ASKED)
    return _chosen(layer, signal, runtime, obstacle or _too_short(layer, signal, flops))


def may_use_cudnn(reason: str) -> bool:
    """Return whether Keras may take cuDNN where it finds a GPU, by the reason of a kernel."""
    return GPU in reason


def no_cudnn(reason: str) -> str:
    """Return what keeps cuDNN away, of the reason of a kernel."""
    if "cuDNN: " in reason:
        return reason.partition("cuDNN: ")[2]
    return reason.partition(",")[0]


def gives_way(reason: str) -> bool:
    """Return whether a numba kernel, by its reason, is only for machines without a GPU."""
    return reason not in (ASKED, ON_CPU)


def with_kernels_of(layers: Sequence[LayerPlan], plan: Plan) -> tuple[LayerPlan, ...]:
    """Return the layers of a plan for any number of timesteps with the kernels that were planned for its own."""
    return tuple(
        replace(layer, kernel=planned.kernel, kernel_reason=planned.kernel_reason)
        for layer, planned in zip(layers, plan.layers, strict=True)
    )


def keep_kernels(plan: Plan, begun: Mapping[str, str]) -> Plan:
    """Return the plan of a run that goes on: layers that it began with in Keras's loop stay there.

    Args:
        plan: made anew.
        begun: the kernel that the run recorded, by layer.
    """
    layers = [
        replace(layer, kernel="keras", kernel_reason="the run began with it")
        if layer.kernel == "numba" and begun.get(layer.name) == "keras"
        else layer
        for layer in plan.layers
    ]
    return replace(plan, layers=tuple(layers))


def _chosen(layer: RecurrentLayer, signal: Signal, runtime: Runtime, obstacle: str | None) -> tuple[str, str]:
    """Return what `auto` chooses."""
    cudnn = layer.cudnn_obstacle(signal)
    on_gpu = f"no cuDNN: {cudnn}" if cudnn else GPU
    if runtime.devices == "gpu":
        return "keras", on_gpu
    if runtime.devices == "cpu":
        return ("keras", f"{ON_CPU}, and no numba: {obstacle}") if obstacle else ("numba", ON_CPU)
    if obstacle is None:
        return "numba", on_gpu
    return "keras", f"no numba nor cuDNN: {cudnn}" if obstacle == cudnn else f"no numba: {obstacle}; {on_gpu}"


def _too_short(layer: RecurrentLayer, signal: Signal, flops: int | None) -> str | None:
    timesteps = signal.shape[0]
    if timesteps is None or timesteps >= TIMESTEPS or (flops or 0) >= FLOPS:
        return None
    return f"{timesteps} timesteps of {layer.output_units} units are too few"


def _numba_obstacle(layer: RecurrentLayer, runtime: Runtime, policy: str) -> str | None:
    """Return why rnnlab's own kernels cannot compute a layer, or None where they can."""
    if runtime.devices == "gpu":
        return "`runtime.devices` is gpu"
    if policy != "float32":
        return f"`dtype` is {policy}, not float32"
    return layer.numba_obstacle or kernels_obstacle()
