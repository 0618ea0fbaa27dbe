import subprocess
import sys

import numpy as np
import pytest

from rnnlab.data import prepare
from rnnlab.errors import CallError, DatasetError
from rnnlab.experiment.kept_facts import read_facts
from rnnlab.experiment.prepared import describe, prepared_folder


def silent(line: str) -> None:
    pass


def arrays(splits):
    return {
        name: (samples.inputs["text"][:].tolist(), samples.targets["label"].tolist(), samples.rows.tolist())
        for name, samples in splits.named().items()
    }


def test_inputs_targets_and_texts_are_of_the_same_row(prepare_reviews, reviews):
    lines = reviews.read_text().splitlines()[1:]
    splits = prepare_reviews()
    for samples in splits.named().values():
        for index, row in enumerate(samples.rows):
            assert f'"{samples.raw["text"][index]}"' in lines[row]
            assert samples.targets["label"][index] == row % 2
    assert (
        splits.train.inputs["text"][:].tolist()
        == splits.preparation.encode({"text": splits.train.raw["text"]})["text"][:].tolist()
    )


def test_vocabulary_and_length_come_from_train_alone(experiment, tmp_path):
    rows = [f"word{row} " * (row + 1) + f",{row % 2}" for row in range(20)]
    (tmp_path / "t.csv").write_text("\n".join(["text,label", *rows]))
    dataset = {
        "kind": "text_table",
        "path": "t.csv",
        "split": {"kind": "tail", "validation": 0.2, "test": 0.2},
    }
    splits = prepare(experiment(dataset=dataset, padding={"maxlen": "longest"}), tmp_path, target="classes", say=silent)
    assert splits.preparation.texts["text"].maxlen == 12
    assert set(splits.preparation.texts["text"].words[2:]) == {f"word{row}" for row in range(12)}
    assert (splits.test.inputs["text"][:] == 1).all()


def test_the_facts_are_complete_and_describe_knows_them_afterwards(experiment, prepare_reviews, reviews):
    file = experiment(dataset={"kind": "text_table", "path": reviews.name})
    before = describe(file, reviews.parent, "classes")
    facts = prepare_reviews().facts
    assert (before.inputs["text"].timesteps, before.targets["label"].classes, before.train_samples) == (
        None,
        None,
        None,
    )
    assert (facts.inputs["text"].timesteps, facts.targets["label"].labels, facts.train_samples) == (
        3,
        ("neg", "pos"),
        32,
    )
    assert describe(file, reviews.parent, "classes") == facts


def test_arrays_are_memory_mapped_and_read_only(prepare_reviews):
    rows = prepare_reviews().train.inputs["text"]
    for array in (rows.values, rows.offsets):
        assert isinstance(array, np.memmap)
        assert not array.flags.writeable


def test_masks_tell_data_from_padding(prepare_reviews):
    train = prepare_reviews(padding={"maxlen": 5}).train
    assert train.masks["text"][:].tolist() == [[True] * 3 + [False] * 2] * 32


def test_there_are_no_masks_where_nothing_is_padded_or_masked(prepare_reviews):
    assert prepare_reviews(padding={"maxlen": 2}).train.masks == {}
    assert prepare_reviews(padding={"maxlen": 5, "mask": False}).train.masks == {}


def test_numbers_are_targets_of_a_regression(prepare_reviews):
    splits = prepare_reviews(target="number", dataset={"label": "stars"})
    assert splits.facts.targets["stars"].kind == "number"
    assert splits.train.targets["stars"].tolist() == (splits.train.rows / 8).tolist()


def test_given_labels_set_the_order_of_the_classes(prepare_reviews):
    splits = prepare_reviews(dataset={"labels": ["pos", "neg"]})
    assert splits.train.targets["label"].tolist() == (1 - splits.train.rows % 2).tolist()


def test_a_label_not_among_the_given_ones_is_refused(prepare_reviews):
    with pytest.raises(DatasetError, match=r"RL409.*reviews.csv, column `label`, data row 1 .*`neg`"):
        prepare_reviews(dataset={"labels": ["pos", "negative"]})


def test_words_are_no_numbers(prepare_reviews):
    with pytest.raises(DatasetError, match=r"RL410.*data row 1 .*`neg` is not a finite number"):
        prepare_reviews(target="number")


def test_groups_stay_together(prepare_reviews):
    splits = prepare_reviews(dataset={"split": {"kind": "group", "column": "critic"}})
    groups = [{int(row) % 7 for row in samples.rows} for samples in splits.named().values()]
    assert sum(len(names) for names in groups) == 7


