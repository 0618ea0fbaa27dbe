from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.tensorflow

VALUES = st.lists(st.integers(0, 8).map(lambda eighths: eighths / 8), min_size=1, max_size=14)  # exact in float32
DELTAS = st.sampled_from([0.0, 0.125, 0.25])


class StubOptimizer:
    learning_rate = 1.0


class StubModel:
    """What Keras's callbacks touch of a model."""

    stop_training = False

    def __init__(self) -> None:
        self.optimizer = StubOptimizer()
        self.weights: Any = None

    def get_weights(self) -> Any:
        return self.weights

    def set_weights(self, weights: Any) -> None:
        self.weights = weights


def _keras_epochs(callback, values, monitor):
    """Yield the model after each epoch, until the callback stops it; its weights are the epoch's number."""
    model = StubModel()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        model.weights = epoch + 1
        callback.on_epoch_end(epoch, {monitor: value})
        yield model
        if model.stop_training:
            break
    callback.on_train_end()


@settings(max_examples=150, deadline=None)
@given(
    values=VALUES,
    patience=st.integers(0, 3),
    min_delta=DELTAS,
    start=st.integers(0, 3),
    monitor=st.sampled_from(["val_loss", "val_accuracy"]),
)
def test_early_stopping_stops_and_keeps_the_epoch_that_keras_does(values, patience, min_delta, start, monitor):
    from keras.callbacks import EarlyStopping as KerasEarlyStopping

    from rnnlab.tasks import direction_of
    from rnnlab.train.state import Watch
    from rnnlab.train.watch import watch_early_stopping
    from rnnlab.training import EarlyStopping

    spec = EarlyStopping(monitor=monitor, patience=patience, min_delta=min_delta, start_from_epoch=start)
    callback = KerasEarlyStopping(
        monitor=monitor,
        patience=patience,
        min_delta=min_delta,
        start_from_epoch=start,
        restore_best_weights=True,
        mode="min" if monitor == "val_loss" else "max",
    )
    models = list(_keras_epochs(callback, values, monitor))
    watch, stopped_at = Watch(), None
    for epoch, value in enumerate(values, start=1):
        watch, stop = watch_early_stopping(watch, spec, epoch, value, direction_of(monitor))
        if stop:
            stopped_at = epoch
            break
    assert stopped_at == (len(models) if models[-1].stop_training else None)
    assert (watch.best_epoch or len(models)) == models[-1].weights


@settings(max_examples=150, deadline=None)
@given(
    values=VALUES,
    patience=st.integers(1, 3),
    min_delta=DELTAS,
    cooldown=st.integers(0, 3),
    monitor=st.sampled_from(["val_loss", "val_accuracy"]),
)
def test_the_learning_rate_falls_in_the_epochs_in_which_keras_lowers_it(values, patience, min_delta, cooldown, monitor):
    from keras.callbacks import ReduceLROnPlateau as KerasReduceLROnPlateau

    from rnnlab.tasks import direction_of
    from rnnlab.train.state import Watch
    from rnnlab.train.watch import watch_plateau
    from rnnlab.training import ReduceLROnPlateau

    common = {"patience": patience, "min_delta": min_delta, "cooldown": cooldown, "factor": 0.5}
    mode = "min" if monitor == "val_loss" else "max"
    callback = KerasReduceLROnPlateau(monitor=monitor, mode=mode, **common)
    expected = [model.optimizer.learning_rate for model in _keras_epochs(callback, values, monitor)]
    spec = ReduceLROnPlateau(monitor=monitor, **common)
    watch, rate, found = Watch(), 1.0, []
    for epoch, value in enumerate(values, start=1):
        watch, lower = watch_plateau(watch, spec, epoch, value, direction_of(monitor))
        rate *= 0.5 if lower else 1.0
        found.append(rate)
    assert found == expected
