import math

import numpy as np
import pytest

from rnnlab.data.ngrams import count_grams, gram_probabilities, text_scores

ROWS = 6  # padding and five units


def probabilities(train, text, order, rows):
    (found,) = gram_probabilities(count_grams(train, [text], order), order, rows)
    return found


@pytest.fixture(scope="module")
def train():
    return np.random.default_rng(3).integers(1, ROWS, 300)


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_probabilities_of_all_units_sum_to_1_after_any_context(train, order):
    for context in ([], [1], [2, 3, 1, 4], [5, 5, 5, 5], [4, 4, 3, 2]):
        last = [probabilities(train, np.array([*context, unit]), order, ROWS)[-1] for unit in range(1, ROWS)]
        assert sum(last) == pytest.approx(1.0, abs=1e-12)
        assert min(last) > 0


def test_a_bigram_by_hand():
    """Chen & Goodman, equation 26: counts of a b a b b c, discount n1 / (n1 + 2 n2)."""
    a, b, c = 1, 2, 3
    found = probabilities(np.array([a, b, a, b, b, c]), np.array([a, b]), 2, 4)[-1]
    # bigrams: _a 1, ab 2, ba 1, bb 1, bc 1: n1 = 4, n2 = 1
    discount = 4 / 6
    # different units before: a {_, b}, b {a, b}, c {b}: continuation counts 2 2 1, n1 = 1, n2 = 2
    low = 1 / 5
    continuation = (2 - low) / 5 + low * 3 / 5 * (1 / 3)
    assert found == pytest.approx((2 - discount) / 2 + discount * 1 / 2 * continuation, abs=1e-12)


def test_what_repeats_is_learnt_by_the_longer_order():
    text = np.tile([1, 2, 1, 3, 4], 60)
    loss = {order: -np.log(probabilities(text, text, order, ROWS)).mean() for order in (1, 2, 3)}
    assert loss[3] < 0.05 < loss[2] < loss[1]


def test_several_texts_and_orders_are_scored_as_each_alone(train):
    texts = [train[:7], train[50:90]]
    together = gram_probabilities(count_grams(train, texts, 5), 3, ROWS)
    for text, found in zip(texts, together, strict=True):
        np.testing.assert_allclose(found, probabilities(train, text, 3, ROWS), atol=1e-15)


def test_scores_of_a_text():
    scores = text_scores(math.log(8), 0.25)
    assert scores == pytest.approx({"loss": math.log(8), "perplexity": 8.0, "bits_per_character": 0.75})
