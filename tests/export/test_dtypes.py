"""The exported script has the dtypes of the model."""

import pytest

from rnnlab.export import model_script

from .test_script import assert_same_model, checked, namespace_of

TYPED = """\
rnnlab: 1
name: typed
dataset: {kind: catalog, name: movie-snippets}
text: {vocabulary: 20}
padding: {maxlen: 6}
model:
  layers:
    - {layer: embedding, output_dim: 4}
    - {layer: max_pooling1d, padding: same, strides: 1, pool_size: 2}
    - {layer: average_pooling1d, padding: same, strides: 1, pool_size: 2, dtype: mixed_float16}
    - {layer: lstm, units: 3, bidirectional: true, return_sequences: true, dtype: float64}
    - {layer: dropout, rate: 0.1, autocast: false, dtype: mixed_float16}
    - {layer: rnn, cells: [{cell: gru, units: 2}, {cell: lstm, units: 2}], dtype: mixed_bfloat16}
    - {layer: dense, units: 1, activation: sigmoid}
runtime: {dtype: DTYPE}
"""


@pytest.mark.tensorflow
@pytest.mark.parametrize("dtype", ["float32", "float64", "mixed_float16", "mixed_bfloat16"])
def test_the_script_has_the_dtypes_of_the_model(dtype):
    import keras

    plan, experiment = checked(TYPED.replace("DTYPE", dtype))
    assert_same_model(plan, experiment)
    script = model_script(plan, experiment)
    assert ("set_dtype_policy" in script) == (dtype != "float32")
    assert ('dtype="float64", reduction' in script or 'name="accuracy", dtype="float64"' in script) == (
        dtype == "float64"
    )
    scaled = namespace_of(script)["model"].optimizer
    assert isinstance(scaled, keras.optimizers.LossScaleOptimizer)
