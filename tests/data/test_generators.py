"""What is made from a seed is what the papers describe, and the same for the same seed."""

import numpy as np
import pytest

from rnnlab.data import prepare
from rnnlab.data.generators import MAKERS, adding_problem, copy_memory, digit_addition, temporal_order
from rnnlab.datasets.generated import GENERATED, ORDERS, SYMBOLS
from rnnlab.experiment.prepared import describe
from rnnlab.plan import check_experiment


def draw(seed=0):
    return np.random.RandomState(seed)


def test_the_target_of_the_adding_problem_follows_from_its_markers():
    inputs, targets = adding_problem(draw(), 500, 20)
    numbers, markers = inputs[..., 0], inputs[..., 1]
    marked = markers == 1
    assert (marked.sum(axis=1) == 2).all()
    assert (marked[:, :9].sum(axis=1) == 2).all()  # both in the first half, here among the first nine
    assert (markers[:, -1] == -1).all()
    assert np.abs(numbers).max() <= 1
    np.testing.assert_allclose(targets, 0.5 + (numbers * marked).sum(axis=1) / 4, rtol=1e-5)
    assert (numbers[marked[:, 0], 0] == 0).all()
    assert marked[:, 0].any()


def test_the_class_of_a_temporal_order_is_what_stands_in_it():
    inputs, targets = temporal_order(draw(), 500, 100)
    assert (inputs.sum(axis=2) == 1).all()
    symbols = inputs.argmax(axis=2)
    for row, found in zip(symbols, targets, strict=True):
        (places,) = np.nonzero((row == SYMBOLS.index("X")) | (row == SYMBOLS.index("Y")))
        assert "".join(SYMBOLS[row[place]] for place in places) == ORDERS[found]
        assert 10 <= places[0] <= 20
        assert 50 <= places[1] <= 60
    assert (symbols[:, 0] == SYMBOLS.index("B")).all()
    assert (symbols[:, -1] == SYMBOLS.index("E")).all()


def test_copied_symbols_come_again_after_the_signal():
    inputs, targets = copy_memory(draw(), 50, 7)
    symbols = inputs.argmax(axis=2)
    assert symbols.shape == targets.shape == (50, 27)
    assert (targets[:, -10:] == symbols[:, :10]).all()
    assert set(np.unique(targets[:, -10:])) == set(range(1, 9))
    assert (targets[:, :-10] == 0).all()
    assert (symbols[:, 16] == 9).all()
    assert (np.delete(symbols[:, 10:], 6, axis=1) == 0).all()


def test_sums_are_right_and_none_stands_twice():
    sums, totals = digit_addition(draw(), 1000, 2)
    pairs = [tuple(sorted(map(int, each.split("+")))) for each in sums]
    assert [str(sum(pair)) for pair in pairs] == list(totals)
    assert len(set(pairs)) == 1000
    assert max(max(pair) for pair in pairs) <= 99


@pytest.mark.parametrize("name", MAKERS)
def test_the_same_seed_makes_the_same(name):
    first, again, other = (MAKERS[name](draw(seed), 5, 12) for seed in (0, 0, 1))
    assert all((one == two).all() for one, two in zip(first, again, strict=True))
    assert (first[0] != other[0]).any()


@pytest.mark.parametrize("name", GENERATED)
def test_the_facts_are_known_before_anything_is_made(experiment, tmp_path, name):
    sections = {"text": {"unit": "character", "vocabulary": 15}} if GENERATED[name].texts else {}
    sections |= {"padding": {"maxlen": 8}} if GENERATED[name].texts else {}
    given = experiment(dataset={"kind": "generated", "name": name, "samples": 50}, **sections)
    kind = GENERATED[name].target.kind
    before = describe(given, tmp_path, kind)
    splits = prepare(given, tmp_path, target=kind, say=lambda line: None)
    assert (before.inputs, before.targets) == (splits.facts.inputs, splits.facts.targets)
    assert splits.source["seed"] == 0


def test_a_generated_task_is_planned_without_data(tmp_path):
    path = tmp_path / "copy.yaml"
    path.write_text(
        "rnnlab: 1\nname: copy\ndataset: {kind: generated, name: copy-memory, timesteps: 5}\n"
        "model: {layers: [{layer: gru, units: 4}, {layer: dense, units: 9, activation: softmax}]}\n"
    )
    plan = check_experiment(path).plan
    assert plan.inputs["x"].shape == (25, 10)
    assert plan.outputs["dense"].shape == (25, 9)
