"""What is kept away from libraries that would import it, in rnnlab's own processes only."""

import subprocess
import sys

import pytest

SHOWN = "import rnnlab.track.store, sys; print('pandas' in sys.modules, 'pyarrow' in sys.modules)"
OWN = "from rnnlab.absent import own_process; own_process()"
USED = "import pandas, pyarrow; assert pandas.DataFrame({'text': ['a', None]}).text.isna().sum() == 1"


def run(*lines: str) -> str:
    return subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True, capture_output=True, text=True).stdout


def test_commands_do_without_what_libraries_would_import_and_can_still_use_it_themselves():
    assert run(OWN, SHOWN, USED) == "False False\n"


def test_in_a_process_of_somebody_else_nothing_is_kept_away():
    assert run(SHOWN, USED) == "True True\n"


@pytest.mark.tensorflow
def test_keras_is_imported_without_scikit_learn_and_pandas():
    shown = "import rnnlab.build, sys; print({'sklearn', 'pandas', 'matplotlib', 'PIL', 'scipy'} & set(sys.modules))"
    assert run(OWN, shown) == "set()\n"


STORED = """
import sys, tempfile, keras
from pathlib import Path
from mlflow.models import Model
from rnnlab.track.saving import save_model
layers = [keras.layers.Input((None, 3), name="x"), keras.layers.LSTM(2)]
with tempfile.TemporaryDirectory() as folder:
    save_model(keras.Sequential(layers), Path(folder) / "model", Model())
    print(Model.load(f"{folder}/model").signature.inputs)
"""


@pytest.mark.tensorflow
def test_a_model_is_saved_alike_whether_mlflow_was_imported_with_pandas_or_without():
    alone = run(OWN, "import rnnlab.track.store, sys; assert 'pandas' not in sys.modules", STORED)
    assert alone == run("import rnnlab.track.store", STORED) == "[Tensor('float32', (-1, -1, 3))]\n"


@pytest.fixture
def late(tmp_path, monkeypatch):
    """Return what makes a package whose interface says when it runs, and the lines that import it."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("from shop import counter as counter\n")
    (tmp_path / "shop" / "counter.py").write_text("print('runs')\nfrom shop import shelf\nprice = 3\n")
    (tmp_path / "shop" / "shelf.py").write_text("print('shelf')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    return "from rnnlab.absent import deferred\nwith deferred('shop.counter', 'shop.no_such_part'):\n import shop"


def test_a_deferred_module_runs_when_something_of_it_is_used_and_once(late):
    used = "print('used', shop.counter.price, shop.counter.price, shop.counter.shelf.__name__)"
    assert run(OWN, late, "print('imported')", used) == "imported\nruns\nshelf\nused 3 3 shop.shelf\n"


def test_a_deferred_module_does_not_run_for_those_who_look_where_modules_are(late):
    asked = "import sys; print(all(type(getattr(module, '__file__', None)) for module in sys.modules.values()))"
    assert run(OWN, late, asked) == "True\n"


def test_a_deferred_module_lacks_what_it_lacks_and_names_import_from_it(late):
    lacked = "print(hasattr(shop.counter, 'cost'))"
    assert run(OWN, late, lacked) == "runs\nshelf\nFalse\n"
    assert run(OWN, late, "from shop.counter import price; print(price)") == "runs\nshelf\n3\n"


def test_in_a_process_of_somebody_else_nothing_is_deferred(late):
    assert run(late, "print('imported')") == "runs\nshelf\nimported\n"


@pytest.mark.tensorflow
def test_of_tensorflow_runs_what_a_run_uses_and_the_rest_when_it_is_asked_for():
    shown = "import rnnlab.build, sys; print([name for name in sys.modules if name.startswith('tensorflow.lite.')])"
    used = (
        "import tensorflow as tf; print(tf.compat.as_text(b'a'), tf.compat.v1.Session.__name__)",
        "print(tf.lite.TFLiteConverter.__name__, tf.feature_column.numeric_column.__name__)",
        "from tensorflow.compat.v1 import placeholder",
    )
    assert run(OWN, shown, *used) == "[]\na Session\nTFLiteConverterV2 numeric_column\n"


def test_a_deferred_module_that_fails_tells_whoever_asks(late, tmp_path):
    (tmp_path / "shop" / "counter.py").write_text("import no_such_package\nprice = 3\n")
    asked = "\n".join(
        (
            "for _ in range(2):",
            " try:",
            "  print(shop.counter.price)",
            " except ModuleNotFoundError as error:",
            "  print(error.name)",
        )
    )
    assert run(OWN, late, asked) == "no_such_package\nno_such_package\n"


def test_a_process_that_loaded_a_plugin_keeps_nothing_away(late, tmp_path):
    (tmp_path / "cells.py").write_text('KERAS_FILE = "cells_keras.py"\n')
    (tmp_path / "cells_keras.py").write_text("")
    load = "\n".join(
        (
            "from rnnlab.plugging import load_plugin",
            "from rnnlab.errors import PluginError",
            "try:",
            f" load_plugin({str(tmp_path / 'cells.py')!r})",
            "except PluginError:",
            " pass",  # it has no members
            "from rnnlab.absent import absent",
            "with absent('wave'):",
            " import wave",
        )
    )
    assert run(OWN, load, late, "print(wave.__name__)") == "runs\nshelf\nwave\n"
