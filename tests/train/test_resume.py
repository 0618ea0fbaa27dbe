import os
import signal
from dataclasses import replace

import pytest

pytestmark = pytest.mark.tensorflow

EPOCHS = 4
STEPS = 3
OVERRIDES = (
    "model.layers.rnn.dropout=0.2",
    "model.layers.rnn.recurrent_dropout=0.2",
    f"training.epochs={EPOCHS}",
    "runtime.kernel=numba",  # also that of Adam, whatever the length of the samples
    "task={kind: classification, metrics: [accuracy, auc]}",
    "training.early_stopping={monitor: val_loss, patience: 9}",
    "training.reduce_lr_on_plateau={patience: 1, min_delta: 0.5, factor: 0.5, cooldown: 1}",
)


def _stop(at_epoch, at_step=None):
    """Return a listener that ends the process's work as Ctrl-C does: after an epoch, or within the next one."""
    from rnnlab.train.listener import Quiet

    class Interrupt(Quiet):
        def on_step(self, epoch, step, loss):
            if (epoch, step) == (at_epoch, at_step):
                raise KeyboardInterrupt

        def on_epoch(self, epoch):
            if at_step is None and epoch.epoch == at_epoch:
                raise KeyboardInterrupt

    return Interrupt()


def _break(at_epoch, at_step):
    """Return a listener that ends the work as a crash does: nothing is written on the way out."""
    from rnnlab.train.listener import Quiet

    class Crash(Quiet):
        def on_step(self, epoch, step, loss):
            if (epoch, step) == (at_epoch, at_step):
                raise RuntimeError("crash")

    return Crash()


def _checkpointing(folder, *, resume=False, fingerprint="same"):
    from rnnlab.train.keeping import Checkpointing

    return Checkpointing(folder, fingerprint, resume)


def _numbers(learner):
    from rnnlab.train.state import capture

    return {key: value.tobytes() for key, value in capture(learner.model, learner.optimizer).items()}


def _metrics(result):
    return [(epoch.epoch, epoch.metrics) for epoch in result.history]


@pytest.fixture(scope="module")
def unbroken(assemble, tmp_path_factory):
    from rnnlab.train.checkpoint import load_checkpoint
    from rnnlab.train.fit import fit

    assembled, folder = assemble(*OVERRIDES), tmp_path_factory.mktemp("unbroken")
    learner, splits, experiment = assembled.learner(), assembled.splits, assembled.experiment
    checkpointing = _checkpointing(folder)
    result = fit(
        learner,
        splits.train,
        splits.validation,
        experiment.training,
        seed=experiment.seed,
        checkpointing=checkpointing,
    )
    found = load_checkpoint(folder)
    assert found is not None
    return _numbers(learner), result, found[0]


@pytest.mark.parametrize(("epoch", "step"), [(1, None), (3, None), (4, None), (3, 2)])
def test_a_resumed_training_ends_with_the_bits_of_an_unbroken_one(assemble, train, tmp_path, unbroken, epoch, step):
    from rnnlab.train.checkpoint import load_checkpoint

    numbers, result, last = unbroken
    assembled = assemble(*OVERRIDES)
    with pytest.raises(KeyboardInterrupt):
        train(assembled, listeners=[_stop(epoch, step)], checkpointing=_checkpointing(tmp_path))
    learner, resumed = train(assembled, checkpointing=_checkpointing(tmp_path, resume=True))
    assert resumed.resumed_from == (epoch if step is None else epoch - 1)
    assert resumed.resumed_step == (0 if step is None else min(step + 1, STEPS))  # told one step late
    assert _numbers(learner) == numbers
    assert _metrics(resumed) == _metrics(result)
    assert (resumed.kept_epoch, resumed.stopped_by) == (result.kept_epoch, result.stopped_by)
    found = load_checkpoint(tmp_path)
    assert found is not None
    checkpoint = found[0]
    assert (checkpoint.state.early_stopping, checkpoint.state.plateau) == (
        last.state.early_stopping,
        last.state.plateau,
    )
    for mine, theirs in ((checkpoint.arrays, last.arrays), (checkpoint.best, last.best)):
        assert {key: array.tobytes() for key, array in mine.items()} == {
            key: array.tobytes() for key, array in theirs.items()
        }


