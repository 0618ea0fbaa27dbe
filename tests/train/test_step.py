import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow


def _by_hand(learner, inputs, target):
    """One step of Keras and TensorFlow, the rows of the embedding's gradient summed by NumPy."""
    import tensorflow as tf

    model = learner.model
    with tf.GradientTape() as tape:
        output = model(inputs, training=True)
        loss = tf.reduce_mean(tf.keras.losses.binary_crossentropy(target.reshape(-1, 1).astype("float32"), output))
    variables = [variable.value for variable in model.trainable_variables]
    gradients = tape.gradient(loss, variables)
    sparse = gradients[0]
    dense = np.zeros(sparse.dense_shape.numpy(), np.float32)
    np.add.at(dense, sparse.indices.numpy(), sparse.values.numpy())
    gradients[0] = tf.constant(dense)
    norm = np.sqrt(sum(float(tf.reduce_sum(tf.square(gradient))) for gradient in gradients))
    learner.optimizer.apply(gradients, model.trainable_variables)
    return float(loss), norm


@pytest.mark.parametrize("optimizer", ["{kind: adam, learning_rate: 0.05}", "{kind: rmsprop, clipnorm: 0.01}"])
def test_a_step_is_the_one_written_by_hand_with_the_embeddings_gradient_made_dense(assemble, optimizer):
    assembled = assemble("model.layers.drop.rate=0", f"optimizer={optimizer}")
    split = assembled.splits.train
    rows = slice(0, 20)
    inputs, target = {"text": split.inputs["text"][rows]}, split.targets["label"][rows]
    ids, counts = np.unique(inputs["text"], return_counts=True)
    assert counts[ids > 0].max() > 1, "a word must stand twice, else sparse and dense are the same"
    ours, hand = assembled.learner(), assembled.learner()
    for _ in range(2):
        loss, norm = ours.steps.train(inputs, target, np.ones(20, np.float32))
        expected_loss, expected_norm = _by_hand(hand, inputs, target)
        assert float(loss) == pytest.approx(expected_loss, rel=1e-5)
        assert float(norm) == pytest.approx(expected_norm, rel=1e-4)
    for found, expected in zip(ours.model.get_weights(), hand.model.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, atol=2e-6)


def test_evaluating_changes_no_weight_and_is_the_same_twice(assemble):
    from rnnlab.train.state import capture

    assembled = assemble()
    learner, split = assembled.learner(), assembled.splits.test
    before = capture(learner.model, learner.optimizer)
    arguments = (split.inputs, split.targets["label"], np.ones(len(split), np.float32))
    first, second = (learner.steps.evaluate(*arguments) for _ in range(2))
    assert float(first[0]) == float(second[0])
    np.testing.assert_array_equal(first[1], second[1])
    np.testing.assert_allclose(learner.steps.predict(split.inputs), first[1], atol=1e-6)
    for name, now in capture(learner.model, learner.optimizer).items():
        np.testing.assert_array_equal(now, before[name])


def test_many_models_of_one_process_are_not_warned_of_retracing(assemble, caplog):
    from rnnlab.train.step import compile_steps

    assembled = assemble()
    learner = assembled.learner()
    inputs = {"text": assembled.splits.train.inputs["text"][:4]}
    for _ in range(6):  # the fifth would be warned
        steps = compile_steps(learner.model, learner.twin, learner.optimizer, learner.objective)
        steps.predict(inputs)
    assert [record.getMessage() for record in caplog.records if "retracing" in record.getMessage()] == []
