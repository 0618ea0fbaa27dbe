from dataclasses import replace

import numpy as np
import pytest

from .parts import HEAD, saved_model, text_preparation

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize("side", ["pre", "post"])
def test_answers_are_the_same_in_batches_of_similar_lengths(side):
    from rnnlab.plan import open_plan
    from rnnlab.prediction.model import BATCH
    from rnnlab.prediction.planned import rebuild

    preparation = text_preparation(side)
    layers = f"{{layer: embedding, output_dim: 4}}, {{layer: gru, units: 3}}, {HEAD}"
    saved, experiment, plan = saved_model(layers, preparation)
    opened = replace(saved, model=rebuild(open_plan(experiment, plan), saved))
    draw = np.random.default_rng(1)
    texts = [" ".join(draw.choice([*"abcdefgh"], draw.integers(1, 9))) for _ in range(BATCH + 20)]
    inputs = preparation.encode({"text": texts})
    found = opened.outputs(inputs)
    np.testing.assert_allclose(found, saved.outputs(inputs), atol=1e-6)
    np.testing.assert_allclose(found, opened.outputs({"text": inputs["text"][:]}), atol=1e-6)
