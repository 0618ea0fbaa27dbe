"""Sequences of numbers of different lengths: read, divided, scaled, padded."""

import json

import numpy as np
import pytest

from rnnlab.data import prepare
from rnnlab.data.characteristics import characteristics
from rnnlab.data.preparation import Preparation
from rnnlab.data.ragged import joined_numbers
from rnnlab.data.sequence_encoder import fit_sequences
from rnnlab.data.splits import Samples
from rnnlab.data.ts_files import read_ts
from rnnlab.errors import DatasetError
from rnnlab.experiment.prepared import describe
from rnnlab.padding import Padding

HEADER = "@problemName t\n@univariate false\n@dimensions 2\n@equalLength false\n@classLabel true yes no\n@data\n"


def silent(line: str) -> None:
    pass


def ts(path, lines, header=HEADER):
    path.write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def samples(count, first=0):
    return [
        f"{','.join([str(row)] * (2 + row % 3))}:{','.join(['0'] * (2 + row % 3))}:{'yes' if row % 2 else 'no'}"
        for row in range(first, first + count)
    ]


def ragged(*lengths, channels=1):
    draw = np.random.default_rng(0)
    return joined_numbers([draw.normal(size=(length, channels)).astype(np.float32) for length in lengths])


def refusal(run):
    with pytest.raises(DatasetError) as caught:
        run()
    return caught.value.code, caught.value.message


def test_a_ts_file_is_read(tmp_path):
    found = read_ts(ts(tmp_path / "t.ts", ["# a remark", "1,2,3:4,5,6:yes", "", "7:8:no"]))
    assert [each.tolist() for each in found.inputs] == [[[1, 4], [2, 5], [3, 6]], [[7, 8]]]
    assert (found.values, found.labels, found.inputs.length) == (("yes", "no"), ("yes", "no"), None)


@pytest.mark.parametrize(
    ("lines", "code", "message"),
    [
        (["1,2:3,4"], "RL440", "t.ts, line 7 has 1 channel before its target, wanted 2"),
        (["1:2:3:yes"], "RL440", "t.ts, line 7 has 3 channels before its target, wanted 2"),
        (["1:2:yes", "1,2:3:yes"], "RL440", "t.ts, line 8: the channels have 1 to 2 timesteps"),
        (["1,:2,3:yes"], "RL410", "t.ts, line 7: `` is not a finite number"),
        (["1,?:2,3:yes"], "RL410", "t.ts, line 7: `?` is not a finite number"),
        (["1,inf:2,3:yes"], "RL410", "t.ts, line 7: `inf` is not a finite number"),
        (["1,1_0:2,3:yes"], "RL410", "t.ts, line 7: `1_0` is not a finite number"),
        ([":2:yes"], "RL441", "t.ts, line 7 has a channel without timesteps"),
        ([""], "RL406", "t.ts has no samples"),
    ],
)
def test_a_bad_line_of_a_ts_file_is_named(tmp_path, lines, code, message):
    path = ts(tmp_path / "t.ts", lines)
    assert refusal(lambda: read_ts(path)) == (code, message)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("1,2:yes\n", "t.ts, line 1: data stand before `@data`"),
        ("@univariate true\n", "t.ts has no line `@data`"),
        ("@timeStamps true\n@classLabel true a b\n@data\n", "t.ts has timestamps"),
        ("@classLabel true a\n@data\n", "t.ts: `@classLabel true` must name two classes or more, each once"),
        ("@classLabel false\n@data\n1:a\n", "t.ts has no targets"),
        ("@dimensions two\n@classLabel true a b\n@data\n", "t.ts: `@dimensions` must be a whole number, found `two`"),
        (
            "@univariate true\n@equalLength true\n@seriesLength 3\n@classLabel true a b\n@data\n1,2:a\n",
            "t.ts, line 6 has 2 timesteps, `@seriesLength` says 3",
        ),
    ],
)
def test_a_bad_header_is_named(tmp_path, header, message):
    path = ts(tmp_path / "t.ts", [], header)
    assert refusal(lambda: read_ts(path)) == ("RL440", message)


def test_a_test_of_its_own_stays_the_test(experiment, tmp_path):
    ts(tmp_path / "a.ts", samples(20))
    ts(tmp_path / "b.ts", samples(6, first=20))
    dataset = {"kind": "ts", "path": "a.ts", "test": "b.ts", "split": {"kind": "stratified", "validation": 0.2}}
    given = experiment(dataset=dataset, padding={"maxlen": "longest"})
    before = describe(given, tmp_path, "classes")
    splits = prepare(given, tmp_path, target="classes", say=silent)
    assert [len(each) for each in splits.named().values()] == [16, 4, 6]
    assert splits.test.rows.tolist() == [0, 1, 2, 3, 4, 5]
    assert np.bincount(splits.validation.targets["y"]).tolist() == [2, 2]
    assert (before.own_test, splits.facts.own_test) == (True, True)
    assert before.inputs["x"].features == splits.facts.inputs["x"].features == (3,)
    assert before.targets == splits.facts.targets
    assert describe(given, tmp_path, "classes") == splits.facts


