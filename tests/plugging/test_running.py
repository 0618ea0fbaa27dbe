"""A run with a plugin: recorded, resumed, answered and swept with the same files only."""

import pytest

from rnnlab import load_plugin, run_experiment
from rnnlab.errors import InterruptedRunError, PluginError
from rnnlab.plugging import unload_plugins

from .writing import KERAS, SPEC, write_plugin

pytestmark = pytest.mark.tensorflow
OVERRIDES = ("model.layers.rnn={layer: rnn, cells: [{cell: blend, units: 4}], name: rnn}", "training.epochs=2")


@pytest.fixture(scope="module")
def trained(make_tiny):
    tiny = make_tiny("plugged")
    plugin = load_plugin(write_plugin(tiny.folder))
    outcome = run_experiment(tiny.file, overrides=OVERRIDES, store=tiny.store)
    unload_plugins()
    return tiny, plugin, outcome


def test_the_record_holds_the_plugin_and_its_hash(trained):
    from rnnlab.track.store import Store

    tiny, plugin, outcome = trained
    (record,) = Store.open(outcome.store).records()
    assert record.tags["rnnlab.plugin.tiny_cells"] == plugin.sha256
    assert outcome.plan.plugins == ("tiny_cells",)
    kept = {path.name: path.read_text(encoding="utf-8") for path in tiny.folder.rglob("artifacts/plugins/*.py")}
    assert kept == {file.path.name: file.text for file in plugin.files}


def test_answers_need_the_same_plugin(trained, tmp_path):
    from rnnlab import predict

    tiny, plugin, outcome = trained
    with pytest.raises(PluginError, match=r"trained with the plugin `tiny_cells` .*which is missing here"):
        predict(outcome.run_id, tiny.table, store=tiny.store)
    load_plugin(write_plugin(tmp_path, spec=SPEC + "# changed\n"))
    with pytest.raises(PluginError, match=r"or its Keras file differs from it"):
        predict(outcome.run_id, tiny.table, store=tiny.store)
    unload_plugins()
    load_plugin(plugin.spec_file.path)
    assert len(predict(outcome.run_id, tiny.table, store=tiny.store)) == 160


def test_a_run_is_not_resumed_with_another_plugin(tiny, tmp_path):
    from rnnlab.train.listener import Quiet

    class Interrupt(Quiet):
        def on_step(self, epoch, step, loss):
            if epoch > 1:
                raise KeyboardInterrupt

    path = write_plugin(tmp_path / "first")
    load_plugin(path)
    with pytest.raises(InterruptedRunError):
        run_experiment(tiny.file, overrides=OVERRIDES, store=tiny.store, listeners=[Interrupt()])
    unload_plugins()
    load_plugin(write_plugin(tmp_path / "second", spec=SPEC + "# changed\n"))
    with pytest.raises(PluginError, match="was trained with other files of plugin `tiny_cells`"):
        run_experiment(tiny.file, overrides=OVERRIDES, store=tiny.store, resume=True)
    unload_plugins()
    load_plugin(path)
    outcome = run_experiment(tiny.file, overrides=OVERRIDES, store=tiny.store, resume=True)
    assert outcome.result.resumed_from == 1


def test_what_a_plugin_raises_while_training_is_an_error_of_the_plugin(tiny, tmp_path):
    spoilt = KERAS.replace(
        "x, states):", "x, states, training=False):\n        states = states.lost if training else states"
    )
    load_plugin(write_plugin(tmp_path, keras=spoilt))
    with pytest.raises(PluginError, match=r"plugin `tiny_cells` trains: tiny_cells_keras\.py:\d+: AttributeError"):
        run_experiment(tiny.file, overrides=OVERRIDES, store=tiny.store)


def test_a_worker_of_a_sweep_loads_the_plugins_of_its_order(tiny, tmp_path):
    from rnnlab.plan import check_experiment
    from rnnlab.sweep import worker
    from rnnlab.sweep.trial import TrialOrder

    plugin = load_plugin(write_plugin(tmp_path))
    _, experiment, _ = check_experiment(tiny.file, overrides=OVERRIDES).require()
    unload_plugins()
    plugins = ((str(plugin.spec_file.path), plugin.sha256),)
    opened = worker._experiment(TrialOrder(0, experiment.to_data(), str(tiny.folder), "", plugins=plugins))
    assert opened.to_data() == experiment.to_data()
    unload_plugins()
    with pytest.raises(PluginError, match="was changed since"):
        worker._experiment(TrialOrder(0, experiment.to_data(), str(tiny.folder), "", plugins=((plugins[0][0], "0"),)))
