import math
from dataclasses import replace

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

POOLED = (  # quick to build, where it is the loop that matters
    "model.layers=[{layer: embedding, output_dim: 4, name: words}, {layer: global_average_pooling1d}, "
    "{layer: dropout, rate: 0.2, name: drop}, {layer: dense, units: 1, activation: sigmoid, name: head}]",
)
ONE_BATCH = ("training.batch_size=500", "training.epochs=1", "training.shuffle=false")
NUMBER = (
    *POOLED,
    "dataset.label=stars",
    "dataset.split={kind: random}",
    "task={kind: regression}",
    "model.layers.head.activation=linear",
)


def _weights(learner):
    return learner.model.get_weights()


def test_loss_and_metrics_of_a_split_are_those_of_keras(assemble):
    import keras

    from rnnlab.train.learner import answers, evaluate

    assembled = assemble("task={kind: classification, metrics: [accuracy, auc, precision, recall]}")
    learner, split = assembled.learner(), assembled.splits.train
    metrics = [
        keras.metrics.AUC(name="auc"),
        "precision",
        "recall",
        keras.metrics.BinaryAccuracy(name="accuracy"),
    ]
    learner.model.compile(loss="binary_crossentropy", metrics=metrics)
    target = split.targets["label"].reshape(-1, 1)
    expected = learner.model.evaluate(split.inputs, target, batch_size=40, return_dict=True, verbose=0)
    found = evaluate(learner, split)
    targets, outputs = answers(learner, split)
    np.testing.assert_array_equal(targets, split.targets["label"])
    assert found == pytest.approx({name: expected[name] for name in found}, abs=1e-6)
    np.testing.assert_allclose(outputs, learner.model.predict(split.inputs, verbose=0), atol=1e-6)


@pytest.mark.parametrize(("width", "most"), [(4, 256), (30_000, 32)])
def test_fewer_samples_are_scored_at_once_where_each_has_many_numbers(assemble, width, most):
    from rnnlab.train.learner import evaluate

    assembled = assemble(*POOLED, f"model.layers.words.output_dim={width}")
    sizes: list[int] = []
    evaluate(assembled.learner(), assembled.splits.train, lambda target, weight, outputs: sizes.append(len(target)))
    assert sum(sizes) == len(assembled.splits.train)
    assert max(sizes) == min(most, len(assembled.splits.train))


