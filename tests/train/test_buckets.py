from typing import Any

import numpy as np
import pytest

from rnnlab.data import padding_waste

pytestmark = pytest.mark.tensorflow

BUCKET = "padding={maxlen: 10, bucket: true}"
EPOCHS = 3
TAGGED = (
    "dataset={kind: generated, name: tagged-sentences, samples: 120}",
    "text={unit: token, vocabulary: 60}",
    "task={kind: tagging}",
    "model.layers=[{layer: embedding, output_dim: 4}, {layer: gru, units: 4, name: rnn, bidirectional: true}, "
    "{layer: dense, units: 7, activation: softmax, name: head}]",
)
WRITTEN = (
    "dataset={kind: text_pairs, path: tiny.csv, source: text, target: mood, split: {kind: random}}",
    "text={source: {vocabulary: 50}, target: {unit: character, vocabulary: 12}}",
    "model.layers=[{layer: embedding, from: source, output_dim: 4}, {layer: gru, units: 4, name: encoder}, "
    "{layer: embedding, from: target, output_dim: 4}, {layer: gru, units: 4, initial_state: encoder, name: rnn}, "
    "{layer: dense, units: 12, activation: softmax, name: head}]",
    "task={kind: sequence_to_sequence}",
)
BOTH = "padding={source: {maxlen: 10, bucket: true}, target: {maxlen: 6, bucket: true}}"


def _pair(assemble: Any, overrides: tuple[str, ...], bucket: str) -> Any:
    return assemble(*overrides, bucket.replace(", bucket: true", "")), assemble(*overrides, bucket)


@pytest.fixture
def sequences(tmp_path):
    """Sequences of two numbers per timestep, of 1 to 12 timesteps."""
    draw = np.random.default_rng(5)
    numbers, lengths = draw.normal(size=(60, 12, 2)).astype("float32"), draw.integers(1, 13, 60)
    np.savez(tmp_path / "numbers.npz", x=numbers, n=lengths, y=np.arange(60) % 2)
    return (
        f"dataset={{kind: arrays, path: {tmp_path / 'numbers.npz'}, lengths: n, split: {{kind: random}}}}",
        "text=null",
        "model.layers=[{layer: gru, units: 4, name: rnn}, {layer: dense, units: 1, activation: sigmoid, name: head}]",
    )


@pytest.mark.parametrize(
    ("overrides", "bucket"),
    [((), BUCKET), (TAGGED, BUCKET), (WRITTEN, BOTH), ("sequences", BUCKET.replace("10", "12, padding: pre"))],
)
def test_answers_and_scores_are_those_of_one_length(assemble, sequences, overrides, bucket):
    from rnnlab.train.learner import answers, copy_weights, evaluate

    alike, bucketed = _pair(assemble, sequences if overrides == "sequences" else overrides, bucket)
    assert bucketed.splits.test.buckets.count > 1
    learner, other = alike.learner(), bucketed.learner()
    copy_weights(learner.twin, other.twin)
    wanted, found = (answers(each, pair.splits.test) for each, pair in ((learner, alike), (other, bucketed)))
    for one, two in zip(wanted, found, strict=True):
        np.testing.assert_allclose(two, one, atol=1e-6)
    wanted, found = evaluate(learner, alike.splits.test), evaluate(other, bucketed.splits.test)
    assert found == pytest.approx(wanted, abs=1e-6)


def _batches(assembled: Any, epoch: int) -> list[Any]:
    from rnnlab.train.batches import batches, order_of_epoch

    order = order_of_epoch(len(assembled.splits.train), seed=7, epoch=epoch, shuffle=True)
    return list(batches(assembled.splits.train, assembled.plan.head, order, 16, None))


def test_batches_of_an_epoch_are_shorter_and_differ_from_those_of_the_next(assemble):
    alike, bucketed = _pair(assemble, (), BUCKET)
    first, second, plain = _batches(bucketed, 1), _batches(bucketed, 2), _batches(alike, 1)
    widths = [inputs["text"].shape[1] for inputs, _, _ in first]
    assert len(first) == len(plain)
    assert len(set(widths)) > 1
    assert sorted(len(target) for _, target, _ in first) == sorted(len(target) for _, target, _ in plain)
    assert not np.array_equal(first[0][0]["text"], second[0][0]["text"])
    again = _batches(bucketed, 1)
    assert all(np.array_equal(one[0]["text"], two[0]["text"]) for one, two in zip(first, again, strict=True))


def test_the_share_of_padding_is_that_of_the_batches(assemble):
    alike, bucketed = _pair(assemble, (), BUCKET)
    found = padding_waste(bucketed.splits, 16)
    assert padding_waste(alike.splits, 16) == found
    for share, each in ((found["padding"], alike), (found["bucketed"], bucketed)):
        ids = [inputs["text"] for inputs, _, _ in _batches(each, 1)]
        padding, whole = (
            sum(counts) for counts in zip(*((int((row == 0).sum()), row.size) for row in ids), strict=True)
        )
        assert share == pytest.approx(padding / whole)
    assert found["bucketed"] < found["padding"] / 2


def test_a_resumed_training_ends_as_an_unbroken_one(assemble, train, tmp_path):
    from rnnlab.train.fit import Checkpointing
    from rnnlab.train.listener import Quiet
    from rnnlab.train.state import capture

    class Interrupt(Quiet):
        def on_step(self, epoch: int, step: int, loss: float) -> None:
            if (epoch, step) == (2, 2):
                raise KeyboardInterrupt

    assembled = assemble(BUCKET, f"training={{epochs: {EPOCHS}, batch_size: 16}}")
    unbroken, result = train(assembled)
    with pytest.raises(KeyboardInterrupt):
        train(assembled, listeners=[Interrupt()], checkpointing=Checkpointing(tmp_path, "same"))
    resumed, after = train(assembled, checkpointing=Checkpointing(tmp_path, "same", resume=True))
    assert (after.resumed_from, len(after.history)) == (1, EPOCHS)
    assert [epoch.metrics for epoch in after.history] == [epoch.metrics for epoch in result.history]
    wanted, found = (capture(each.model, each.optimizer) for each in (unbroken, resumed))
    assert {key: value.tobytes() for key, value in found.items()} == {
        key: value.tobytes() for key, value in wanted.items()
    }
