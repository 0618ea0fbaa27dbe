"""Training in other numbers than float32: loss scaling, its state, and what loss and metrics are computed in."""

import shutil
import time

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

SIMPLE = ("model.layers.rnn.layer=simple_rnn", "model.layers.drop.rate=0")
PENALTY = (*SIMPLE, "model.layers.rnn.kernel_regularizer={l2: 0.01}")


def _batch(assembled, rows=20):
    split = assembled.splits.train
    inputs = {"text": split.inputs["text"][:rows]}
    return inputs, split.targets["label"][:rows], np.ones(rows, np.float32)


def _bytes(learner):
    from rnnlab.train.state import capture

    return {key: value.tobytes() for key, value in capture(learner.model, learner.optimizer).items()}


def _scale(learner):
    return float(learner.optimizer.dynamic_scale.value.numpy())


def _fit(assembled, folder, *, copy_to=None, resume=False):
    """Train with a loss scale that doubles at every step until one is skipped; copy the checkpoint of epoch 2."""
    from rnnlab.train.fit import fit
    from rnnlab.train.keeping import Checkpointing
    from rnnlab.train.listener import Quiet

    class Copy(Quiet):
        def on_epoch(self, epoch):
            if epoch.epoch == 2 and copy_to:
                while not (folder / "epoch-000002.ckpt").exists():  # it is written beside the next steps
                    time.sleep(0.01)
                shutil.copytree(folder, copy_to)

    learner, splits, experiment = assembled.learner(), assembled.splits, assembled.experiment
    learner.optimizer.dynamic_growth_steps = 1
    result = fit(
        learner,
        splits.train,
        splits.validation,
        experiment.training,
        seed=experiment.seed,
        listeners=[Copy()],
        checkpointing=Checkpointing(folder, "same", resume),
    )
    return learner, result


def test_a_resumed_training_with_a_scaled_loss_ends_with_the_bits_of_an_unbroken_one(assemble, tmp_path):
    changes = ("runtime.dtype=mixed_float16", "model.layers.rnn.layer=simple_rnn", "model.layers.rnn.dropout=0.2")
    assembled = assemble(*changes, "training.epochs=5")
    learner, result = _fit(assembled, tmp_path / "unbroken", copy_to=tmp_path / "broken")
    steps = 5 * 3
    assert int(learner.optimizer.iterations.value) < steps, "a step must have been skipped"
    resumed, again = _fit(assembled, tmp_path / "broken", resume=True)
    assert again.resumed_from == 2
    assert _bytes(resumed) == _bytes(learner)
    assert [epoch.metrics for epoch in again.history] == [epoch.metrics for epoch in result.history]
    assert all(np.isfinite(list(epoch.metrics.values())).all() for epoch in result.history)


def test_a_checkpoint_keeps_bfloat16(tmp_path):
    from rnnlab.train.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
    from rnnlab.train.state import TrainingState

    array = np.array([1.5, -3.0e38, 0.0]).astype("bfloat16")
    save_checkpoint(tmp_path, Checkpoint("same", TrainingState(), {"model/0": array}, {"0": array}))
    found, _ = load_checkpoint(tmp_path)
    for read in (found.arrays["model/0"], found.best["0"]):
        assert read.dtype == array.dtype
        assert read.tobytes() == array.tobytes()


def test_a_step_whose_gradients_overflow_changes_no_weight_and_halves_the_scale(assemble):
    assembled = assemble("runtime.dtype=mixed_float16", *SIMPLE)
    learner, batch = assembled.learner(), _batch(assembled)
    learner.optimizer.dynamic_scale.assign(2.0**40)
    before = learner.model.get_weights()
    loss, norm = learner.steps.train(*batch)
    assert np.isfinite(float(loss))
    assert float(norm) == 0
    assert _scale(learner) == 2.0**39
    for old, new in zip(before, learner.model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    learner.optimizer.dynamic_scale.assign(2.0**10)
    assert float(learner.steps.train(*batch)[1]) > 0
    assert any((old != new).any() for old, new in zip(before, learner.model.get_weights(), strict=True))


@pytest.fixture(scope="module")
def in_float32(assemble):
    """The file, its first weights, and (loss, norm) of two steps."""
    assembled = assemble(*PENALTY)
    learner = assembled.learner()
    weights = learner.model.get_weights()
    return assembled, weights, [[float(each) for each in learner.steps.train(*_batch(assembled))] for _ in range(2)]


@pytest.mark.parametrize(
    ("dtype", "kernel", "near"),
    [
        ("float64", "keras", 1e-5),
        ("mixed_float16", "keras", 1e-2),
        ("mixed_bfloat16", "keras", 1e-1),
        ("mixed_float16", "xla", 1e-2),
    ],
)
def test_a_step_in_other_numbers_is_nearly_the_one_in_float32(assemble, in_float32, dtype, kernel, near):
    plain, one, steps = in_float32
    other = assemble(*PENALTY, f"runtime.dtype={dtype}", f"runtime.kernel={kernel}")
    two = other.learner()
    assert two.model.output.dtype == ("float64" if dtype == "float64" else "float32")
    if dtype == "float64":
        two.model.set_weights(one)
    for expected in steps:
        found = two.steps.train(*_batch(plain))
        assert found[0].dtype.name == two.objective.head.dtype
        assert [float(each) for each in found] == pytest.approx(expected, rel=near)
    losses = two.steps.evaluate(*_batch(other))
    assert losses[1].dtype.name == two.objective.head.dtype


def test_a_head_in_half_precision_is_scored_in_float32(assemble):
    assembled = assemble("model.layers.head.dtype=mixed_bfloat16")
    learner = assembled.learner()
    assert learner.model.output.dtype == "bfloat16"
    loss, _ = learner.steps.train(*_batch(assembled))
    assert loss.dtype.name == "float32"
    assert learner.steps.predict(_batch(assembled)[0]).dtype.name == "float32"


def test_only_float16_scales_the_loss(assemble):
    import keras

    wraps = {
        dtype: isinstance(
            assemble(f"model.layers.rnn.dtype={dtype}").learner().optimizer, keras.optimizers.LossScaleOptimizer
        )
        for dtype in ("float32", "float64", "mixed_bfloat16", "mixed_float16", "float16")
    }
    assert wraps == {
        "float32": False,
        "float64": False,
        "mixed_bfloat16": False,
        "mixed_float16": True,
        "float16": True,
    }
    for dtype, scales in wraps.items():
        assert assemble(f"model.layers.rnn.dtype={dtype}").plan.scales_loss is scales
