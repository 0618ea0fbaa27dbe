"""Padding changes nothing, for every layer that reads a padded sequence."""

import numpy as np
import pytest

from rnnlab import plan_model, validate_experiment
from rnnlab.datasets import Facts, InputFacts, TargetFacts
from rnnlab.plan import Plan

pytestmark = pytest.mark.tensorflow

ROWS = "{layer: time_distributed, inner: {layer: reshape, target_shape: [3, 2]}}"
LAYERS = {
    "conv1d, same": "{layer: conv1d, filters: 3, kernel_size: 4, padding: same}",
    "conv1d, causal": "{layer: conv1d, filters: 3, kernel_size: 3, padding: causal, dilation_rate: 2}",
    "max_pooling1d": "{layer: max_pooling1d, pool_size: 3, strides: 1, padding: same}",
    "average_pooling1d": "{layer: average_pooling1d, pool_size: 4, strides: 1, padding: same}",
    "time_distributed": "{layer: time_distributed, inner: {layer: dense, units: 3}}",
    "time_distributed lstm": ROWS + ", {layer: time_distributed, inner: {layer: lstm, units: 3}}",
    "permute": ROWS + ", {layer: permute, dims: [1, 3, 2]}, {layer: time_distributed, inner: {layer: flatten}}",
    "conv_lstm1d": ROWS + ", {layer: conv_lstm1d, filters: 2, kernel_size: 2, return_sequences: true}, "
    "{layer: time_distributed, inner: {layer: flatten}}",
    "activation": "{layer: activation, activation: sigmoid}",
    "batch_normalization": "{layer: batch_normalization}",
    "gaussian_noise": "{layer: gaussian_noise, stddev: 0.5}",
    "concatenate": "{layer: dense, units: 2}, {layer: concatenate, from: [embedding, dense]}",
    "add a vector": "{layer: lstm, units: 6, name: rnn}, {layer: add, from: [embedding, rnn.state_h]}",
    "multiply": "{layer: dense, units: 6}, {layer: multiply, from: [embedding, dense]}",
    "attention": "{layer: attention, from: [embedding, embedding]}",
    "attention, causal": "{layer: attention, use_causal_mask: true, dropout: 0.2, from: [embedding, embedding]}",
    "attention, scores of sums": "{layer: attention, score_mode: concat, from: [embedding, embedding, embedding]}",
    "additive_attention": "{layer: additive_attention, from: [embedding, embedding]}",
    "multi_head_attention": "{layer: multi_head_attention, num_heads: 2, key_dim: 3}",
    "multi_head_attention, causal": "{layer: multi_head_attention, num_heads: 2, key_dim: 3, use_causal_mask: true}, "
    "{layer: add, from: [embedding, multi_head_attention]}",
    "multi_head_attention, dropout": "{layer: multi_head_attention, num_heads: 1, key_dim: 2, dropout: 0.1, "
    "from: [embedding, embedding, embedding]}, {layer: add, from: [multi_head_attention, embedding]}",
}
ENDS = (
    "{layer: dropout, rate: 0.1, name: end}, {layer: lstm, units: 2, name: last, from: end}, "
    "{layer: global_max_pooling1d, from: end}, {layer: global_average_pooling1d, from: end}, "
    "{layer: concatenate, from: [last, global_max_pooling1d, global_average_pooling1d], name: ends}, "
    "{layer: dense, units: 1, activation: sigmoid}"
)
IDS = {
    "post": np.array([[3, 4, 5, 6, 2], [7, 1, 8, 0, 0]], "int32"),
    "pre": np.array([[3, 4, 5, 6, 2], [0, 0, 7, 1, 8]], "int32"),
}


def planned(layers: str, side: str = "post") -> Plan:
    """Return the plan of layers below an embedding, on padded texts of any length."""
    experiment = validate_experiment(
        "rnnlab: 1\nname: pads\ndataset: {kind: catalog, name: movie-snippets}\n"
        f"text: {{vocabulary: 9}}\npadding: {{padding: {side}}}\n"
        f"model: {{layers: [{{layer: embedding, output_dim: 6}}, {layers}, {ENDS}]}}\n"
    )
    facts = Facts(
        {"text": InputFacts("ids", None, vocabulary=9, padding=side, masked=True)},
        {"sentiment": TargetFacts("classes", 2, ("negative", "positive"))},
    )
    return plan_model(experiment, facts)


def padded(values: np.ndarray, side: str, pads: int) -> np.ndarray:
    width = (pads, 0) if side == "pre" else (0, pads)
    return np.pad(values, [(0, 0), width, *[(0, 0)] * (values.ndim - 2)])


def assert_same_for_all_padding(model, values: np.ndarray, side: str, **call) -> None:
    first, *others = [np.asarray(model(padded(values, side, pads), **call)) for pads in (0, 3, 6)]
    for other in others:
        np.testing.assert_allclose(other, first, atol=2e-6)
    assert abs(first[0] - first[1]).max() > 1e-6


