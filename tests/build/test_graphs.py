"""Any graph that the plan accepts is built as planned."""

import pytest

from .graphs import check_graph, random_graph

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize("seed", range(12))
def test_a_random_graph_is_built_as_planned(seed):
    plan = check_graph(random_graph(seed))
    assert len(plan.layers) >= 4


def test_random_graphs_have_everything_that_a_graph_can_have():
    text = "".join(random_graph(seed) for seed in range(12))
    for word in ('"reuse"', '"initial_state"', "state_h", '"merge_mode": null', '"x2"', '"repeat": 2', '"concatenate"'):
        assert word in text, word
