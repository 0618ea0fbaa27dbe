"""What Optuna is asked for, and what it is told of points that the plan refuses."""

import pytest

pytestmark = pytest.mark.tensorflow

SPACE = """\
sweep:
  objective: {metric: val_loss}
  trials: 9
  sampler: {kind: SAMPLER, seed: 3}
  pruner: none
  constraints: [model.layers.rnn.units <= 4]
  space:
    model.layers.rnn.layer: [lstm, gru]
    model.layers.rnn.units: [4, 8]
    model.layers.rnn.reset_after: {choices: [true, false], when: {model.layers.rnn.layer: gru}}
"""


STEPS = """\
sweep:
  trials: 9
  sampler: {kind: random, seed: 3}
  space:
    model.layers.drop.rate: {low: 0.0, high: 0.7, step: 0.1}
    model.layers.rnn.dropout: {low: 0.0, high: 0.5, when: {model.layers.drop.rate: [0.3, 0.6, 0.7]}}
    training.early_stopping: [{patience: 1, monitor: val_loss}, null]
"""


@pytest.fixture
def asked(tiny):
    """Return the points that a sampler gives, with Optuna's own trials."""
    from rnnlab.plan import check_experiment
    from rnnlab.plan.space import places_of, values_of
    from rnnlab.sweep.journal import open_study
    from rnnlab.sweep.suggesting import base_labels, suggest

    def ask(sampler, count, *overrides, text=SPACE):
        file = tiny.extend(text.replace("SAMPLER", sampler))
        document, experiment, _ = check_experiment(file, overrides=overrides).require()
        places = places_of(experiment, document)
        study = open_study(tiny.folder / "a.journal", experiment.sweep, places, "minimize", 2)
        study.enqueue_trial(base_labels(experiment, document, places))
        points = []
        for _ in range(count):
            trial = study.ask()
            points.append(values_of(places, suggest(trial, places)))
            study.tell(trial, float(len(points) % 5))
        return points, study.trials

    return ask


@pytest.mark.parametrize("sampler", ["tpe", "random", "grid"])
def test_a_place_whose_condition_does_not_hold_is_not_asked_for(asked, sampler):
    points, trials = asked(sampler, 8)
    assert points[0] == {"model.layers.rnn.layer": "lstm", "model.layers.rnn.units": 4}
    for point, trial in zip(points, trials, strict=True):
        assert ("model.layers.rnn.reset_after" in point) == (point["model.layers.rnn.layer"] == "gru")
        assert trial.params == point


def test_points_that_break_a_constraint_never_reach_a_worker_and_are_no_trials(tiny, sweep_of, records):
    outcome = sweep_of(tiny, SPACE.replace("SAMPLER", "grid"), "training.epochs=1")
    tried = {
        (trial.values["model.layers.rnn.layer"], trial.values.get("model.layers.rnn.reset_after"))
        for trial in outcome.trials
    }
    assert tried == {("lstm", None), ("gru", True), ("gru", False)}
    assert {trial.values["model.layers.rnn.units"] for trial in outcome.trials} == {4}
    assert {trial.values["model.layers.rnn.units"] for trial in outcome.refused} == {8}
    assert all(
        trial.message.endswith("`model.layers.rnn.units <= 4` does not hold: 8 <= 4") for trial in outcome.refused
    )
    assert len([record for record in records(tiny) if record.kind == "trial"]) == len(outcome.trials) == 3


def test_a_number_of_steps_is_the_one_that_conditions_and_the_census_know(asked):
    base = ("training.early_stopping={monitor: val_loss, patience: 1}", "model.layers.drop.rate=0.3")
    points, _ = asked("random", 40, *base, text=STEPS)
    rates = {point["model.layers.drop.rate"] for point in points}
    assert rates == {0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}  # not 0.30000000000000004
    for point in points:
        assert ("model.layers.rnn.dropout" in point) == (point["model.layers.drop.rate"] in (0.3, 0.6, 0.7))


def test_a_mapping_is_the_choice_that_has_its_keys_in_another_order(asked):
    base = ("training.early_stopping={monitor: val_loss, patience: 1}", "model.layers.drop.rate=0.3")
    points, _ = asked("random", 1, *base, text=STEPS)
    assert points[0]["training.early_stopping"] == {"patience": 1, "monitor": "val_loss"}


def test_choices_that_are_one_to_python_have_names_of_their_own():
    from rnnlab.plan.space import Place
    from rnnlab.source import Scalar, Source, Span
    from rnnlab.sweep.suggesting import labels_of

    span = Span(Source("a", ""), 0, 0)
    choices = tuple(Scalar(value, span) for value in (1, True, "1"))
    place = Place(dotted="a", path=("a",), choices=choices, range=None, node=choices[0])
    assert labels_of(place) == ["1", "true", '"1"']
