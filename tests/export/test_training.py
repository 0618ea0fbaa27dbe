"""The exported script trains with the optimizer, loss and metrics of the file."""

import inspect
from pathlib import Path
from typing import get_args

import pytest

from rnnlab.export import model_script
from rnnlab.export.layers import SPECS, defaults_of
from rnnlab.optimizers import Optimizer, Schedule
from rnnlab.tasks import LOSSES
from rnnlab.training import EarlyStopping, ReduceLROnPlateau

from .test_script import checked, layers_of, namespace_of

LAYERS = ("{layer: embedding, output_dim: 3}", "{layer: lstm, units: 3}")


def same_value(key, one, other):
    """Return whether Keras takes two values of an argument for the same."""
    import keras

    if key.endswith("activation"):
        return keras.activations.get(one) is keras.activations.get(other)
    if key.endswith("_initializer"):
        first, second = keras.initializers.get(one), keras.initializers.get(other)
        return type(first) is type(second) and first.get_config() == second.get_config()
    return one == other


def assert_defaults(keras_class, defaults):
    signature = inspect.signature(keras_class).parameters
    shared = {key: default for key, default in defaults.items() if key in signature}
    assert {
        key: default for key, default in shared.items() if not same_value(key, default, signature[key].default)
    } == {}
    return shared


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", [name for name in SPECS if name])
def test_the_arguments_left_out_of_a_layer_are_defaults_of_keras(name):
    import keras

    assert_defaults(getattr(keras.layers, name), defaults_of(SPECS[name]))


@pytest.mark.tensorflow
def test_the_arguments_left_out_of_optimizers_losses_and_callbacks_are_defaults_of_keras():
    import keras

    rooms = {
        keras.optimizers: get_args(get_args(Optimizer)[0]),
        keras.optimizers.schedules: get_args(get_args(Schedule)[0]),
        keras.losses: LOSSES.values(),
    }
    for room, specs in rooms.items():
        for spec in specs:
            defaults = {key: field.default for key, field in spec.model_fields.items() if not field.is_required()}
            assert_defaults(getattr(room, spec.keras_class), defaults)
    for spec in (EarlyStopping, ReduceLROnPlateau):
        defaults = {key: field.default for key, field in spec.model_fields.items() if key != "restore_best_weights"}
        assert assert_defaults(getattr(keras.callbacks, spec.__name__), defaults).keys() == defaults.keys()


