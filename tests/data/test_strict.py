import json

import pytest

from rnnlab.data import dataset_summary, decode_samples
from rnnlab.errors import DatasetError
from rnnlab.experiment.prepared import data_fingerprint

from .conftest import make_experiment, write_reviews


def kinds(splits) -> list[str]:
    return [caution.kind for caution in splits.cautions]


@pytest.fixture
def clean(prepare_reviews):
    """Data of which there is nothing to say."""
    return {"text": {"vocabulary": 10}, "dataset": {"split": {"kind": "stratified"}}}


def test_clean_data_are_strict_for_nothing(prepare_reviews, clean):
    assert kinds(prepare_reviews(**clean)) == []
    clean["dataset"]["strict"] = True
    assert kinds(prepare_reviews(**clean)) == []


def test_what_is_a_warning_is_an_error_in_a_strict_file(prepare_reviews):
    loose = prepare_reviews(text={"vocabulary": 1000})
    assert kinds(loose) == ["vocabulary"]
    with pytest.raises(DatasetError) as refused:
        prepare_reviews(text={"vocabulary": 1000}, dataset={"strict": True})
    assert refused.value.code == "RL460"
    assert loose.warnings[0] in str(refused.value)
    assert "lower `text.vocabulary`" in str(refused.value)


def test_all_warnings_are_told_in_one_error(prepare_reviews, reviews):
    lines = reviews.read_text(encoding="utf-8").splitlines()
    reviews.write_text("\n".join([*lines, *lines[1:], ""]), encoding="utf-8")
    with pytest.raises(DatasetError) as refused:
        prepare_reviews(text={"vocabulary": 1000}, dataset={"strict": True, "split": {"kind": "random"}})
    assert {"vocabulary", "duplicates"} <= set(str(refused.value).replace(":", " ").split())


def test_being_strict_prepares_nothing_anew(reviews):
    dataset = {"kind": "text_table", "path": reviews.name}
    loose, strict = (make_experiment(dataset=dataset | {"strict": strict}) for strict in (False, True))
    assert data_fingerprint(loose, reviews.parent, "classes") == data_fingerprint(strict, reviews.parent, "classes")


def test_duplicates_are_counted_within_and_across_splits_with_an_example(tmp_path, prepare_reviews, reviews):
    lines = reviews.read_text(encoding="utf-8").splitlines()
    reviews.write_text("\n".join([*lines, *lines[1:11], ""]), encoding="utf-8")
    splits = prepare_reviews(dataset={"split": {"kind": "tail", "test": 0.1}})
    found = {(each.split, each.other): each for each in splits.profile.duplicates}
    assert {key: each.samples for key, each in found.items()} == {("validation", "train"): 5, ("test", "train"): 5}
    assert found["test", "train"].example == "Film 5, great!"
    again = prepare_reviews(dataset={"split": {"kind": "tail", "test": 0.1}})
    assert again.profile == splits.profile  # from the cache


def test_what_a_maxlen_costs_is_what_it_does(prepare_reviews, reviews):
    rows = [f"{'a ' * length}b,{('neg', 'pos')[length % 2]},0,0" for length in range(40)]
    reviews.write_text("\n".join(["text,label,stars,critic", *rows, ""]), encoding="utf-8")
    for maxlen in ("p50", 12, "longest"):
        splits = prepare_reviews(padding={"maxlen": maxlen})
        about = dataset_summary(splits)["inputs"]["text"]
        (chosen,) = (each for each in about["maxlens"] if each["chosen"])
        ids = splits.train.inputs["text"][:]
        units = sum(len(text.split()) for text in splits.train.raw["text"])
        assert chosen["padding"] == pytest.approx((ids == 0).mean())
        assert chosen["lost"] == pytest.approx(1 - (ids != 0).sum() / units)
        assert [each["timesteps"] for each in about["maxlens"]] == sorted(
            each["timesteps"] for each in about["maxlens"]
        )


def test_samples_are_shown_as_the_network_reads_them(prepare_reviews):
    splits = prepare_reviews(padding={"maxlen": 5, "padding": "pre"}, text={"vocabulary": 4})
    (shown, _) = decode_samples(splits, 2)
    text = splits.train.raw["text"][0]
    assert shown["inputs"]["text"]["units"][0] == "film"
    assert "[UNK]" in shown["inputs"]["text"]["units"]
    assert (shown["inputs"]["text"]["padding"], shown["inputs"]["text"]["side"]) == (2, "pre")
    assert shown["targets"]["label"] in ("neg", "pos")
    assert text.startswith(f"Film {shown['row']},")
    assert json.loads(json.dumps(shown)) == shown


def test_more_samples_than_there_are_is_all_of_them(prepare_reviews, tmp_path):
    write_reviews(tmp_path / "reviews.csv", 20)
    assert len(decode_samples(prepare_reviews(), 1000)) == 16
