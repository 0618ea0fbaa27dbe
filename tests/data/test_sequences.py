import numpy as np
import pytest

from rnnlab.data import prepare
from rnnlab.data.baselines import fit_baselines
from rnnlab.data.sequences import sequence_scores
from rnnlab.errors import DatasetError


def silent(line: str) -> None:
    pass


PAIRS = {
    "dataset": {"kind": "text_pairs", "path": "pairs.csv", "split": {"kind": "tail"}},
    "text": {"source": {"unit": "character", "vocabulary": 6}, "target": {"unit": "token", "vocabulary": 9}},
}


@pytest.fixture
def pairs(tmp_path, experiment):
    def run(**sections):
        rows = [f"{word},{' '.join(word.upper())}" for word in ("ab", "ba", "abc", "cab", "c") * 6]
        (tmp_path / "pairs.csv").write_text("\n".join(["source,target", *rows, ""]))
        return prepare(experiment(**PAIRS | sections), tmp_path, target="sequence", say=silent)

    return run


def test_edits_are_counted_by_the_length_of_the_true_text():
    scores = sequence_scores([["A", "B"], ["X"]], ["ab", "c"], [["A", "B"], ["C", "D"]])
    assert scores == {"unit_error_rate": 2 / 4, "sequence_accuracy": 0.5}


def test_any_of_several_right_answers_is_right_and_the_source_counts_once():
    scores = sequence_scores([["B"], ["B"]], ["b", "b"], [["A", "A", "A"], ["B"]])
    assert scores == {"unit_error_rate": 0.0, "sequence_accuracy": 1.0}


def test_the_decoder_reads_what_it_has_written_and_is_to_write_the_next(pairs):
    train = pairs(padding={"maxlen": 4}).train
    assert train.inputs["source"][0].tolist() == [2, 3, 0, 0]
    assert train.inputs["target"][0].tolist() == [2, 4, 5, 0]
    assert train.targets["target"][0].tolist() == [4, 5, 3, 0]


def test_text_and_padding_hold_for_each_input_by_name(pairs):
    splits = pairs(padding={"source": {"maxlen": 2, "padding": "pre"}, "target": {"maxlen": 5}})
    assert {name: values.shape[1] for name, values in splits.train.inputs.items()} == {"source": 2, "target": 5}
    assert (splits.facts.targets["target"].classes, splits.facts.targets["target"].reads) == (9, "target")
    assert splits.warnings[0].startswith("the vocabulary has only 3 distinct characters of `source`")


def test_the_most_frequent_units_of_each_letter_are_the_baseline(pairs):
    baselines = fit_baselines(pairs(), silent)
    assert baselines["most_frequent_units"] == {
        f"{split}_{key}": value
        for split in ("val", "test")
        for key, value in {"unit_error_rate": 0.0, "sequence_accuracy": 1.0}.items()
    }


@pytest.fixture
def arrays(tmp_path, experiment):
    def run(kind="number", samples=20, **dataset):
        x = np.arange(samples * 12, dtype=np.float32).reshape(samples, 4, 3)
        found = {"x": x, "y": x[:, :, 0] ** 2, "three": x[:, 0], "one": x[:, 0, :1], "label": np.arange(samples) % 2}
        found |= {"gaps": np.full((samples, 4, 1), np.nan), "short": x[:5], "flat": x[:, :, 0]}
        np.savez(tmp_path / "x.npz", **found, objects=np.array([{}] * samples, object))
        given = {"kind": "arrays", "path": "x.npz", **dataset}
        return prepare(experiment(dataset=given), tmp_path, target=kind, say=silent)

    return run


def test_arrays_have_a_target_for_each_timestep(arrays):
    splits = arrays(per="timestep")
    assert splits.train.inputs["x"].shape == (16, 4, 3)
    assert splits.train.targets["y"].shape == (16, 4)
    assert splits.facts.inputs["x"].features == (3,)
    assert fit_baselines(splits, silent).keys() == {"mean"}


