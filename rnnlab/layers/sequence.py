"""What layers that read (T, F) say when they get something else."""

from __future__ import annotations

from rnnlab.layers.layer import LayerProblemError, Signal


def read_sequence(layer: str, signal: Signal) -> tuple[int | None, int]:
    """Return (T, F) of a sequence.

    Raises:
        LayerProblemError: RL212, the signal is ids, or one vector per sample.
    """
    if signal.is_ids:
        raise LayerProblemError(
            "RL212",
            f"`{layer}` reads numbers, but gets the ids of words or characters",
            help="put `{layer: embedding, output_dim: …}` before it",
        )
    if not signal.is_sequence:
        raise LayerProblemError(
            "RL212",
            f"`{layer}` reads (timesteps, features), but gets one vector per sample",
            help="move it above the layer that drops the timesteps",
        )
    timesteps, features = signal.shape
    assert features is not None
    return timesteps, features