def test_a_penalty_on_weights_is_part_of_the_loss_as_in_keras(assemble):
    from rnnlab.train.learner import evaluate

    assembled = assemble(
        *POOLED,
        "model.layers.head.kernel_regularizer={l2: 0.5}",
        "model.layers.words.embeddings_regularizer={l1: 0.1}",
    )
    learner, split = assembled.learner(), assembled.splits.test
    learner.model.compile(loss="binary_crossentropy")
    target = split.targets["label"].reshape(-1, 1)
    expected = learner.model.evaluate(split.inputs, target, verbose=0)
    assert evaluate(learner, split)["loss"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("weights", ["null", "{pos: 3.0, neg: 0.25}"])
def test_an_epoch_is_that_of_keras_with_its_class_weights(assemble, train, weights):
    import keras

    assembled = assemble(
        *POOLED,
        *ONE_BATCH,
        "model.layers.drop.rate=0",
        "optimizer={kind: sgd, learning_rate: 0.5}",
        f"training.class_weight={weights}",
    )
    split = assembled.splits.train
    assert assembled.splits.preparation.labels == ("neg", "pos")
    model = assembled.learner().model
    model.compile(optimizer=keras.optimizers.SGD(0.5), loss="binary_crossentropy")
    table = None if weights == "null" else {0: 0.25, 1: 3.0}
    target = split.targets["label"].reshape(-1, 1)
    fitted = model.fit(split.inputs, target, batch_size=500, shuffle=False, class_weight=table, verbose=0)
    learner, result = train(assembled)
    for found, expected in zip(_weights(learner), model.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    assert result.history[0].metrics["loss"] == pytest.approx(fitted.history["loss"][0], rel=1e-5)


def test_the_loss_of_an_epoch_weighs_its_smaller_last_batch_by_its_samples(assemble, train):
    from rnnlab.train.listener import Quiet

    heard = []

    class Steps(Quiet):
        def on_step(self, epoch, step, loss):
            heard.append((epoch, step, loss))

    assembled = assemble(*POOLED, "training.batch_size=90", "training.epochs=1")
    samples = len(assembled.splits.train)
    _, result = train(assembled, listeners=[Steps()])
    (first, last) = heard
    assert (first[:2], last[:2]) == ((1, 1), (1, 2))
    expected = (first[2] * 90 + last[2] * (samples - 90)) / samples
    assert result.history[0].metrics["loss"] == pytest.approx(expected)


def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not(assemble, train):
    learners = [train(assemble(*POOLED, "training.epochs=1", f"seed={seed}"))[0] for seed in (3, 3, 4)]
    first, again, other = ([weight.tobytes() for weight in _weights(learner)] for learner in learners)
    assert first == again
    assert first != other


def test_the_weights_of_the_best_epoch_are_kept(assemble, train):
    from rnnlab.train.listener import Quiet

    assembled = assemble(
        *POOLED, "optimizer.learning_rate=0.3", "training.epochs=40", "training.early_stopping={patience: 3}"
    )
    learner, result = train(assembled, listeners=[Quiet()])
    assert result.stopped_by == "early_stopping"
    assert len(result.history) == result.kept_epoch + 3
    assert result.kept_epoch == 1 + int(np.argmin([epoch.metrics["val_loss"] for epoch in result.history]))
    from rnnlab.train.learner import evaluate

    found = evaluate(learner, assembled.splits.validation)
    assert found["loss"] == result.kept.metrics["val_loss"]


def test_without_restoring_the_last_weights_stay(assemble, train):
    stopping = "training.early_stopping={patience: 1, restore_best_weights: false}"
    _, result = train(assemble(*POOLED, "optimizer.learning_rate=0.5", "training.epochs=40", stopping))
    assert result.stopped_by == "early_stopping"
    assert result.kept_epoch == len(result.history)


def test_a_plateau_lowers_the_learning_rate_but_not_below_its_end(assemble, train):
    plateau = "training.reduce_lr_on_plateau={patience: 1, min_delta: 1e6, factor: 0.1, min_lr: 2e-4}"
    _, result = train(assemble(*POOLED, "training.epochs=4", plateau))
    rates = [epoch.metrics["learning_rate"] for epoch in result.history]
    assert rates == pytest.approx([1e-2, 1e-2, 1e-3, 2e-4])


def test_a_plateau_never_raises_the_learning_rate(assemble, train):
    plateau = "training.reduce_lr_on_plateau={patience: 1, min_delta: 1e6, min_lr: 0.5}"
    _, result = train(assemble(*POOLED, "training.epochs=3", plateau))
    assert [epoch.metrics["learning_rate"] for epoch in result.history] == pytest.approx([0.01] * 3)


def test_a_schedule_gives_the_learning_rate_by_step(assemble, train):
    import keras

    schedule = {"initial_learning_rate": 0.1, "decay_steps": 2, "decay_rate": 0.5}
    text = ", ".join(f"{key}: {value}" for key, value in schedule.items())
    assembled = assemble(*POOLED, f"optimizer.learning_rate={{kind: exponential_decay, {text}}}", "training.epochs=3")
    _, result = train(assembled)
    rate = keras.optimizers.schedules.ExponentialDecay(**schedule)
    steps = -(-len(assembled.splits.train) // 32)
    found = [epoch.metrics["learning_rate"] for epoch in result.history]
    assert found == pytest.approx([float(rate(steps * epoch)) for epoch in range(3)])


def test_a_loss_that_is_not_finite_stops_with_its_epoch_and_step(assemble, train):
    from rnnlab.errors import DivergedError

    with pytest.raises(DivergedError, match="at epoch 1, step 2") as caught:
        train(assemble(*NUMBER, "optimizer={kind: sgd, learning_rate: 1e30}"))
    assert (caught.value.epoch, caught.value.step) == (1, 2)


def test_weights_spoilt_by_the_last_step_are_not_called_trained(assemble, train):
    from rnnlab.errors import DivergedError

    with pytest.raises(DivergedError, match="at epoch 1, step 1"):
        train(assemble(*NUMBER, *ONE_BATCH, "optimizer={kind: sgd, learning_rate: 1e30}"))


def test_time_that_is_over_ends_the_training_after_its_epoch(assemble, train):
    _, result = train(assemble(*POOLED, "training.max_seconds=1e-6", "training.epochs=5"))
    assert (result.stopped_by, len(result.history)) == ("max_seconds", 1)


def test_a_listener_may_stop_the_training(assemble, train):
    from rnnlab.train.listener import Quiet

    class Stopper(Quiet):
        def on_begin(self, epochs, steps, done, step):
            self.begun = (epochs, steps, done)

        def on_epoch(self, epoch):
            return "pruned" if epoch.epoch == 2 else None

    stopper = Stopper()
    _, result = train(assemble(*POOLED, "training.epochs=5"), listeners=[Quiet(), stopper])
    assert (result.stopped_by, len(result.history)) == ("pruned", 2)
    assert stopper.begun == (5, 3, ())


def test_an_epoch_tells_everything_that_becomes_a_curve(assemble, train):
    _, result = train(assemble(*POOLED, "training.epochs=1"))
    recorded = result.history[0].recorded()
    expected = {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "gradient_norm"}
    assert recorded.keys() == expected | {"epoch_seconds", "samples_per_second"}
    assert all(math.isfinite(value) for value in recorded.values())


def test_xla_gives_the_numbers_of_keras_within_rounding(assemble, train):
    common = ("training.epochs=1", "training.batch_size=96", "model.layers.drop.rate=0")
    plain, _ = train(assemble(*common))
    compiled, _ = train(assemble(*common, "runtime.kernel=xla"))
    for found, expected in zip(_weights(compiled), _weights(plain), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("step", ["tensors", "train"])
def test_a_batch_that_does_not_fit_is_told_wherever_that_is_seen(assemble, train, monkeypatch, step):
    import tensorflow as tf

    from rnnlab.errors import OutOfMemoryError

    def refuse(*given):
        raise tf.errors.ResourceExhaustedError(None, None, "no memory")

    assembled = assemble(*POOLED)
    learner = assembled.learner()
    refusing = replace(learner, steps=replace(learner.steps, **{step: refuse}))
    monkeypatch.setattr(type(assembled), "learner", lambda self: refusing)
    with pytest.raises(OutOfMemoryError, match=r"lower `training\.batch_size`"):
        train(assembled)