def test_each_split_may_have_its_own_file(prepare_reviews, more_reviews):
    more_reviews("v.csv", 6)
    more_reviews("t.csv", 4)
    splits = prepare_reviews(dataset={"split": {"kind": "files", "validation": "v.csv", "test": "t.csv"}})
    assert splits.source["samples"] == {"train": 40, "validation": 6, "test": 4}
    assert splits.test.rows.tolist() == [0, 1, 2, 3]
    assert splits.warnings[1:] == (
        "6 of 6 validation texts also occur in the train split.",
        "4 of 4 test texts also occur in the train split.",
        "4 of 4 test texts also occur in the validation split.",
    )


def test_a_vocabulary_larger_than_the_words_found_is_told(prepare_reviews):
    (warning,) = prepare_reviews(text={"vocabulary": 1000}).warnings
    assert "rows of the embedding are never used" in warning


def test_labels_that_look_like_numbers_are_told(prepare_reviews):
    stars = sorted({str(row / 8) for row in range(40)})
    warnings = prepare_reviews(dataset={"label": "stars", "labels": stars}).warnings
    assert any("40 samples have 40 different labels" in warning for warning in warnings)
    assert any(warning.startswith("the test split has no sample of") and "31 more" in warning for warning in warnings)


HOLES = "text,label\n" + "a,x\nb,y\n" * 10 + ",x\n" + "c,\nd,x\n"


def test_rows_in_which_something_is_missing_are_refused_with_two_remedies(prepare_reviews, reviews):
    reviews.write_text(HOLES)
    with pytest.raises(DatasetError, match=r"RL405.*1 value is missing in `text`: data row 21") as caught:
        prepare_reviews()
    assert caught.value.help == "fill in or remove these rows, or leave them out with `missing: drop`"


def test_rows_in_which_something_is_missing_are_left_out_where_the_file_says_so(prepare_reviews, reviews):
    reviews.write_text(HOLES)
    splits = prepare_reviews(dataset={"missing": "drop", "split": {"kind": "tail"}})
    assert sum(len(samples) for samples in splits.named().values()) == 21
    assert splits.test.rows.tolist()[-1] == 22
    assert splits.test.raw["text"][-1] == "d"
    assert splits.source["left_out"] == 2


def test_an_unknown_label_has_its_row_where_others_were_left_out(prepare_reviews, reviews):
    reviews.write_text(HOLES + "e,z\n")
    with pytest.raises(DatasetError, match=r"data row 24 .*: `z` is not among the labels"):
        prepare_reviews(dataset={"missing": "drop", "labels": ["x", "y"]})


def test_one_class_in_train_is_refused(prepare_reviews, reviews):
    reviews.write_text("text,label\n" + "a,x\n" * 20 + "a,y\n" * 2)
    with pytest.raises(DatasetError, match=r"RL406.*every training sample has the class `x`"):
        prepare_reviews(dataset={"split": {"kind": "tail"}})


def test_a_missing_table_is_refused(prepare_reviews):
    with pytest.raises(DatasetError, match=r"RL401.*there is no file .*\n.*did you mean `reviews.csv`"):
        prepare_reviews(dataset={"path": "review.csv"})


@pytest.mark.parametrize(
    ("dataset", "target", "said"),
    [
        (
            {"kind": "catalog", "name": "movie-snippets"},
            "number",
            "the task needs a number and `sentiment` is classes",
        ),
        ({"kind": "catalog", "name": "movie-snippets", "target": "scor"}, "number", "did you mean `score`?"),
        ({"kind": "text_table", "path": "a.csv", "labels": ["a", "b"]}, "number", "`label` is classes"),
        (
            {"kind": "catalog", "name": "movie-snippets", "split": {"kind": "group", "column": "id"}},
            "classes",
            "needs a table of your own",
        ),
        (None, "classes", "has no `dataset`"),
    ],
)
def test_a_dataset_that_cannot_be_used_like_this_is_refused(experiment, tmp_path, dataset, target, said):
    with pytest.raises(CallError) as raised:
        prepare(experiment(dataset=dataset), tmp_path, target=target, say=silent)
    assert said in str(raised.value)


def test_prepared_data_are_reused(prepare_reviews):
    lines: list[str] = []
    first = prepare_reviews(say=lines.append)
    assert lines == ["reading reviews.csv", "preparing 40 samples"]
    again = prepare_reviews(say=lines.append)
    assert len(lines) == 2
    assert arrays(again) == arrays(first)
    assert (again.facts, again.preparation, again.source, again.warnings) == (
        first.facts, first.preparation, first.source, first.warnings,
    )  # fmt: skip
    assert again.train.raw["text"][:] == first.train.raw["text"][:]


