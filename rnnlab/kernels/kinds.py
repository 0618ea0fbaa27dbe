"""The cells that there are kernels for, and how each is laid out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnlab.kernels.constants import GRU, GRU_RESET_BEFORE, LSTM, SIMPLE_RNN


@dataclass(frozen=True)
class Recurrent:
    """One product of the weight's gradient: which blocks of sums met which columns of the recurrent weights.

    Attributes:
        start: first block of the sums, or of their gradients.
        count: number of blocks.
        block: first block of the recurrent weights.
        mask: the dropout mask of what is read, or -1.
        reset: what is read is r h, which a GRU with `reset_after: false` keeps in its fourth block.
    """

    start: int
    count: int
    block: int
    mask: int = -1
    reset: bool = False


@dataclass(frozen=True)
class Kind:
    """A cell as its kernels lay it out.

    Attributes:
        number: by which the kernels know it.
        gates: G, blocks of U columns of its weights.
        kept: blocks kept for the way back; 0 where the states say everything.
        sums: blocks of gradients on the way back.
        states: h, or h and c.
    """

    number: int
    gates: int
    kept: int
    sums: int
    states: int = 1

    def segments(self, dropped: bool) -> NDArray[np.int64]:
        """Return the products of a step that read the state as it is, or as its dropout left it."""
        rows = [(each.start, each.count, each.block, each.mask) for each in self.recurrent(dropped) if not each.reset]
        return np.array(rows, np.int64)

    def recurrent(self, dropped: bool) -> tuple[Recurrent, ...]:
        """Return all products with the recurrent weights."""
        reset_before = self.number == GRU_RESET_BEFORE
        candidate = (Recurrent(2, 1, 2, reset=True),) if reset_before else ()
        if self.number == GRU:
            candidate = (Recurrent(3, 1, 2, 2 if dropped else -1),)
        plain = self.gates - len(candidate)
        if dropped:
            return (*(Recurrent(gate, 1, gate, gate) for gate in range(plain)), *candidate)
        return (Recurrent(0, plain, 0), *candidate)


KINDS = {
    "simple_rnn": Kind(SIMPLE_RNN, gates=1, kept=0, sums=1),
    "lstm": Kind(LSTM, gates=4, kept=4, sums=4, states=2),
    "gru": Kind(GRU, gates=3, kept=4, sums=4),
    "gru_reset_before": Kind(GRU_RESET_BEFORE, gates=3, kept=4, sums=3),
}