@pytest.fixture(scope="module")
def again(assemble):
    """Train with learners that are compiled once: one as if fresh, and to resume another that was trained before."""
    from rnnlab.train.fit import fit
    from rnnlab.train.state import capture, restore

    assembled = assemble(*OVERRIDES)
    learners = {resume: assembled.learner() for resume in (False, True)}
    initial = capture(learners[False].model, learners[False].optimizer)

    def train(folder, *overrides, resume=False, listeners=()):
        learner, experiment = learners[resume], assemble(*OVERRIDES, *overrides).experiment
        if not resume:
            restore(learner.model, learner.optimizer, initial)
        return learner, fit(
            learner,
            assembled.splits.train,
            assembled.splits.validation,
            experiment.training,
            seed=experiment.seed,
            listeners=listeners,
            checkpointing=_checkpointing(folder, resume=resume),
        )

    return train


@pytest.mark.parametrize(("epoch", "step"), [(1, 1), (4, 3)])
def test_an_interruption_within_an_epoch_keeps_its_steps(again, tmp_path, unbroken, epoch, step):
    with pytest.raises(KeyboardInterrupt):
        again(tmp_path, listeners=[_stop(epoch, step)])
    learner, resumed = again(tmp_path, resume=True)
    assert (resumed.resumed_from, resumed.resumed_step) == (epoch - 1, min(step + 1, STEPS))
    assert _numbers(learner) == unbroken[0]
    assert _metrics(resumed) == _metrics(unbroken[1])


@pytest.mark.parametrize(("epoch", "step"), [(1, 2), (2, 1), (3, 3)])
def test_a_training_that_broke_goes_on_from_the_last_checkpoint_within_its_epoch(
    again, tmp_path, unbroken, epoch, step
):
    from rnnlab.train.listener import Quiet

    class Hear(Quiet):
        steps = ()

        def on_begin(self, epochs, steps, done, step):
            self.begun = (len(done), step)

        def on_step(self, epoch, step, loss):
            self.steps += ((epoch, step),)

    every, hear = "training.checkpoint={every: 1 steps}", Hear()
    with pytest.raises(RuntimeError):
        again(tmp_path, every, listeners=[_break(epoch, step)])
    learner, resumed = again(tmp_path, every, resume=True, listeners=[hear])
    kept = step - 1  # the step itself is told before it is kept
    assert (resumed.resumed_from, resumed.resumed_step) == hear.begun == (epoch - 1, kept)
    assert hear.steps[0] == (epoch, step)
    assert _numbers(learner) == unbroken[0]
    assert _metrics(resumed) == _metrics(unbroken[1])


def test_an_interruption_while_the_validation_is_scored_keeps_all_steps_of_the_epoch(
    again, tmp_path, unbroken, monkeypatch
):
    from rnnlab.train import fit

    scored = []

    def evaluate(*arguments):
        if len(scored) == 1:
            monkeypatch.undo()
            fit.evaluate(*arguments)
            raise KeyboardInterrupt
        scored.append(arguments)
        return found(*arguments)

    found = fit.evaluate
    monkeypatch.setattr(fit, "evaluate", evaluate)
    with pytest.raises(KeyboardInterrupt):
        again(tmp_path)
    learner, resumed = again(tmp_path, resume=True)
    assert (resumed.resumed_from, resumed.resumed_step) == (1, STEPS)
    assert _numbers(learner) == unbroken[0]
    assert _metrics(resumed) == _metrics(unbroken[1])


