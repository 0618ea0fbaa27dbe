from collections.abc import Callable
from typing import Any

import pytest

from rnnlab.track.store import Store


@pytest.fixture(scope="session")
def records() -> Callable[[Any], list[Any]]:
    """The runs in a small experiment's store, with their curves."""

    def read(tiny: Any) -> list[Any]:
        store = Store.open(f"sqlite:///{tiny.folder / 'mlruns' / 'mlflow.db'}")
        return [store.load_curves(record) for record in store.records()]

    return read


@pytest.fixture(scope="session")
def weights() -> Callable[[Any, Any], list[bytes]]:
    """The bytes of every weight of a run's saved model, read by plain Keras."""

    def read(tiny: Any, record: Any) -> list[bytes]:
        import keras

        store = Store.open(f"sqlite:///{tiny.folder / 'mlruns' / 'mlflow.db'}")
        path = store.model_folder(record, tiny.folder / "download") / "data" / "model.keras"
        return [weight.tobytes() for weight in keras.models.load_model(path, safe_mode=True).get_weights()]

    return read
