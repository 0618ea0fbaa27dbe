"""Numbers that kernels and those who call them agree on. Light: imports nothing."""

from __future__ import annotations

LANES = 16  # numbers of a vector: units fill a multiple of them
BYTES = 4  # of a number
SIMPLE_RNN, LSTM, GRU, GRU_RESET_BEFORE = range(4)  # cells
SLOTS = 128  # slots whose products are summed before they are added: keeps sums short, and what is read in the cache
BY_SLOT, BY_READ, BY_STATE = range(3)  # how the rows of a product's left side are found
PARTS = 4  # of each weight that Adam reads: gradient, momentum, velocity and the weight itself
KEPT = 3  # of them that change
