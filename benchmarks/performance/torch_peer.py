"""The same in PyTorch: padded, every batch has all timesteps; trimmed, batches of similar lengths are cut to theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from gate import Gate, asked
from torch import nn
from workloads import Workload, read_data

CELLS = {"simple_rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Net(nn.Module):
    """Embedding, stack, head."""

    def __init__(self, work: Workload) -> None:
        super().__init__()
        self.work = work
        self.embedding = nn.Embedding(work.vocabulary, work.features) if work.vocabulary else nn.Identity()
        stack, features = [], work.features
        for cell, units in work.layers:
            stack.append(CELLS[cell](features, units, bias=work.bias, batch_first=True))
            features = units
        self.stack = nn.ModuleList(stack)
        self.dropout = nn.Dropout(work.dropout)
        self.head = nn.Linear(features, work.outputs)

    def forward(self, inputs: Any) -> Any:
        """Return logits, or numbers."""
        flow = self.embedding(inputs)
        for layer in self.stack:
            flow, _ = layer(flow)
        return self.head(self.dropout(flow if self.work.sequences else flow[:, -1]))


def loss_of(work: Workload, given: Any, wanted: Any) -> Any:
    """Return the loss of a batch."""
    if not work.vocabulary:
        return nn.functional.mse_loss(given, wanted)
    if work.outputs == 1:
        return nn.functional.binary_cross_entropy_with_logits(given[:, 0], wanted.float())
    return nn.functional.cross_entropy(given.reshape(-1, work.outputs), wanted.reshape(-1))


def batches_of(inputs: Any, targets: Any, size: int, *, trim: bool, shuffle: bool) -> Iterator[tuple[Any, Any]]:
    """Yield batches; trimmed ones hold samples of similar lengths without the padding that all have in front."""
    order = np.random.permutation(len(inputs)) if shuffle else np.arange(len(inputs))
    lengths = (inputs != 0).sum(axis=1) if trim else None
    if lengths is not None:
        order = order[np.argsort(lengths[order], kind="stable")]
    starts = np.arange(0, len(order), size)
    for start in np.random.permutation(starts) if shuffle else starts:
        rows = order[start : start + size]
        cut = 0 if lengths is None else inputs.shape[1] - lengths[rows].max()
        yield torch.from_numpy(inputs[rows, cut:]), torch.from_numpy(targets[rows])


def main() -> None:
    """Train until nobody asks for more."""
    gate, given = Gate(), asked()
    torch.manual_seed(3)
    np.random.seed(3)
    work = Workload.from_data(given["workload"])
    train, validation = read_data(work, given["data"])
    net = Net(work)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    while True:
        net.train()
        total = 0.0
        for inputs, targets in batches_of(*train, work.batch, trim=given["trim"], shuffle=True):
            optimizer.zero_grad()
            loss = loss_of(work, net(inputs), targets)
            loss.backward()
            optimizer.step()
            total += loss.item()
            gate.step()
        net.eval()
        with torch.no_grad():
            for inputs, targets in batches_of(*validation, work.batch, trim=given["trim"], shuffle=False):
                total += loss_of(work, net(inputs), targets).item()
        gate.epoch()


if __name__ == "__main__":
    main()
