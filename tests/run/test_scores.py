import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow  # the room imports what trains


def _head(kind):
    from rnnlab.plan import HeadPlan
    from rnnlab.tasks import LOSSES

    losses = {
        "binary": "binary_crossentropy",
        "classes": "sparse_categorical_crossentropy",
        "number": "huber",
    }
    return HeadPlan(kind, "classification", "label", LOSSES[losses[kind]](), (), from_logits=False)


def test_the_confusion_has_true_classes_in_rows():
    from rnnlab.run.scores import score_outputs

    target, output = np.array([0, 0, 1, 1]), np.array([[0.1], [0.9], [0.8], [0.7]])
    scores = score_outputs(_head("binary"), {"loss": 1.0}, target, output, ("neg", "pos"))
    assert scores.confusion.tolist() == [[1, 1], [0, 2]]
    assert (scores.primary, scores.value) == ("accuracy", 0.75)
    assert scores.report["pos"]["recall"] == 1.0
    assert scores.report["neg"]["precision"] == 1.0


def test_a_class_that_never_occurs_has_a_row_too():
    from rnnlab.run.scores import score_outputs

    target, output = np.array([0, 1]), np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1]])
    scores = score_outputs(_head("classes"), {}, target, output, ("a", "b", "c"))
    assert scores.confusion.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert scores.report["c"]["f1-score"] == 0.0


def test_numbers_are_scored_by_their_absolute_error():
    from rnnlab.run.scores import score_outputs

    scores = score_outputs(_head("number"), {}, np.array([1.0, 2.0]), np.array([[0.5], [4.0]]), ())
    assert (scores.primary, scores.value, scores.confusion) == ("mean_absolute_error", 1.25, None)


@pytest.mark.parametrize(
    ("primary", "value", "baseline", "skill"),
    [
        ("accuracy", 0.75, 0.5, 0.5),
        ("accuracy", 0.25, 0.5, -0.5),
        ("accuracy", 1.0, 1.0, 0.0),
        ("mean_absolute_error", 0.5, 2.0, 0.75),
        ("mean_absolute_error", 3.0, 2.0, -0.5),
        ("mean_absolute_error", 0.0, 0.0, 0.0),
    ],
)
def test_skill_is_the_share_of_the_baselines_error_that_is_gone(primary, value, baseline, skill):
    from rnnlab.run.scores import skill_over

    assert skill_over(primary, value, baseline) == pytest.approx(skill)