def script_with(more: str, head: str = "units: 1, activation: sigmoid") -> str:
    plan, experiment = checked(layers_of(*LAYERS, f"{{layer: dense, {head}}}") + more)
    return model_script(plan, experiment)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ("optimizer: {kind: adam, learning_rate: 0.01, clipnorm: 1.0}\n", {"learning_rate": 0.01, "clipnorm": 1.0}),
        ("optimizer: {kind: sgd, momentum: 0.5, nesterov: true}\n", {"momentum": 0.5, "nesterov": True}),
        ("optimizer: adamw\n", {"weight_decay": 0.004}),
        (
            "optimizer: {kind: rmsprop, learning_rate: {kind: cosine_decay, initial_learning_rate: 0.5, "
            "decay_steps: 9, alpha: 0.25}}\n",
            {"rho": 0.9},
        ),
    ],
)
def test_the_optimizer_is_the_one_that_rnnlab_builds(more, wanted):
    import keras

    from rnnlab.build import build_optimizer

    plan, experiment = checked(layers_of(*LAYERS, "{layer: dense, units: 1, activation: sigmoid}") + more)
    ours = namespace_of(model_script(plan, experiment))["model"].optimizer.get_config()
    keras.backend.clear_session()
    built = build_optimizer(experiment.optimizer).get_config()
    assert ours == built
    assert {key: ours[key] for key in wanted} == pytest.approx(wanted)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("units", "task"),
    [
        ("units: 1, activation: sigmoid", "{kind: classification, metrics: [accuracy, auc, precision, recall]}"),
        (
            "units: 1",
            "{kind: classification, loss: {kind: binary_crossentropy, from_logits: true, label_smoothing: 0.25}, "
            "metrics: [accuracy, auc, precision, recall]}",
        ),
        ("units: 2, activation: softmax", "{kind: classification, loss: categorical_crossentropy}"),
        ("units: 2", "{kind: classification, loss: {kind: sparse_categorical_crossentropy, from_logits: true}}"),
    ],
)
def test_loss_and_metrics_are_what_rnnlab_computes(units, task):
    import keras
    import numpy as np

    from rnnlab.build import build_objective

    plan, experiment = checked(layers_of(*LAYERS, f"{{layer: dense, {units}, name: head}}") + f"task: {task}\n")
    model = namespace_of(model_script(plan, experiment))["model"]
    model.set_weights([2 * weight for weight in model.get_weights()])
    draw = np.random.default_rng(3)
    ids = draw.integers(1, 20, (40, 6), dtype="int32")
    labels = draw.integers(0, 2, 40, dtype="int32")
    objective = build_objective(plan.head)
    output = model(ids)
    objective.update(labels, output, np.ones(40, "float32"))
    wanted = objective.result() | {"loss": float(keras.ops.mean(objective.losses(labels, output)))}
    target = np.eye(2, dtype="float32")[labels] if plan.head.loss.one_hot else labels[:, None]
    found = model.evaluate(ids, target, verbose=0, return_dict=True)
    assert found == pytest.approx(wanted, abs=1e-5)
    assert len(found) > 1


@pytest.mark.tensorflow
def test_the_function_train_takes_the_arrays_that_it_describes():
    import numpy as np

    more = (
        "training: {batch_size: 4, epochs: 3, shuffle: false, "
        "early_stopping: {monitor: val_accuracy, patience: 5}, reduce_lr_on_plateau: {patience: 2}}\n"
    )
    script = script_with(more)
    assert "# text: int32 of shape (samples, 6): ids below 20; 0 is padding, behind the data" in script
    assert "# sentiment: int32 of shape (samples, 1), 0 or 1: 0 negative, 1 positive" in script
    ids, labels = np.ones((8, 6), "int32"), np.ones((8, 1), "int32")
    namespace = namespace_of(script)
    history = namespace["train"](ids, labels, validation_data=(ids, labels))
    assert len(history.history["val_accuracy"]) == 3
    assert "learning_rate" in history.history


def test_callbacks_say_which_way_is_better():
    script = script_with("training: {early_stopping: {monitor: val_accuracy, restore_best_weights: false}}\n")
    assert 'keras.callbacks.EarlyStopping(monitor="val_accuracy", mode="max")' in script


def test_xla_is_asked_for_where_the_file_does():
    assert "jit_compile=True" in script_with("runtime: {kernel: xla}\n")
    assert "jit_compile" not in script_with("")


def test_without_data_there_is_nothing_to_compile():
    plan, experiment = checked(
        "rnnlab: 1\nname: bare\nmodel: {inputs: {x: {features: 3}}, layers: [{layer: gru, units: 2}]}\n"
    )
    script = model_script(plan, experiment)
    assert "compile" not in script
    assert script.endswith("model.summary()\n")


def test_the_run_whose_weights_are_taken_over_is_told():
    from rnnlab.plan import check_document
    from rnnlab.source import Source, parse

    text = (
        "rnnlab: 1\nname: x\ndataset: {kind: catalog, name: movie-snippets}\nmodel:\n"
        "  initial_weights: {run: calm-owl-12, layers: [embedding]}\n"
        f"  layers: [{', '.join(LAYERS)}, {{layer: dense, units: 1, activation: sigmoid}}]\n"
    )
    _, experiment, plan = check_document(parse(Source("x.yaml", text)), Path()).require()
    told = "# the file starts from the weights of the run calm-owl-12: give them to embedding\n"
    assert told in model_script(plan, experiment)
