import json

import pytest

from rnnlab.data import dataset_summary


def test_a_summary_counts_samples_classes_and_lengths(prepare_reviews):
    summary = dataset_summary(prepare_reviews())
    assert summary["samples"] == {"train": 32, "validation": 4, "test": 4}
    assert sum(sum(counts.values()) for counts in summary["classes"].values()) == 40
    assert summary["inputs"]["text"]["length"] == {"min": 3, "median": 3.0, "mean": 3.0, "p95": 3, "max": 3}
    assert (summary["inputs"]["text"]["cut"], summary["inputs"]["text"]["padding"]) == (0.0, 0.0)
    assert json.loads(json.dumps(summary)) == summary


def test_what_is_cut_padded_or_unknown_is_told_as_a_share(prepare_reviews):
    assert dataset_summary(prepare_reviews(padding={"maxlen": 2}))["inputs"]["text"]["cut"] == pytest.approx(1 / 3)
    summary = dataset_summary(prepare_reviews(padding={"maxlen": 4}, text={"vocabulary": 3}))["inputs"]["text"]
    assert summary["padding"] == pytest.approx(1 / 4)
    assert summary["unknown"] == pytest.approx({"train": 2 / 3, "validation": 2 / 3, "test": 2 / 3})


def test_numbers_are_summarised_by_their_range(prepare_reviews):
    summary = dataset_summary(prepare_reviews(target="number", dataset={"label": "stars"}))
    assert summary["target"].keys() == {"train", "validation", "test"}
    assert summary["target"]["train"]["min"] < summary["target"]["train"]["mean"] < summary["target"]["train"]["max"]
    assert [sum(counts) for counts in summary["targets"]["counts"].values()] == [32, 4, 4]


def test_lengths_and_unknown_units_are_counted_before_anything_is_cut(prepare_reviews, reviews):
    table = "text,label\n" + "good film,pos\nbad film,neg\n" * 4
    for name, rows in {
        "train": table,
        "late": "text,label\ngood film but far too long,pos\n?!,neg\n",
        "last": "text,label\nodd odd,pos\nbad,neg\n",
    }.items():
        (reviews.parent / f"{name}.csv").write_text(rows, encoding="utf-8")
    split = {"kind": "files", "validation": "late.csv", "test": "last.csv"}
    splits = prepare_reviews(dataset={"path": "train.csv", "text": "text", "label": "label", "split": split})
    ((name, lengths),) = splits.profile.lengths.items()
    assert lengths == {"train": {2: 8}, "validation": {1: 1, 6: 1}, "test": {1: 1, 2: 1}}
    assert splits.profile.unknown[name] == {"train": 0.0, "validation": 4 / 6, "test": 2 / 3}
    kinds = [caution.kind for caution in splits.cautions]
    assert kinds.count("texts_without_units") == 1
    assert kinds.count("unknown_texts") == 1
