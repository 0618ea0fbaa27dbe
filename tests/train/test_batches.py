import numpy as np
import pytest

from rnnlab.data import Samples
from rnnlab.plan import HeadPlan
from rnnlab.tasks import LOSSES
from rnnlab.train.batches import batches, class_weights, order_of_epoch, steps_per_epoch


def _samples(targets, weights=None):
    count = len(targets)
    return Samples({"text": np.arange(count)[:, None]}, {"label": np.array(targets)}, weights)


def _order(*, seed=7, epoch=1):
    return order_of_epoch(50, seed=seed, epoch=epoch, shuffle=True).tolist()


def test_the_order_differs_by_epoch_and_by_seed():
    orders = {tuple(_order(seed=seed, epoch=epoch)) for seed in (7, 8) for epoch in (1, 2, 3)}
    assert len(orders) == 6


def test_the_order_of_an_epoch_is_found_again_from_its_seed():
    assert _order(epoch=3) == _order(epoch=3)


def test_every_sample_is_read_once_in_an_epoch():
    assert sorted(_order()) == list(range(50))


def test_without_shuffle_the_order_is_that_of_the_data():
    assert order_of_epoch(5, seed=7, epoch=3, shuffle=False).tolist() == [0, 1, 2, 3, 4]


def _head(**changes):
    loss = LOSSES["sparse_categorical_crossentropy"]()
    given = {"kind": "classes", "task": "classification", "target": "label", "loss": loss, "metrics": ()}
    return HeadPlan(**given | {"from_logits": False} | changes)


def test_batches_keep_rows_together_and_the_last_one_is_smaller():
    samples = _samples([10, 11, 12, 13, 14], np.arange(5, dtype=np.float32))
    found = list(batches(samples, _head(), np.array([4, 3, 2, 1, 0]), 2, None))
    assert [len(target) for _, target, _ in found] == [2, 2, 1]
    assert len(found) == steps_per_epoch(5, 2)
    inputs, target, weight = found[0]
    assert inputs["text"].tolist() == [[4], [3]]
    assert target.tolist() == [14, 13]
    assert weight.tolist() == [4.0, 3.0]


def test_without_weights_every_sample_weighs_one():
    ((_, _, weight),) = batches(_samples([0, 1]), _head(), np.arange(2), 8, None)
    assert weight.tolist() == [1.0, 1.0]


def test_padded_timesteps_weigh_nothing():
    samples = Samples({"tokens": np.array([[3, 4, 0], [5, 0, 0]])}, {"label": np.array([[1, 0, 0], [1, 0, 0]])})
    head = _head(per="timestep", reads="tokens")
    ((_, _, weight),) = batches(samples, head, np.arange(2), 8, np.array([0.5, 2.0], np.float32))
    assert weight.tolist() == [[2.0, 0.5, 0.0], [2.0, 0.0, 0.0]]


def test_balanced_classes_weigh_the_same_in_sum():
    table = class_weights(_samples([0, 0, 0, 1]), _head(), "balanced", ("a", "b"))
    assert table is not None
    assert 3 * table[0] == pytest.approx(table[1])
    assert 3 * table[0] + table[1] == pytest.approx(4)


def test_padding_is_no_class_that_is_balanced():
    samples = Samples({"tokens": np.array([[3, 4, 5], [5, 0, 0]])}, {"label": np.array([[1, 0, 1], [1, 0, 0]])})
    table = class_weights(samples, _head(per="timestep", reads="tokens"), "balanced", ("a", "b"))
    assert table is not None
    assert table.tolist() == pytest.approx([4 / 2, 4 / 6])


def test_class_weights_go_by_label_and_multiply_the_samples_own():
    samples = _samples([0, 1, 1], np.array([1, 2, 3], np.float32))
    table = class_weights(samples, _head(), {"b": 10.0, "a": 0.5}, ("a", "b"))
    ((_, _, weight),) = batches(samples, _head(), np.arange(3), 8, table)
    assert weight.tolist() == [0.5, 20.0, 30.0]


def test_without_class_weights_there_is_no_table():
    assert class_weights(_samples([0, 1]), _head(), None, None) is None
