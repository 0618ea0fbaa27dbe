"""Facts about calls that Python does not wait for."""

import sys

import pytest
import tensorflow as tf

from rnnlab.build.tracing import overlapping, traced_once


@traced_once
@tf.function(input_signature=(tf.TensorSpec((None,), tf.float32),))
def checked_sum(numbers):
    return tf.reduce_sum(tf.debugging.check_numerics(numbers, "not finite"))


def test_calls_that_overlap_give_what_calls_in_turn_give():
    given = [tf.constant([float(number), 1.0]) for number in range(5)]
    with overlapping():
        assert not tf.config.experimental.get_synchronous_execution()
        found = [checked_sum(each) for each in given]
        assert [float(each) for each in found] == [1.0, 2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_inputs_are_told_by_their_names_in_whatever_order_they_come(names):
    number = tf.TensorSpec((), tf.float32)
    signature = (dict.fromkeys(names, number), number)
    call = traced_once(tf.function(lambda given, third: [given["a"], given["b"], third], input_signature=signature))
    for given in ({"a": 1.0, "b": 2.0}, {"b": 2.0, "a": 1.0}):
        tensors = {name: tf.constant(value) for name, value in given.items()}
        for found in (call(given, 3.0), call(tensors, tf.constant(3.0))):
            assert [float(each) for each in found] == [1.0, 2.0, 3.0]


def test_an_error_is_raised_where_it_is_read_and_not_by_what_comes_after():
    interval = sys.getswitchinterval()
    with pytest.raises(tf.errors.InvalidArgumentError, match="not finite"), overlapping():
        float(checked_sum(tf.constant([float("nan")])))
    assert sys.getswitchinterval() == pytest.approx(interval)
    assert tf.config.experimental.get_synchronous_execution()
    assert float(checked_sum(tf.constant([2.0]))) == 2.0


def test_an_error_that_nobody_read_is_not_lost():
    with pytest.raises(tf.errors.InvalidArgumentError, match="not finite"), overlapping():
        checked_sum(tf.constant([float("nan")]))
    assert float(checked_sum(tf.constant([2.0]))) == 2.0


def test_a_gradient_that_is_registered_by_name_while_something_is_traced_stays():
    from tensorflow.python.framework import ops

    @tf.custom_gradient
    def own(numbers):
        return 2 * numbers, lambda change: 2 * change

    @traced_once
    @tf.function(input_signature=(tf.TensorSpec((), tf.float32),), autograph=False)
    def doubled(number):
        tf.RegisterGradient("OfAModuleImportedLate")(lambda operation, change: change)
        return own(number)

    before = set(ops.gradient_registry.list())
    assert float(doubled(tf.constant(2.0))) == 4.0
    assert set(ops.gradient_registry.list()) - before == {"OfAModuleImportedLate"}