@pytest.fixture
def build():
    import keras

    from rnnlab.build import build_model

    keras.utils.set_random_seed(5)
    yield build_model
    keras.backend.clear_session()


@pytest.mark.parametrize("side", ["pre", "post"])
@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_more_padding_never_changes_what_comes_out(build, layers, side):
    import keras

    model = build(planned(layers, side))
    ends = keras.Model(model.inputs, model.get_layer("ends").output)
    assert_same_for_all_padding(ends, IDS[side], side)


@pytest.mark.parametrize("side", ["pre", "post"])
def test_one_sample_alone_gives_what_it_gives_among_longer_ones(build, side):
    model = build(planned(LAYERS["average_pooling1d"], side))
    short = IDS[side][1:][:, IDS[side][1] != 0]
    np.testing.assert_allclose(model(short)[0], model(IDS[side])[1], atol=2e-6)


@pytest.mark.parametrize("side", ["pre", "post"])
def test_padding_has_no_part_in_the_statistics_of_a_batch(build, side):
    averages = []
    for pads in (0, 4):
        model = build(planned("{layer: batch_normalization, momentum: 0.5}", side))
        layer = model.get_layer("batch_normalization")
        model.get_layer("embedding").set_weights([np.arange(54, dtype="float32").reshape(9, 6) ** 0.5])
        model(padded(IDS[side], side, pads), training=True)
        averages.append([weight.numpy() for weight in (layer.moving_mean, layer.moving_variance)])
    np.testing.assert_allclose(averages[0], averages[1], rtol=1e-5)
    data = np.arange(54).reshape(9, 6)[IDS[side][IDS[side] != 0]] ** 0.5
    np.testing.assert_allclose(averages[0][0], data.mean(axis=0) / 2, rtol=1e-5)


@pytest.mark.parametrize("side", ["pre", "post"])
def test_a_masking_layer_skips_timesteps_by_their_values(build, side):
    layers = "{layer: masking}, {layer: conv1d, filters: 3, kernel_size: 3, padding: same, name: end}"
    text = (
        "rnnlab: 1\nname: pads\nmodel: {inputs: {x: {features: 2}}, layers: ["
        f"{layers}, {ENDS.partition('name: end}, ')[2]}]}}\n"
    )
    plan = plan_model(validate_experiment(text))
    assert [layer.mask for layer in plan.layers][:3] == [None, "any", "any"]
    values = -1 - np.random.default_rng(1).random((2, 4, 2)).astype("float32")
    values[1, 0 if side == "pre" else 3] = 0
    assert_same_for_all_padding(build(plan), values, side)


def test_the_first_output_of_causal_attention_does_not_see_the_future(build):
    import keras

    model = build(planned("{layer: multi_head_attention, num_heads: 2, key_dim: 3, use_causal_mask: true, name: seen}"))
    seen = keras.Model(model.inputs, model.get_layer("seen").output)
    now, other = np.array([[3, 4, 5]]), np.array([[3, 8, 7]])
    np.testing.assert_allclose(seen(now)[:, 0], seen(other)[:, 0], atol=1e-6)
    assert np.abs(seen(now)[:, 1] - seen(other)[:, 1]).max() > 1e-6


def test_gradients_through_padded_maxima_are_finite(build):
    import tensorflow as tf

    model = build(planned(LAYERS["max_pooling1d"]))
    with tf.GradientTape() as tape:
        output = tf.reduce_sum(model(padded(IDS["post"], "post", 6), training=True))
    for gradient in tape.gradient(output, model.trainable_variables):
        assert np.isfinite(tf.convert_to_tensor(gradient)).all()


def test_a_model_with_masks_is_read_by_keras_as_it_was(build, tmp_path):
    import keras

    layers = f"{LAYERS['multi_head_attention, causal']}, {LAYERS['average_pooling1d']}, {LAYERS['max_pooling1d']}"
    model = build(planned(layers))
    model.save(tmp_path / "masks.keras")
    again = keras.models.load_model(tmp_path / "masks.keras", safe_mode=True)
    np.testing.assert_array_equal(again(IDS["post"]), model(IDS["post"]))


def test_moving_averages_are_trained_kept_and_restored(build, assemble):
    import tensorflow as tf

    from rnnlab.build import build_objective, build_optimizer
    from rnnlab.train.learner import make_learner
    from rnnlab.train.state import array_of, capture, restore

    assembled = assemble("model.layers.drop={layer: batch_normalization, name: drop}")
    optimizer = build_optimizer(assembled.experiment.optimizer)
    learner = make_learner(build(assembled.plan), optimizer, build_objective(assembled.plan.head))
    layer = learner.model.get_layer("drop")
    before = capture(learner.model, learner.optimizer)
    ids = tf.constant(np.arange(1, 33).reshape(4, 8), tf.int32)
    learner.steps.train({"text": ids}, tf.constant([0, 1, 0, 1], tf.int64), tf.ones(4))
    assert np.abs(array_of(layer.moving_mean)).max() > 0
    restore(learner.model, learner.optimizer, before)
    assert np.abs(array_of(layer.moving_mean)).max() == 0