def test_scales_and_length_come_from_train_alone(experiment, tmp_path):
    ts(tmp_path / "a.ts", samples(20))
    dataset = {"kind": "ts", "path": "a.ts", "split": {"kind": "tail", "validation": 0.2, "test": 0.2}}
    splits = prepare(experiment(dataset=dataset, padding={"maxlen": "longest"}), tmp_path, target="classes", say=silent)
    train = np.concatenate([[row] * (2 + row % 3) for row in range(12)])
    centre, scale = splits.preparation.sequences["x"].scales[0]
    assert (centre, scale) == pytest.approx((train.mean(), train.std()))
    assert splits.preparation.sequences["x"].scales[1] == (0.0, 1.0)  # a constant channel


@pytest.mark.parametrize(("side", "first"), [("post", [1, 1, 0]), ("pre", [0, 1, 1])])
def test_the_last_feature_tells_data_from_padding(side, first):
    train = joined_numbers([np.zeros((2, 1), np.float32), np.ones((3, 1), np.float32)])
    encoder = fit_sequences(train, "none", Padding(maxlen="longest", padding=side))
    read = encoder.encode(train)[:]
    assert read[0, :, 1].tolist() == first
    assert read[:, :, 0].tolist() == [[0, 0, 0], [1, 1, 1]]
    assert (encoder.facts.features, encoder.facts.padding, encoder.facts.masked) == ((2,), side, True)


@pytest.mark.parametrize(("truncating", "kept"), [("pre", [1, 2]), ("post", [0, 1])])
def test_long_sequences_are_cut_at_their_side(truncating, kept):
    train = joined_numbers([np.arange(3, dtype=np.float32)[:, None]])
    encoder = fit_sequences(train, "none", Padding(maxlen=2, truncating=truncating))
    assert encoder.encode(train)[:][0, :, 0].tolist() == kept


def test_without_a_mask_there_is_no_further_feature():
    encoder = fit_sequences(ragged(2, 3), "standard", Padding(maxlen="longest", mask=False))
    assert encoder.encode(ragged(2, 3)).shape == (2, 3, 1)
    assert not encoder.facts.masked


def test_sequences_of_one_length_have_no_padding_and_shorter_ones_are_refused():
    train = joined_numbers([np.zeros((3, 1), np.float32)] * 2, 3)
    encoder = fit_sequences(train, "none", Padding())
    assert (encoder.facts.features, encoder.facts.padding) == ((1,), None)
    code, message = refusal(lambda: encoder.encode(ragged(3, 2)))
    assert (code, message) == ("RL442", "sample 1 has 2 timesteps, all of the training had 3")
    longer = fit_sequences(train, "none", Padding(maxlen=5))
    assert longer.encode(ragged(3, 2)).shape == (2, 5, 2)


def test_other_channels_are_refused():
    encoder = fit_sequences(ragged(2, 3), "standard", Padding())
    assert refusal(lambda: encoder.encode(ragged(2, channels=2)))[0] == "RL404"


def write_long(path, rows, header="id,time,a,b,label"):
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


LONG = {"kind": "sequence_table", "path": "t.csv", "values": ["a", "b"], "scaler": "none"}


def test_a_table_in_long_form_is_sorted_by_time(experiment, tmp_path):
    rows = [f"s{row},{time},{row},{hour},{'uv'[row % 2]}" for row in range(10) for hour, time in ((9, 9), (10, 10))]
    write_long(tmp_path / "t.csv", rows[::-1])
    dataset = LONG | {"split": {"kind": "tail", "validation": 0.2, "test": 0.2}}
    splits = prepare(experiment(dataset=dataset), tmp_path, target="classes", say=silent)
    assert splits.train.inputs["x"][0].tolist() == [[9, 9, 1], [9, 10, 1]]
    assert splits.preparation.labels == ("u", "v")


