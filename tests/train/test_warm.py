"""Learners that are used again train as fresh ones do, bit for bit."""

import pytest

pytestmark = pytest.mark.tensorflow

DROPOUTS = ("training.epochs=1", "model.layers.rnn.recurrent_dropout=0.2", "model.layers.rnn.dropout=0.1")


def _train(assembled, warm=None):
    """Return the learner, the bytes of its weights and what its epochs told."""
    from rnnlab.build import fresh_session
    from rnnlab.run.road import train_once

    if warm is None:
        fresh_session()
    trained = train_once(assembled.experiment, assembled.plan, assembled.splits, warm=warm)
    weights = [weight.tobytes() for weight in trained.learner.twin.get_weights()]
    return trained.learner, weights, [epoch.metrics for epoch in trained.result.history]


def test_what_is_compiled_once_trains_with_other_numbers_to_the_bits_of_a_fresh_learner(assemble):
    from rnnlab.train.warm import WarmLearners

    warm = WarmLearners()
    first, _, _ = _train(assemble(*DROPOUTS, "seed=1"), warm)
    other = assemble(*DROPOUTS, "seed=2", "optimizer.learning_rate=0.02", "training.batch_size=16")
    again, weights, told = _train(other, warm)
    assert again is first
    assert again.steps.train is first.steps.train
    _, expected, wanted = _train(other)
    assert (weights, told) == (expected, wanted)


def test_numbers_that_are_part_of_the_graph_make_another_learner(assemble):
    from rnnlab.build import configure
    from rnnlab.train.warm import KEPT, WarmLearners

    warm = WarmLearners()

    def build(*overrides):
        assembled = assemble(*overrides)
        configure(assembled.experiment.runtime, assembled.experiment.seed)
        return warm.build(assembled.experiment, assembled.plan)

    first = build("seed=1")
    rates = [
        *("model.layers.drop.rate=0.3", "optimizer={kind: sgd}", "optimizer.clipnorm=1.0"),
        "optimizer.learning_rate={kind: cosine_decay, initial_learning_rate: 0.1, decay_steps: 9}",
    ]
    others = [build(rate) for rate in rates]
    assert len({id(each) for each in (first, *others)}) == 1 + len(rates)
    assert len(rates) == KEPT
    assert build("seed=1") is not first  # only the newest are kept
