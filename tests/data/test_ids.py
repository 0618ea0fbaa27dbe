import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnlab.data import Splits, dataset_summary, decode_samples, prepare
from rnnlab.data.preparation import Preparation
from rnnlab.errors import DatasetError

from .conftest import make_experiment

LISTS = [[row % 7 + 1, 5, row % 3 + 1][: row % 3 + 1] for row in range(30)]
LABELS = [row % 2 for row in range(30)]


def prepare_file(path: Path, **changes: Any) -> Splits:
    dataset = {"kind": "ids", "path": path.name, "num_words": 10, "split": {"kind": "tail"}} | changes
    experiment = make_experiment(dataset=dataset, padding={"maxlen": 2, "truncating": "post"})
    return prepare(experiment, path.parent, target="classes", say=lambda line: None)


def write(folder: Path, form: str, lists: list[list[int]] = LISTS) -> Path:
    path = folder / f"x.{form.partition('-')[0]}"
    frame = pd.DataFrame({"ids": lists, "label": LABELS[: len(lists)]})
    if form == "npz-lists":
        array = np.empty(len(lists), object)
        array[:] = lists
        np.savez(path, ids=array, label=LABELS[: len(lists)])
    elif form == "npz-padded":
        np.savez(path, ids=[([0] * 3 + each)[-3:] for each in lists], label=LABELS[: len(lists)])
    elif form == "parquet":
        frame.to_parquet(path)
    elif form == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.assign(ids=[" ".join(map(str, each)) for each in lists]).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("form", ["npz-lists", "npz-padded", "parquet", "jsonl", "csv"])
def test_the_same_sequences_are_the_same_from_every_kind_of_file(tmp_path, form):
    splits = prepare_file(write(tmp_path, form))
    found = np.concatenate([samples.inputs["ids"] for samples in splits.named().values()])
    assert found.tolist() == [[*each, 0][:2] for each in LISTS]
    assert splits.preparation.labels == ("0", "1")


def refusal(path: Path, **changes: Any) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        prepare_file(path, **changes)
    assert caught.value.code == "RL433"
    return caught.value


def test_an_id_that_is_no_row_is_refused_unless_there_is_one_for_it(tmp_path):
    path = write(tmp_path, "jsonl")
    error = refusal(path, num_words=7)
    assert error.message == "sample 6 of x.jsonl (counted from 0) holds the id 7, and there are 7 rows"
    assert error.help == "say `num_words: 8`, or an `oov_char` that such ids become"
    assert prepare_file(path, num_words=7, oov_char=6).train.inputs["ids"][6].tolist() == [6, 0]


def test_padding_among_the_ids_is_refused(tmp_path):
    assert "padding, among others" in refusal(write(tmp_path, "parquet", [[1, 0, 2], *LISTS[1:]])).message


@pytest.mark.parametrize("form", ["npz-lists", "parquet", "jsonl"])
def test_an_empty_sequence_is_refused(tmp_path, form):
    assert "(counted from 0) has no ids" in refusal(write(tmp_path, form, [[], *LISTS[1:]])).message


@pytest.mark.parametrize("value", ["1 x 2", "-1 2", "1.5", "99999999999"])
def test_a_text_that_is_no_ids_is_refused(tmp_path, value):
    path = write(tmp_path, "csv")
    path.write_text(path.read_text().replace("2 5", value, 1))
    assert "x.csv, column `ids`, data row 2" in refusal(path).message


@pytest.mark.parametrize("content", ["[1]", "{", '{"a": "b"}', '{"a": 1, "b": 1}', '{"a": -1}'])
def test_a_word_index_that_is_none_is_refused(tmp_path, content):
    (tmp_path / "words.json").write_text(content)
    refusal(write(tmp_path, "csv"), word_index="words.json")


def test_ids_are_kept_and_shown_with_what_is_known_of_them(tmp_path):
    (tmp_path / "words.json").write_text(json.dumps({"film": 1, "fine": 5}))
    splits = prepare_file(write(tmp_path, "csv"), word_index="words.json")
    units = [sample["inputs"]["ids"]["units"] for sample in decode_samples(splits, 3)]
    assert units == [["film"], ["2", "fine"], ["3", "fine"]]  # cut, as the network reads them
    assert dataset_summary(splits)["inputs"]["ids"]["vocabulary"] == {"rows": 10, "words": 2}
    assert Preparation.from_data(json.loads(json.dumps(splits.preparation.to_data()))) == splits.preparation


def test_numbers_are_targets_too(tmp_path):
    path = write(tmp_path, "jsonl")
    experiment = make_experiment(dataset={"kind": "ids", "path": path.name, "num_words": 10})
    splits = prepare(experiment, tmp_path, target="number", say=lambda line: None)
    assert splits.train.targets["label"].dtype == np.float32
