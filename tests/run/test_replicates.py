import math

import pytest
from scipy import stats

pytestmark = pytest.mark.tensorflow


def replicate(tiny, *overrides, **options):
    from rnnlab.run.replicates import run_replicates

    return run_replicates(
        tiny.file, overrides=("seeds=2", "training.epochs=1", *overrides), store=tiny.store, **options
    )


@pytest.fixture(scope="module")
def replicated(make_tiny, records):
    tiny = make_tiny("replicated")
    outcome = replicate(tiny, "optimizer.learning_rate=0.05")
    return outcome, records(tiny)


def test_seeds_are_runs_nested_in_a_parent(replicated):
    outcome, found = replicated
    parent, *children = found
    assert (parent.run_id, parent.kind, parent.status) == (outcome.run_id, "replicates", "FINISHED")
    assert [(child.name, child.kind, child.parent) for child in children] == [
        ("seed-7", "replicate", parent.run_id),
        ("seed-8", "replicate", parent.run_id),
    ]
    assert [child.config["seed"] for child in children] == [7, 8]
    assert [child.status for child in children] == ["FINISHED", "FINISHED"]


def test_every_replicate_has_its_own_numbers_and_model(replicated):
    _, (_, first, second) = replicated
    assert first.metrics["test_loss"] != second.metrics["test_loss"]
    assert first.has_model
    assert second.has_model


def test_the_parent_has_mean_and_interval_of_its_replicates(replicated):
    outcome, (parent, *children) = replicated
    first, second = (child.metrics["test_loss"] for child in children)
    half = stats.t.ppf(0.975, 1) * abs(first - second) / 2  # the standard error of two values
    assert parent.metrics["test_loss"] == pytest.approx((first + second) / 2)
    assert parent.metrics["test_loss_ci95_low"] == pytest.approx((first + second) / 2 - half)
    assert parent.metrics["test_loss_ci95_high"] == pytest.approx((first + second) / 2 + half)
    assert outcome.intervals["test_loss"].high == parent.metrics["test_loss_ci95_high"]


def test_the_interval_of_one_value_is_unknown():
    from rnnlab.run.replicates import interval_of

    interval = interval_of([0.5])
    assert interval.mean == 0.5
    assert math.isnan(interval.low)
    assert math.isnan(interval.high)


def test_the_interval_of_several_values_is_students():
    from rnnlab.run.replicates import interval_of

    interval = interval_of([0.70, 0.74, 0.78])
    low, high = stats.t.interval(0.95, 2, loc=0.74, scale=stats.sem([0.70, 0.74, 0.78]))
    assert (interval.mean, interval.low, interval.high) == pytest.approx((0.74, low, high))


def test_interrupted_replicates_go_on_where_they_were(tiny, records, replicated):
    from rnnlab.errors import InterruptedRunError
    from rnnlab.train.listener import Quiet

    class InSecondRun(Quiet):
        runs = 0

        def on_begin(self, epochs, steps, done, step):
            self.runs += 1
            if self.runs == 2:
                raise KeyboardInterrupt

    with pytest.raises(InterruptedRunError):
        replicate(tiny, "optimizer.learning_rate=0.05", listeners=[InSecondRun()])
    assert [record.status for record in records(tiny)] == ["KILLED", "FINISHED", "KILLED"]
    replicate(tiny, "optimizer.learning_rate=0.05", resume=True)
    parent = records(tiny)[0]
    _, (unbroken, *_) = replicated
    assert parent.status == "FINISHED"
    assert parent.metrics["test_loss"] == unbroken.metrics["test_loss"]
