"""What a census says of a space is what planning every point by itself says."""

import random

import pytest

from rnnlab.plan import check_document
from rnnlab.plan.census import draw_points, take_census
from rnnlab.plan.space import limits_of, nodes_of, places_of, trial_document
from rnnlab.plan.space.drawing import draw_point
from rnnlab.source import Parsed, Source, parse

FILE = """
rnnlab: 1
name: movie
dataset: {kind: catalog, name: movie-snippets}
text: {vocabulary: 100}
padding: {maxlen: 10, mask: false}
optimizer: {kind: adam}
model:
  layers:
    - {layer: embedding, output_dim: 4, name: words}
    - {layer: conv1d, filters: 4, kernel_size: 3, name: conv}
    - {layer: lstm, units: 8, name: rnn}
    - {layer: dense, units: 1, activation: sigmoid}
sweep:
  trials: 7
  budget: {parameters: 1500}
  constraints: ["model.layers.rnn.dropout + model.layers.rnn.units / 100 <= 0.55"]
  space:
    padding.maxlen: [4, 6, 10]
    model.layers.conv.kernel_size: {low: 1, high: 6}
    model.layers.rnn.units: {low: 4, high: 16}
    model.layers.rnn.dropout: {low: 0.0, high: 0.5}
    optimizer.learning_rate: {low: 1e-4, high: 1e-1, log: true}
"""
POINTS = 300


@pytest.fixture
def swept(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "none"))
    document, experiment, _ = check_document(parse(Source("x.yaml", FILE)), tmp_path).require()
    return document, experiment, tmp_path


def one_by_one(document, experiment, folder):
    """Yield the codes of the points that a census of seed 3 draws, each planned by itself."""
    places, limits, rng = places_of(experiment, document), limits_of(experiment, document), random.Random(3)
    for _ in range(POINTS):
        trial = trial_document(document, nodes_of(places, draw_point(places, rng)))
        checked = check_document(Parsed(trial, ()), folder)
        errors = [found for found in checked.diagnostics if found.severity == "error"]
        if not errors:
            _, valid, plan = checked.require()
            errors = list(limits.broken_by(valid, plan))
        yield errors[0].code if errors else None


def test_shares_are_those_of_the_points_planned_one_by_one(swept):
    document, experiment, folder = swept
    census = take_census(draw_points(experiment, document, folder, points=POINTS, seed=3))
    codes = list(one_by_one(*swept))
    assert census.fine == codes.count(None) > 0
    assert {"RL309", "RL324"} < set(codes)
    for code in set(codes) - {None}:
        assert sum(each.points for each in census.refusals if each.code == code) == codes.count(code)
    assert census.fine + sum(census.refused(cause) for cause in ("invalid", "budget", "constraint")) == POINTS
    assert sum(each.points for each in census.histogram) == census.fine
    assert census.histogram[0].low == census.parameters[0]
    assert census.histogram[-1].high == census.parameters[2]
    assert census.parameters[2] <= 1500


def test_the_same_seed_draws_the_same_points(swept):
    document, experiment, folder = swept
    first, again, other = (
        take_census(draw_points(experiment, document, folder, points=50, seed=seed)) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_rates_share_a_plan_unless_a_constraint_names_them(swept):
    document, experiment, folder = swept
    census = take_census(draw_points(experiment, document, folder, points=POINTS))
    assert census.models == POINTS  # `dropout` is named
    free = experiment.model_copy(update={"sweep": experiment.sweep.model_copy(update={"constraints": ()})})
    census = take_census(draw_points(free, document, folder, points=POINTS))
    assert census.models <= 3 * 6 * 13
    assert census.refused("constraint") == 0


def test_plans_are_not_shared_where_fractions_decide(tmp_path):
    split = "name: movie-snippets, split: {kind: random, validation: 0.1, test: 0.1}}"
    text = FILE[: FILE.index("sweep:")].replace("name: movie-snippets}", split)
    space = "sweep: {space: {dataset.split.validation: SHARE, dataset.split.test: SHARE}}"
    space = space.replace("SHARE", "{low: 0.1, high: 0.8}")
    document, experiment, _ = check_document(parse(Source("x.yaml", text + space)), tmp_path).require()
    census = take_census(draw_points(experiment, document, tmp_path, points=POINTS, seed=3))
    codes = list(one_by_one(document, experiment, tmp_path))
    assert 0 < census.fine == codes.count(None) < POINTS
    assert census.refused("invalid") == POINTS - census.fine


def test_a_finite_space_is_counted_and_repetitions_too(tmp_path):
    text = FILE[: FILE.index("sweep:")] + "sweep: {space: {model.layers.rnn.units: [8, 16], training.epochs: [5, 10]}}"
    document, experiment, _ = check_document(parse(Source("x.yaml", text)), tmp_path).require()
    census = take_census(draw_points(experiment, document, tmp_path, points=100))
    assert (census.distinct, census.repeated, census.models) == (4, 96, 4)


def test_what_there_is_to_do_is_known_once_somebody_counted_the_samples(swept):
    document, experiment, folder = swept
    assert set(draw_points(experiment, document, folder, points=20).works) == {None}
    drawn = draw_points(experiment, document, folder, points=20, samples=1000)
    assert {work.batches for work in drawn.works} == {32 * 10}


def test_where_plans_take_long_fewer_points_are_drawn(swept):
    document, experiment, folder = swept
    drawn = draw_points(experiment, document, folder, within=0)
    assert (len(drawn.chosen), len(drawn.outcomes)) == (1, 1)
    assert take_census(drawn).points == 1
    some = draw_points(experiment, document, folder, points=40)
    assert draw_points(experiment, document, folder, points=40, within=60) == some