@pytest.mark.parametrize(
    ("rows", "code", "message"),
    [
        (
            ["s,1,1,1,u", "s,1,2,2,u"],
            "RL443",
            "t.csv, data row 2 (the header is not counted): the sequence `s` has this time twice",
        ),
        (
            ["s,noon,1,1,u"],
            "RL443",
            "t.csv, column `time`, data row 1 (the header is not counted): `noon` is neither a number nor an ISO 8601 "
            "time",
        ),
        (
            ["s,1,1,1,u", "s,2,2,2,v"],
            "RL444",
            "t.csv, data row 2 (the header is not counted): the sequence `s` has `v` in `label`, and `u` above",
        ),
        (
            ["s,1,one,1,u"],
            "RL410",
            "t.csv, column `a`, data row 1 (the header is not counted): `one` is not a finite number of float32",
        ),
        (["s,1,,1,u"], "RL405", "t.csv: 1 value is missing in `a`: data row 1 (the header is not counted)"),
    ],
)
def test_a_bad_row_of_a_long_table_is_named(experiment, tmp_path, rows, code, message):
    write_long(tmp_path / "t.csv", rows)
    given = experiment(dataset=LONG)
    assert refusal(lambda: prepare(given, tmp_path, target="classes", say=silent)) == (code, message)


def test_dates_order_a_sequence(experiment, tmp_path):
    days = ("2013-02-01", "2013-01-31T06:00:00", "2013-01-31T05:00:00+00:00")
    write_long(tmp_path / "t.csv", [f"s{row},{day},{day[8]},0,{'uv'[row % 2]}" for row in range(6) for day in days])
    split = {"kind": "tail", "validation": 0.2, "test": 0.2}
    splits = prepare(experiment(dataset=LONG | {"split": split}), tmp_path, target="classes", say=silent)
    assert splits.train.inputs["x"][0][:, 0].tolist() == [3, 3, 0]


def test_lengths_and_offsets_read_the_same(experiment, tmp_path):
    draw, lengths = np.random.default_rng(0), np.array([1, 3, 2, 3] * 5)
    x = draw.normal(size=(20, 3, 2))
    x[0, 1:] = np.nan  # behind the end nothing is read
    flat = np.concatenate([each[:length] for each, length in zip(x, lengths, strict=True)])
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    np.savez(tmp_path / "t.npz", x=x, flat=flat, l=lengths, o=offsets, y=np.arange(20) % 2)
    found = []
    for keys in ({"lengths": "l"}, {"inputs": ["flat"], "offsets": "o"}):
        dataset = {"kind": "arrays", "path": "t.npz"} | keys
        splits = prepare(experiment(dataset=dataset), tmp_path, target="classes", say=silent)
        (values,) = splits.train.inputs.values()
        found.append(values[:].tolist())
        assert splits.facts.inputs == describe(experiment(dataset=dataset), tmp_path, "classes").inputs
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("arrays", "keys"),
    [
        ({"l": [1, 2, 9]}, {"lengths": "l"}),
        ({"l": [1, 0, 2]}, {"lengths": "l"}),
        ({"l": [1, 2]}, {"lengths": "l"}),
        ({"l": [1.0, 2.0, 2.0]}, {"lengths": "l"}),
        ({"o": [0, 2, 2, 6], "x": np.zeros((6, 1))}, {"offsets": "o"}),
        ({"o": [0, 2, 4, 5], "x": np.zeros((6, 1))}, {"offsets": "o"}),
    ],
)
def test_lengths_that_do_not_fit_are_refused(experiment, tmp_path, arrays, keys):
    np.savez(tmp_path / "t.npz", **{"x": np.zeros((3, 2, 1)), "y": [0, 1, 1]} | arrays)
    given = experiment(dataset={"kind": "arrays", "path": "t.npz"} | keys)
    assert refusal(lambda: prepare(given, tmp_path, target="classes", say=silent))[0] == "RL445"


def test_a_preparation_of_sequences_survives_its_file(experiment, tmp_path):
    ts(tmp_path / "a.ts", samples(20))
    splits = prepare(experiment(dataset={"kind": "ts", "path": "a.ts"}), tmp_path, target="classes", say=silent)
    again = Preparation.from_data(json.loads(json.dumps(splits.preparation.to_data())))
    assert again == splits.preparation


def test_what_a_sequence_is_like_does_not_depend_on_its_padding():
    train = ragged(2, 5, 3)
    found = []
    for maxlen, side in ((5, "post"), (9, "pre")):
        encoder = fit_sequences(train, "none", Padding(maxlen=maxlen, padding=side))
        preparation = Preparation("y", None, sequences={"x": encoder})
        found.append(characteristics(Samples({"x": encoder.encode(train)}, {}), preparation))
    np.testing.assert_allclose(found[0], found[1])
    assert found[0][:, 0] == pytest.approx([each.mean() for each in train])
    assert found[0][:, 1] == pytest.approx([each.std() for each in train])
    assert found[0][:, 3] == pytest.approx([each[-1, 0] for each in train])
    assert found[0][:, 4].tolist() == [2, 5, 3]
