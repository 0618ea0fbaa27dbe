from dataclasses import replace

import pytest

pytestmark = pytest.mark.tensorflow


def _planned(assemble):
    from rnnlab.build import build_model

    plan = assemble().plan
    return build_model(plan), plan


def _change(plan, layer_name, **changes):
    """Return the plan with something else said of the first weight of a layer."""
    layers = tuple(
        replace(layer, weights=(replace(layer.weights[0], **changes), *layer.weights[1:]))
        if layer.name == layer_name
        else layer
        for layer in plan.layers
    )
    return replace(plan, layers=layers)


def test_a_model_that_is_the_planned_one_passes(assemble):
    from rnnlab.build import audit

    model, plan = _planned(assemble)
    assert audit(model, plan) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shape": (5, 16)}, r"rnn/lstm_cell/kernel: planned \(5, 16\), built \(4, 16\)"),
        ({"trainable": False}, r"rnn/lstm_cell/kernel: planned \(4, 16\) frozen, built \(4, 16\)"),
        ({"path": "rnn/cell/kernel"}, r"rnn/cell/kernel: planned \(4, 16\), built nothing"),
    ],
)
def test_a_weight_that_differs_from_the_plan_is_refused(assemble, changes, message):
    from rnnlab.build import audit
    from rnnlab.errors import PlanMismatchError

    model, plan = _planned(assemble)
    with pytest.raises(PlanMismatchError, match=message) as caught:
        audit(model, _change(plan, "rnn", **changes))
    assert caught.value.code == "RL501"


def test_a_layer_that_is_missing_in_the_model_is_refused(assemble):
    import keras

    from rnnlab.build import audit
    from rnnlab.errors import PlanMismatchError

    model, plan = _planned(assemble)
    without_head = keras.Model(model.inputs, model.layers[-2].output)
    with pytest.raises(PlanMismatchError) as caught:
        audit(without_head, plan)
    told = str(caught.value)
    assert "head/kernel: planned (4, 1), built nothing" in told
    assert "outputs: planned [(1,)], built [(4,)]" in told
    assert f"parameters: planned {plan.parameters:,}, built {plan.parameters - 5:,}" in told


def test_an_output_of_another_shape_is_refused(assemble):
    from rnnlab.build import audit
    from rnnlab.errors import PlanMismatchError

    model, plan = _planned(assemble)
    outputs = {name: replace(signal, shape=(2,)) for name, signal in plan.outputs.items()}
    with pytest.raises(PlanMismatchError, match=r"outputs: planned \[\(2,\)\], built \[\(1,\)\]"):
        audit(model, replace(plan, outputs=outputs))
