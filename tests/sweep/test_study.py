import pytest


@pytest.fixture
def study_of(tiny):
    """Return (study, places) of a `sweep` section, as the supervisor makes them."""
    from rnnlab.plan import check_experiment
    from rnnlab.plan.space import places_of
    from rnnlab.sweep.journal import open_study

    def make(section, direction="minimize", name="a"):
        document, experiment, _ = check_experiment(tiny.extend(f"sweep: {section}\n")).require()
        places = places_of(experiment, document)
        journal = tiny.folder / "sweeps" / f"{name}.journal"
        return open_study(journal, experiment.sweep, places, direction, experiment.training.epochs), places

    return make


def _points(study, places, count):
    from rnnlab.sweep.suggesting import suggest

    points = []
    for _ in range(count):
        asked = study.ask()
        chosen = suggest(asked, places)
        points.append(tuple(place.plain(chosen[place.dotted]) for place in places))
        study.tell(asked, 0.5)
    return points


def test_a_grid_of_choices_and_steps_is_exhausted_after_each_point_once(study_of):
    from rnnlab.sweep.sampling import is_exhausted

    study, places = study_of(
        "{sampler: grid, space: {model.layers.rnn.units: {low: 2, high: 6, step: 2}, "
        "model.layers.rnn.layer: [lstm, gru]}}"
    )
    points = _points(study, places, 5)
    assert not is_exhausted(study)
    points += _points(study, places, 1)
    assert is_exhausted(study)
    assert sorted(points) == [(units, layer) for units in (2, 4, 6) for layer in ("gru", "lstm")]


def test_a_grid_of_decimal_steps_reaches_its_end(study_of):
    study, places = study_of("{sampler: grid, space: {model.layers.drop.rate: {low: 0.0, high: 0.6, step: 0.2}}}")
    assert sorted(value for (value,) in _points(study, places, 4)) == [0.0, 0.2, 0.4, 0.6]


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_the_same_seed_of_a_sampler_draws_the_same_points(study_of, sampler):
    space = "{model.layers.rnn.units: {low: 2, high: 64, log: true}, model.layers.drop.rate: {low: 0.0, high: 0.5}}"
    draws = []
    for number, seed in enumerate((1, 1, 2)):
        section = f"{{sampler: {{kind: {sampler}, seed: {seed}}}, space: {space}}}"
        study, places = study_of(section, name=f"{number}")
        draws.append(_points(study, places, 4))
    first, again, other = draws
    assert first == again
    assert first != other
    assert all(isinstance(units, int) and 2 <= units <= 64 and 0 <= rate <= 0.5 for units, rate in first)


def test_choices_that_are_lists_or_mappings_come_back_whole(study_of):
    schedule = "{kind: cosine_decay, initial_learning_rate: 0.1, decay_steps: 9}"
    study, places = study_of(f"{{sampler: grid, space: {{optimizer.learning_rate: [0.01, {schedule}]}}}}")
    values = [value for (value,) in _points(study, places, 2)]
    assert 0.01 in values
    assert {"kind": "cosine_decay", "initial_learning_rate": 0.1, "decay_steps": 9} in values


@pytest.mark.parametrize(
    ("pruner", "name"),
    [
        ("median", "MedianPruner"),
        ("percentile", "PercentilePruner"),
        ("successive_halving", "SuccessiveHalvingPruner"),
        ("hyperband", "HyperbandPruner"),
        ("none", "NopPruner"),
    ],
)
def test_every_pruner_is_optunas(study_of, pruner, name):
    study, _ = study_of(f"{{pruner: {pruner}, space: {{model.layers.rnn.units: [4, 8]}}}}", "maximize")
    assert type(study.pruner).__name__ == name
    assert study.direction.name == "MAXIMIZE"
