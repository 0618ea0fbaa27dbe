import pytest

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def keeper(tmp_path):
    from rnnlab.train.background import Background
    from rnnlab.train.keeping import Checkpointing, Keeper
    from rnnlab.training import Checkpoint

    with Background("test") as background:
        yield lambda every: Keeper(Checkpointing(tmp_path, "same"), Checkpoint(every=every), background)


@pytest.mark.parametrize(
    ("every", "due"),
    [("epoch", []), ("1 step", [1, 2, 3, 4, 5, 6]), ("3 steps", [3, 6])],
)
def test_a_checkpoint_within_an_epoch_is_due_after_so_many_steps(keeper, every, due):
    kept = keeper(every)
    assert [step for step in range(1, 7) if kept.is_due(step)] == due


def test_minutes_are_counted_from_the_last_checkpoint(keeper, monkeypatch):
    import time

    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    kept = keeper("2.5 minutes")
    found = []
    for now in (60.0, 149.0, 150.0):  # noqa: B007  read by the clock
        found.append(kept.is_due(1))
    assert found == [False, False, True]


def test_a_training_that_keeps_nothing_is_never_due():
    from rnnlab.train.background import Background
    from rnnlab.train.keeping import Keeper
    from rnnlab.training import Checkpoint

    with Background("test") as background:
        assert not Keeper(None, Checkpoint(every="1 steps"), background).is_due(1)


def test_weights_that_are_spoilt_within_an_epoch_are_not_kept(assemble, train, tmp_path):
    from rnnlab.errors import DivergedError
    from rnnlab.train.keeping import Checkpointing

    assembled = assemble(
        "dataset.label=stars",
        "dataset.split={kind: random}",
        "task={kind: regression}",
        "model.layers=[{layer: embedding, output_dim: 4}, {layer: global_average_pooling1d}, {layer: dense, units: 1}]",
        "optimizer={kind: sgd, learning_rate: 3e38}",
        "training.checkpoint={every: 1 steps}",
    )
    with pytest.raises(DivergedError, match="at epoch 1, step 2"):
        train(assembled, checkpointing=Checkpointing(tmp_path, "same"))
    assert list(tmp_path.glob("*.ckpt")) == []
