import warnings

import numpy as np
import pytest

from rnnlab.data.baselines import fit_baselines
from rnnlab.experiment.prepared import prepared_folder


def silent(line: str) -> None:
    pass


def test_class_baselines_have_accuracy_and_loss_of_validation_and_test(prepare_reviews):
    baselines = fit_baselines(prepare_reviews(), silent)
    assert list(baselines) == ["majority", "tfidf_logistic_regression"]
    for metrics in baselines.values():
        assert set(metrics) == {"val_accuracy", "val_loss", "test_accuracy", "test_loss"}


def test_the_majority_is_that_of_train(prepare_reviews, reviews):
    reviews.write_text("text,label\n" + "a,x\n" * 5 + "b,y\n" * 3 + "c,x\n" + "d,y\n")
    majority = fit_baselines(prepare_reviews(dataset={"split": {"kind": "tail"}, "labels": ["x", "y", "z"]}), silent)[
        "majority"
    ]
    assert (majority["val_accuracy"], majority["test_accuracy"]) == (1.0, 0.0)
    assert majority["val_loss"] == pytest.approx(-np.log(5 / 8))
    assert majority["test_loss"] == pytest.approx(-np.log(3 / 8))


def test_words_that_tell_the_class_are_learnt(prepare_reviews):
    baselines = fit_baselines(prepare_reviews(), silent)
    assert baselines["tfidf_logistic_regression"]["test_accuracy"] == 1.0


def test_where_the_unit_is_the_character_endings_are_learnt(prepare_reviews, reviews):
    words = [f"{first}{second}{third}" for first in "bdfg" for second in "aeiou" for third in "lmn"]
    rows = [f"{word}{ending},{label}\n" for word in words for ending, label in (("chen", "n"), ("ung", "f"))]
    reviews.write_text("text,label\n" + "".join(rows))
    scores = {
        unit: fit_baselines(prepare_reviews(text={"unit": unit}), silent)["tfidf_logistic_regression"]
        for unit in ("word", "character")
    }
    assert scores["character"]["test_accuracy"] == 1.0
    assert scores["word"]["test_accuracy"] < 0.8


def test_a_class_that_train_lacks_costs_as_much_as_keras_charges(prepare_reviews, reviews):
    reviews.write_text("text,label\n" + "a,x\nb,y\n" * 4 + "a,x\nc,z\n")
    baselines = fit_baselines(prepare_reviews(dataset={"split": {"kind": "tail"}, "labels": ["x", "y", "z"]}), silent)
    assert baselines["tfidf_logistic_regression"]["test_loss"] == pytest.approx(-np.log(1e-7))


def test_a_class_between_those_of_train_does_not_shift_the_others(prepare_reviews, reviews):
    reviews.write_text("text,label\n" + "a,x\nc,z\n" * 4 + "b,y\nc,z\n")
    baselines = fit_baselines(prepare_reviews(dataset={"split": {"kind": "tail"}, "labels": ["x", "y", "z"]}), silent)
    assert baselines["tfidf_logistic_regression"]["test_accuracy"] == 1.0


def test_number_baselines_have_both_errors(prepare_reviews):
    splits = prepare_reviews(target="number", dataset={"label": "stars"})
    baselines = fit_baselines(splits, silent)
    assert list(baselines) == ["mean", "tfidf_ridge"]
    wanted = splits.test.targets["stars"]
    assert baselines["mean"]["test_mean_absolute_error"] == pytest.approx(
        np.abs(wanted - splits.train.targets["stars"].mean()).mean()
    )
    assert set(baselines["tfidf_ridge"]) == {
        f"{split}_mean_{error}_error" for split in ("val", "test") for error in ("absolute", "squared")
    }


def test_texts_without_words_and_untrained_characters_can_be_scored(prepare_reviews, reviews):
    reviews.write_text("text,label\n" + "?,x\n!,y\n" * 10)
    assert 0 <= fit_baselines(prepare_reviews(text={"unit": "character"}), silent)["majority"]["test_accuracy"] <= 1


def test_they_are_fitted_once_and_without_warnings(prepare_reviews):
    lines: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first = fit_baselines(prepare_reviews(), lines.append)
        assert fit_baselines(prepare_reviews(), lines.append) == first
    assert lines == ["fitting the baselines"]


def test_damaged_ones_are_fitted_again(prepare_reviews):
    splits = prepare_reviews()
    first = fit_baselines(splits, silent)
    (path,) = prepared_folder(splits.entry).glob("baselines-*.json")
    for damaged in ('{"majority":', path.read_text().replace("1.0", "0.1"), "[" * 100_000):
        path.write_text(damaged)
        assert fit_baselines(splits, silent) == first