def test_arrays_have_one_number_or_several_for_each_sample(arrays):
    assert arrays(target="three").facts.targets["three"].numbers == 3
    assert arrays(target="one").train.targets["one"].shape == (16,)


def test_whole_numbers_are_classes_with_names_or_without(arrays):
    assert arrays("classes", target="label").preparation.labels == ("0", "1")
    splits = arrays("classes", target="label", labels=["no", "yes"])
    assert splits.preparation.labels == ("no", "yes")
    assert fit_baselines(splits, silent).keys() == {"majority", "logistic_regression"}


@pytest.mark.parametrize(
    ("dataset", "kind", "said"),
    [
        ({"inputs": ["xx"]}, "number", r"RL402.*has no array `xx`"),
        ({"inputs": ["objects"]}, "number", r"RL404.*does not hold plain numbers"),
        ({"inputs": ["gaps"], "target": "one"}, "number", r"RL410.*holds NaN, infinity or .* first in row 0"),
        ({"inputs": ["short"], "target": "one"}, "number", r"RL406.*different numbers of samples: `short` 5, `one` 20"),
        ({"target": "y"}, "classes", r"RL409.*holds float32, not class indices"),
        ({"target": "label", "labels": ["a", "b"], "path": "y.npz"}, "classes", r"RL401.*there is no file"),
    ],
)
def test_arrays_that_cannot_be_used_are_refused(arrays, dataset, kind, said):
    with pytest.raises(DatasetError, match=said):
        arrays(kind, **dataset)


@pytest.mark.parametrize("damage", [b"", b"PK", b"no archive at all"])
def test_a_file_that_is_no_npz_is_refused_when_it_is_checked(tmp_path, damage):
    from rnnlab.plan import check_experiment

    (tmp_path / "x.npz").write_bytes(damage)
    (tmp_path / "x.yaml").write_text(
        "rnnlab: 1\nname: x\ndataset: {kind: arrays, path: x.npz}\nmodel: {layers: [{layer: dense, units: 1}]}\n"
    )
    (found,) = check_experiment(tmp_path / "x.yaml").diagnostics
    assert found.code == "RL404"


def test_shapes_are_known_when_a_file_is_checked_without_numpy(tmp_path):
    from rnnlab.datasets.npz import Header, read_headers

    np.savez_compressed(tmp_path / "x.npz", x=np.zeros((2, 3, 4)), y=np.zeros(2, bool), z=np.array(["a"]))
    assert read_headers(tmp_path / "x.npz") == {
        "x": Header((2, 3, 4), "real"),
        "y": Header((2,), "whole"),
        "z": Header((1,), "other"),
    }


def test_a_written_text_is_cut_at_its_end_and_what_is_lost_is_told(pairs):
    splits = pairs(
        padding={"target": {"maxlen": 3}}, text=PAIRS["text"] | {"target": {"unit": "token", "vocabulary": 6}}
    )
    long = [row for row, text in enumerate(splits.train.raw["source"]) if len(text) == 3]
    assert splits.train.targets["target"][long[0]].tolist()[-1] == 3
    told = " ".join(splits.warnings)
    assert "training targets are cut to 2 tokens" in told
    assert "of the training targets are unknown: they are never written" in told


def test_classes_beyond_the_number_of_targets_are_no_classes(arrays, tmp_path):
    np.savez(tmp_path / "big.npz", x=np.zeros((4, 2, 1)), y=np.array([0, 1, 10**9, 1]))
    with pytest.raises(DatasetError, match=r"RL409.*holds 1000000000: more classes"):
        arrays("classes", path="big.npz")


@pytest.mark.parametrize("end", [30, 70, 200])
def test_a_file_that_was_cut_is_told(tmp_path, end):
    from rnnlab.datasets.npz import read_headers

    np.savez(tmp_path / "x.npz", x=np.zeros((2, 3, 4)))
    content = (tmp_path / "x.npz").read_bytes()
    (tmp_path / "x.npz").write_bytes(content[:end] + content[-100:])
    with pytest.raises(DatasetError, match=r"RL40[14]"):
        read_headers(tmp_path / "x.npz")
