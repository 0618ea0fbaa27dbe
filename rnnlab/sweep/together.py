"""Trainings that are done whatever they come to: confirmations, and the best trial once more."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rnnlab.run.opening import Say
from rnnlab.sweep.executor import Executor
from rnnlab.sweep.training import Training
from rnnlab.sweep.trial import TrialOrder, TrialReport
from rnnlab.sweep.under_way import UnderWay
from rnnlab.train.result import Epoch


def train_together(
    trainings: Iterable[Training],
    *,
    executor: Executor,
    order: Callable[[Training], TrialOrder],
    timeout: float | None,
    say: Say,
    begin: Callable[[Training], None],
    hear: Callable[[Training, Epoch], None],
    end: Callable[[Training, TrialReport], None],
) -> None:
    """Have trainings done, as many at a time as the executor can.

    Args:
        trainings: in the order in which they begin.
        executor: where.
        order: what is asked of a worker.
        timeout: seconds that each may take; None: as many as it likes.
        say: takes sentences for the person.
        begin: is told which begins.
        hear: is told of each epoch, once.
        end: is told how each ended.
    """
    under_way = UnderWay(executor, order, timeout, lambda training: training.deaths + 1, say)
    waiting = list(trainings)
    while waiting or under_way.active:
        while waiting and under_way.has_room:
            training = waiting.pop(0)
            under_way.start(training)
            begin(training)
        found = under_way.next()
        if found is None:
            continue
        training, news = found
        if isinstance(news, Epoch):
            if training.hear(news):
                hear(training, news)
            under_way.answer(training, False)
        else:
            end(training, news)