def test_a_signal_within_a_batch_of_the_validation_waits_for_its_end_and_no_longer(
    assemble, train, tmp_path, monkeypatch
):
    from rnnlab.train import learner
    from rnnlab.train.checkpoint import load_checkpoint

    begun, ended = [], []

    def compile_steps(*arguments, **keys):
        steps = found(*arguments, **keys)

        def evaluate(*given):
            begun.append(given)
            if len(begun) == 6:  # the second of the second epoch
                os.kill(os.getpid(), signal.SIGINT)
            outcome = steps.evaluate(*given)
            ended.append(given)
            return outcome

        return replace(steps, evaluate=evaluate)

    found = learner.compile_steps
    monkeypatch.setattr(learner, "compile_steps", compile_steps)
    monkeypatch.setattr(learner, "EVALUATION_BATCH", 8)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # shells ignore it in the background
    try:
        with pytest.raises(KeyboardInterrupt):
            train(assemble(*OVERRIDES), checkpointing=_checkpointing(tmp_path))
    finally:
        signal.signal(signal.SIGINT, before)
    assert (len(begun), len(ended)) == (6, 6)
    checkpoint, _ = load_checkpoint(tmp_path)
    assert (checkpoint.state.epoch, checkpoint.state.partial.steps) == (1, STEPS)


def test_the_learning_rate_of_an_epoch_that_was_interrupted_is_that_of_its_beginning(assemble, train, tmp_path):
    schedule = "{kind: exponential_decay, initial_learning_rate: 0.1, decay_steps: 2, decay_rate: 0.5}"
    layers = ("embedding, output_dim: 4", "global_average_pooling1d", "dense, units: 1, activation: sigmoid")
    pooled = f"[{', '.join(f'{{layer: {each}}}' for each in layers)}]"
    assembled = assemble(f"model.layers={pooled}", f"optimizer.learning_rate={schedule}", "training.epochs=2")
    unbroken, result = train(assembled)
    with pytest.raises(KeyboardInterrupt):
        train(assembled, listeners=[_stop(2, 1)], checkpointing=_checkpointing(tmp_path))
    learner, resumed = train(assembled, checkpointing=_checkpointing(tmp_path, resume=True))
    assert (resumed.resumed_from, resumed.resumed_step) == (1, 2)
    assert _metrics(resumed) == _metrics(result)
    assert _numbers(learner) == _numbers(unbroken)


def test_the_unbroken_training_has_all_that_resuming_must_keep(unbroken):
    _, result, last = unbroken
    rates = [epoch.metrics["learning_rate"] for epoch in result.history]
    assert len(set(rates)) > 1, "the plateau must have lowered the learning rate"
    assert last.best, "best weights must be there"
    assert any(key.startswith("optimizer/") for key in last.arrays)


def test_a_damaged_newest_checkpoint_is_told_and_the_one_before_gives_the_same_bits(
    assemble, train, tmp_path, unbroken
):
    assembled = assemble(*OVERRIDES)
    with pytest.raises(KeyboardInterrupt):
        train(assembled, listeners=[_stop(3)], checkpointing=_checkpointing(tmp_path))
    newest = tmp_path / "epoch-000003.ckpt"
    newest.write_bytes(newest.read_bytes()[:-1])
    learner, resumed = train(assembled, checkpointing=_checkpointing(tmp_path, resume=True))
    assert resumed.resumed_from == 2
    assert resumed.notes == ("epoch-000003.ckpt is damaged: its SHA-256 differs",)
    assert _numbers(learner) == unbroken[0]


def test_the_checkpoint_of_something_else_is_refused(assemble, train, tmp_path):
    from rnnlab.errors import CheckpointError

    assembled = assemble("training.epochs=1")
    train(assembled, checkpointing=_checkpointing(tmp_path))
    with pytest.raises(CheckpointError, match="another experiment"):
        train(assembled, checkpointing=_checkpointing(tmp_path, resume=True, fingerprint="other"))


def test_resuming_without_a_checkpoint_begins_at_the_beginning(assemble, train, tmp_path):
    _, result = train(assemble("training.epochs=1"), checkpointing=_checkpointing(tmp_path, resume=True))
    assert (result.resumed_from, len(result.history)) == (0, 1)
