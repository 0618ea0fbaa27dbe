from mlflow.entities import Metric

from rnnlab.track.reading import curve_of, local_folder


def test_curves_are_in_order_of_steps_and_the_later_value_of_a_step_counts():
    metrics = [Metric("loss", 0.3, 30, 2), Metric("loss", 0.9, 40, 1), Metric("loss", 0.8, 10, 1)]
    assert [(point.step, point.value) for point in curve_of(metrics)] == [(1, 0.9), (2, 0.3)]


def test_only_local_artifacts_have_a_folder():
    assert local_folder("file:///a/my%20runs/artifacts") == "/a/my runs/artifacts"
    assert local_folder("s3://bucket/artifacts") is None
    assert local_folder("mlflow-artifacts:/1/artifacts") is None