def test_data_prepared_with_other_keys_or_content_are_not_reused(prepare_reviews, reviews):
    first = prepare_reviews()
    prints = {first.fingerprint, prepare_reviews(padding={"maxlen": 2}).fingerprint}
    reviews.write_text(reviews.read_text().replace("Film 0", "Film zero"))
    prints.add(prepare_reviews().fingerprint)
    assert len(prints) == 3


def test_other_lengths_and_sides_are_read_from_the_same_entry(prepare_reviews, cache):
    lines: list[str] = []
    whole = prepare_reviews(padding={"maxlen": "longest"}, say=lines.append)
    for maxlen, side in ((2, "pre"), (5, "post"), ("p50", "pre")):
        padding = {"maxlen": maxlen, "padding": side, "truncating": "post", "mask": side == "pre"}
        found = prepare_reviews(padding=padding, say=lines.append)
        ids_NT = found.train.inputs["text"][:]
        kept = min(3, 3 if maxlen == "p50" else maxlen)
        assert ids_NT.shape == (32, maxlen if maxlen != "p50" else 3)
        live = ids_NT[:, -kept:] if side == "pre" else ids_NT[:, :kept]
        assert np.array_equal(live, whole.train.inputs["text"][:][:, :kept])
        assert (found.entry, found.fingerprint != whole.fingerprint) == (whole.entry, True)
        assert found.facts.inputs["text"].timesteps == found.preparation.texts["text"].maxlen == ids_NT.shape[1]
    assert lines == ["reading reviews.csv", "preparing 40 samples"]
    assert [path.name for path in (cache / "prepared").iterdir() if path.is_dir()] == [whole.entry]


@pytest.mark.parametrize("damage", ["flip", "truncate", "remove"])
@pytest.mark.parametrize(
    "name", ["train-input-text.npy", "test-raw-text.txt", "facts.json", "preparation.json", "manifest.json"]
)
def test_a_damaged_entry_is_made_again(prepare_reviews, damage, name):
    first = prepare_reviews()
    wanted = arrays(first)
    path = prepared_folder(first.entry) / name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.unlink()
    if damage != "remove":
        path.write_bytes(content if damage == "flip" else content[:-1])
    lines: list[str] = []
    assert arrays(prepare_reviews(say=lines.append)) == wanted
    assert "preparing 40 samples" in lines
    assert prepare_reviews(say=lines.append).train.raw["text"][0] == first.train.raw["text"][0]


@pytest.mark.parametrize("content", ['{"files": {}}', "[" * 100_000], ids=["no-files", "nested-deeply"])
def test_an_entry_whose_manifest_says_nothing_is_made_again(prepare_reviews, content):
    folder = prepared_folder(prepare_reviews().entry)
    (folder / "manifest.json").write_text(content)
    assert read_facts(folder) is None
    lines: list[str] = []
    prepare_reviews(say=lines.append)
    assert "preparing 40 samples" in lines


def test_what_a_killed_process_left_is_removed(prepare_reviews):
    folder = prepared_folder(prepare_reviews().entry)
    (folder / "manifest.json").unlink()
    left = folder.parent / f"{folder.name}.abc.part"
    left.mkdir()
    prepare_reviews()
    assert not left.exists()


def test_a_cache_that_cannot_be_written_is_told(prepare_reviews, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "file"))
    with pytest.raises(CallError, match=r"cannot write the cache .* set RNNLAB_CACHE"):
        prepare_reviews()


PREPARE = """
import sys
from pathlib import Path
from rnnlab.data import prepare
from rnnlab.experiment.experiment import Experiment

file = {
    "rnnlab": 1,
    "name": "x",
    "dataset": {"kind": "text_table", "path": "big.csv"},
    "model": {"layers": [{"layer": "dense", "units": 1}]},
}
lines = []
print("ready", flush=True)
sys.stdin.readline()
splits = prepare(Experiment.model_validate(file), Path(sys.argv[1]), target="classes", say=lines.append)
print("preparing 4000 samples" in lines, splits.train.inputs["text"][:].sum())
"""


def test_of_processes_at_once_one_prepares_and_all_get_the_same(more_reviews):
    folder = more_reviews("big.csv", 4000).parent
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PREPARE, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60)[0].split() for process in processes]
    assert sorted(prepared for prepared, _ in answers) == ["False", "False", "True"]
    assert len({total for _, total in answers}) == 1
