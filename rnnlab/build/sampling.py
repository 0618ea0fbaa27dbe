"""Texts drawn from a language model one id after the other, its states carried from each to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.build.inference import Inference
from rnnlab.build.stepping import PREFIX, Memory
from rnnlab.errors import CallError

ONE_ROW = np.zeros(1, np.int32)


def draw_ids(
    inference: Inference,
    prompt: Sequence[int],
    length: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 0,
    never: Sequence[int] = (),
) -> Iterator[int]:
    """Yield ids that continue a prompt; the same for the same seed.

    Args:
        inference: of a model without sources.
        prompt: ids that are read first.
        length: how many are drawn.
        temperature: log-probabilities are divided by it; 0 takes the most probable id each time.
        top_k: draw among so many of the most probable only.
        seed: of the draws.
        never: ids that are not drawn.

    Raises:
        CallError: a number is out of range, the prompt is empty, or the model has sources.
    """
    if inference.wiring.sources:
        raise CallError("the model reads another text first: it answers, and continues none")
    if not prompt:
        raise CallError("the prompt has no unit to begin with")
    if temperature < 0 or length < 1 or (top_k is not None and top_k < 1):
        raise CallError(
            f"`temperature` must not be negative, `length` and `top_k` must be positive, found {temperature}, {length} "
            f"and {top_k}"
        )
    return _draw(inference, prompt, length, temperature, top_k, np.random.Generator(np.random.Philox(seed)), never)


def _draw(
    inference: Inference,
    prompt: Sequence[int],
    length: int,
    temperature: float,
    top_k: int | None,
    draw: np.random.Generator,
    never: Sequence[int],
) -> Iterator[int]:
    stepper = inference.stepper
    memory = stepper.begin({})
    logarithms: Any = None
    for last in prompt:
        logarithms, memory = stepper.advance([last], ONE_ROW, _within(memory, inference.wiring.timesteps))
    for left in range(length - 1, -1, -1):
        found = np.array(logarithms[0], np.float64)
        found[list(never)] = -np.inf
        last = _choose(found, temperature, top_k, draw)
        yield last
        if left:
            logarithms, memory = stepper.advance([last], ONE_ROW, _within(memory, inference.wiring.timesteps))


def _choose(logarithms_V: NDArray[np.float64], temperature: float, top_k: int | None, draw: np.random.Generator) -> int:
    if temperature == 0:
        return int(logarithms_V.argmax())
    if top_k is not None and top_k < len(logarithms_V):
        logarithms_V = np.where(logarithms_V < np.sort(logarithms_V)[-top_k], -np.inf, logarithms_V)
    shares = np.exp((logarithms_V - logarithms_V.max()) / temperature)
    return int(np.searchsorted(np.cumsum(shares) / shares.sum(), draw.random(), side="right"))


def _within(memory: Memory, timesteps: int | None) -> Memory:
    """Return what a model that reads all ids so far still has room for: it forgets the first."""
    prefix = memory.carried.get(PREFIX)
    if prefix is None or timesteps is None or prefix.shape[1] < timesteps:
        return memory
    return replace(memory, carried={PREFIX: prefix[:, 1 - timesteps :] if timesteps > 1 else prefix[:, :0]})
