"""The best sequences that a trained encoder-decoder answers with: greedy and beam search.

Whole batches at once: every sample has W rows, and one call of the compiled step extends all of them. Scores are
added up in float64 here; the states stay where TensorFlow has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnnlab.build.inference import Inference
from rnnlab.build.stepping import Stepper
from rnnlab.errors import CallError
from rnnlab.interrupts import deliver
from rnnlab.tasks import Beam, Greedy
from rnnlab.text import END_ID, START_ID, UNKNOWN_ID

ROWS = 4096  # hypotheses that are extended at once
NUMBERS = 2**24  # probabilities that are looked through at once
PADDING = 0

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Hypotheses:
    """What each of N samples is answered with, the best first.

    A search wider than there are sequences fills up with hypotheses of length 0 and score -inf.

    Attributes:
        ids: (N, W, L) without the start, with the end where it was reached; 0 after it.
        lengths: (N, W), the end counted.
        log_probabilities: (N, W), of the whole sequence.
        scores: (N, W), what they are sorted by: log-probability / length ** length_penalty.
    """

    ids: NDArray[np.int32]
    lengths: NDArray[np.int32]
    log_probabilities: NDArray[np.float64]
    scores: NDArray[np.float64]

    @property
    def best(self) -> Decoded:
        """Return the first of each sample."""
        return Decoded(self.ids[:, 0], self.lengths[:, 0], self.log_probabilities[:, 0])


@dataclass(frozen=True)
class Decoded:
    """What each of N samples is answered with.

    Attributes:
        ids: (N, L) without the start, with the end where it was reached; 0 after it.
        lengths: (N,), the end counted.
        log_probabilities: (N,), of the whole sequence.
    """

    ids: NDArray[np.int32]
    lengths: NDArray[np.int32]
    log_probabilities: NDArray[np.float64]


def greedy(
    inference: Inference, inputs: Arrays, start: int, end: int, limit: int, *, never: Sequence[int] = ()
) -> Decoded:
    """Return for each sample the sequence of the most probable next ids: see `beam`."""
    return beam(inference, inputs, start, end, limit, width=1, never=never).best


def beam(
    inference: Inference,
    inputs: Arrays,
    start: int,
    end: int,
    limit: int,
    *,
    width: int,
    length_penalty: float = 0.0,
    never: Sequence[int] = (),
) -> Hypotheses:
    """Return for each sample the W best sequences that a search of width W finds.

    Args:
        inference: of the trained model.
        inputs: the sources by name, N samples.
        start: id that the decoder's input begins with.
        end: id after which a sequence is not extended.
        limit: ids after which it is not extended either.
        width: W: 1 takes the most probable id each time.
        length_penalty: 0 compares whole sequences' probabilities, which favours short ones; 1 their geometric mean.
        never: ids that are not answered; padding never is.

    Raises:
        CallError: a number is out of range, a source is missing, empty or of another number of samples.
    """
    samples = _check(inference, inputs, limit, width, (end, *never))
    barred = {*never, PADDING} if inference.wiring.padding else set(never)
    if end in barred:
        raise CallError(f"the end, {end}, must be an id that can be answered")
    search = Search(start, end, limit, width, length_penalty, tuple(sorted(barred)))
    parts = []
    rows = min(ROWS, NUMBERS // inference.stepper.classes)
    size = max(1, rows // width)
    for first in range(0, samples, size):
        batch = {name: inputs[name][first : first + size] for name in inference.wiring.sources}
        parts.append(search.run(inference.stepper, batch))
    return _joined(parts)


def _check(inference: Inference, inputs: Arrays, limit: int, width: int, ids: tuple[int, ...]) -> int:
    """Return N."""
    wiring, classes = inference.wiring, int(inference.decoder.outputs[0].shape[-1])
    missing = [name for name in wiring.sources if name not in inputs]
    if missing or not wiring.sources:
        raise CallError(f"decoding needs {', '.join(f'`{name}`' for name in missing) or 'a source'}")
    sizes = {name: len(inputs[name]) for name in wiring.sources}
    if len(set(sizes.values())) > 1:
        raise CallError(f"the sources must have as many samples, found {sizes}")
    if 0 in sizes.values():
        raise CallError("there is no sample to decode")
    if limit < 1 or width < 1:
        raise CallError(f"`limit` and `width` must be positive, found {limit} and {width}")
    if wiring.mode == "prefix" and wiring.timesteps is not None and limit > wiring.timesteps:
        raise CallError(f"the decoder reads {wiring.timesteps} ids at most, `limit` is {limit}")
    if not all(0 <= each < classes for each in ids):
        raise CallError(f"ids are 0 to {classes - 1}, found {', '.join(str(each) for each in ids)}")
    return next(iter(sizes.values()))


@dataclass(frozen=True)
class Search:
    """A beam search: see `beam`."""

    start: int
    end: int
    limit: int
    width: int
    length_penalty: float
    barred: tuple[int, ...]

    def run(self, stepper: Stepper, batch: Arrays) -> Hypotheses:
        """Return the hypotheses of one batch."""
        samples = len(next(iter(batch.values())))
        found = self.first(samples)
        memory = stepper.begin(batch, width=self.width)
        last = np.full(samples * self.width, self.start, np.int32)
        rows = np.arange(samples * self.width)
        bias = np.zeros(stepper.classes, np.float32)
        bias[list(self.barred)] = -np.inf
        for place in range(self.limit):
            deliver()
            logarithms, memory = stepper.advance(last, rows, memory)
            values, ids = tf.math.top_k(logarithms + bias, min(self.width, stepper.classes))
            found, rows, last = self.extend(found, place, np.asarray(values), np.asarray(ids))
            if np.all(self.ended(found, place + 1)):
                break
        return found

    def first(self, samples: int) -> Hypotheses:
        """Return one empty hypothesis for each sample, the others impossible."""
        shape = (samples, self.width)
        scores = np.full(shape, -np.inf)
        scores[:, 0] = 0.0
        ids = np.full((*shape, self.limit), PADDING, np.int32)
        return Hypotheses(ids, np.zeros(shape, np.int32), scores.copy(), scores)

    def extend(
        self, found: Hypotheses, place: int, values: NDArray[Any], ids: NDArray[Any]
    ) -> tuple[Hypotheses, NDArray[Any], NDArray[Any]]:
        """Return the W best of each sample with one more id, the rows they go on from, and their last ids.

        Args:
            found: N·W hypotheses.
            place: of the id.
            values: log-probabilities (N·W, K) of the K best next ids of each.
            ids: these ids.
        """
        samples, width = found.lengths.shape
        over = self.ended(found, place)
        totals = _totals(found, over, values.reshape(samples, width, -1))
        lengths = np.where(over, found.lengths, place + 1)
        scores = totals / lengths[..., None].astype(float) ** self.length_penalty
        chosen = np.argsort(-_flat(scores), axis=1, kind="stable")[:, :width]
        parents = chosen // totals.shape[-1]
        last = np.where(_take(over, parents), PADDING, _take(ids.reshape(samples, -1), chosen)).astype(np.int32)
        kept = _take(found.ids, parents)
        kept[:, :, place] = last
        totals, scores = _take(_flat(totals), chosen), _take(_flat(scores), chosen)
        possible = np.isfinite(totals)
        lengths = np.where(possible, _take(lengths, parents), 0).astype(np.int32)
        extended = Hypotheses(np.where(possible[..., None], kept, PADDING), lengths, totals, scores)
        rows = np.arange(samples)[:, None] * width + parents
        return extended, rows.reshape(-1), last.reshape(-1)

    def ended(self, found: Hypotheses, place: int) -> NDArray[np.bool_]:
        """Return which hypotheses (N, W) of at most so many ids are not extended: those that have their end."""
        if place == 0:
            return np.zeros(found.lengths.shape, bool)
        ended: NDArray[np.bool_] = (found.lengths < place) | (found.ids[:, :, place - 1] == self.end)
        return ended


def _totals(found: Hypotheses, over: NDArray[np.bool_], values: NDArray[Any]) -> NDArray[np.float64]:
    """Return log-probabilities (N, W, K) with one more id; there is one way only to stay as it is."""
    kept = np.where(np.arange(values.shape[-1]) == 0, 0.0, -np.inf)
    totals: NDArray[np.float64] = found.log_probabilities[..., None] + np.where(over[..., None], kept, values)
    return totals


def _flat(values_NWK: NDArray[Any]) -> NDArray[Any]:
    return values_NWK.reshape(len(values_NWK), -1)


def _take(values: NDArray[Any], places_NW: NDArray[Any]) -> NDArray[Any]:
    """Return what stands at W places of each sample."""
    further = (1,) * (values.ndim - 2)
    return np.take_along_axis(values, places_NW.reshape(*places_NW.shape, *further), axis=1)


def _joined(parts: Sequence[Hypotheses]) -> Hypotheses:
    """Return the batches as one."""
    names = (field.name for field in fields(Hypotheses))
    return Hypotheses(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def write(inference: Inference, inputs: Arrays, decode: Greedy | Beam, *, timesteps: int) -> Decoded:
    """Return what the model writes for each sample, as the task's `decode` says.

    Args:
        inference: of the trained model.
        inputs: the sources by name, N samples.
        decode: of the file.
        timesteps: of the targets in training: the limit unless `decode` gives one.

    Raises:
        CallError: see `beam`.
    """
    limit = decode.limit or timesteps
    ends, never = (START_ID, END_ID, limit), (UNKNOWN_ID, START_ID)
    if isinstance(decode, Greedy):
        return greedy(inference, inputs, *ends, never=never)
    width, penalty = decode.width, decode.length_penalty
    return beam(inference, inputs, *ends, width=width, length_penalty=penalty, never=never).best
