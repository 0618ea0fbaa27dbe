"""What would let the network see what it is tested on is refused, with its name."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from weather import DATASET, write_weather

from rnnlab.data import prepare
from rnnlab.data.leakage import is_line
from rnnlab.data.overlaps import overlap_of
from rnnlab.errors import DatasetError

from .conftest import make_experiment, write_reviews

GENERATOR = np.random.default_rng(5)
NOISE = GENERATOR.normal(size=(40, 6, 3)).astype("float32")
SERIES = np.cumsum(GENERATOR.normal(size=200)).astype("float32")


def refused(code: str, *words: str):
    return pytest.raises(DatasetError, match=rf"(?s)^error\[{code}\].*" + ".*".join(words))


@pytest.fixture
def arrays(tmp_path):
    def run(x, y, *, target="number", **dataset):
        np.savez(tmp_path / "data.npz", x=x, y=y, **dataset.pop("more", {}))
        given = {"kind": "arrays", "path": "data.npz"} | dataset
        return prepare(make_experiment(dataset=given), tmp_path, target=target, say=lambda line: None)

    return run


def test_a_feature_that_is_the_target_in_other_units_is_named(arrays):
    y = NOISE[:, 0, 0]
    x = NOISE.copy()
    x[:, :, 1] = (9 / 5 * y + 32)[:, None]
    with refused("RL461", "`y`", "`x`, feature 1"):
        arrays(x, y)


def test_a_feature_that_names_the_class_is_named(arrays):
    y = GENERATOR.integers(0, 3, 40)
    x = NOISE.copy()
    x[:, :, 2] = np.array([7.0, -1.0, 3.0])[y][:, None]
    with refused("RL461", "feature 2"):
        arrays(x, y, target="classes")


def test_a_target_at_each_timestep_that_stands_among_the_features_is_found(arrays):
    with refused("RL461", "feature 0", "every timestep"):
        arrays(NOISE, 3 - NOISE[:, :, 0], per="timestep")


@pytest.mark.parametrize("even", [True, False], ids=["of one length", "of several lengths"])
def test_a_channel_of_sequences_that_names_the_class_is_found(tmp_path, even):
    lines = ["id,time,a,b,label"]
    for row in range(30):
        lines += [
            f"{row},{time},{NOISE[row, time, 0]},{row % 2 * 5},{'ab'[row % 2]}"
            for time in range(3 + (not even and row % 3))
        ]
    (tmp_path / "t.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    run = {"folder": tmp_path, "target": "classes", "say": lambda line: None}
    dataset = {"kind": "sequence_table", "path": "t.csv", "values": ["a"]}
    prepare(make_experiment(dataset=dataset), **run)
    with refused("RL461", "`x`, feature 1"):
        prepare(make_experiment(dataset=dataset | {"values": ["a", "b"]}), **run)


def test_a_group_of_sequences_in_two_files_is_named(tmp_path):
    for name, first in (("a.csv", 0), ("b.csv", 40), ("c.csv", 15)):
        lines = [
            f"{first + row},{time},{NOISE[row, time, 0]},{row % 2},g{(first + row) // 10}"
            for row in range(20)
            for time in range(3)
        ]
        (tmp_path / name).write_text("\n".join(["id,time,a,label,who", *lines, ""]), encoding="utf-8")
    split = {"kind": "files", "validation": "b.csv", "test": "c.csv", "group": "who"}
    dataset = {"kind": "sequence_table", "path": "a.csv", "values": ["a"], "split": split}
    with refused("RL462", "both train and test", "`g1`"):
        prepare(make_experiment(dataset=dataset), tmp_path, target="classes", say=lambda line: None)


def test_what_must_be_remembered_or_computed_is_no_copy(arrays):
    arrays(NOISE, NOISE[:, 0, 0])  # the first timestep, to be remembered
    arrays(NOISE, NOISE[:, :, 0].cumsum(axis=1), per="timestep")
    arrays(NOISE, (NOISE[:, 0, 0] > 0).astype(int), target="classes")


def test_a_text_that_is_its_label_is_found(tmp_path):
    rows = [f"{label.upper()} ,{label}" for label in ("good", "bad") * 10]
    (tmp_path / "t.csv").write_text("\n".join(["text,label", *rows, ""]), encoding="utf-8")
    dataset = {"kind": "text_table", "path": "t.csv"}
    with refused("RL461", "every text of `text` is its label"):
        prepare(make_experiment(dataset=dataset), tmp_path, target="classes", say=print)


def test_a_target_in_other_units_is_not_known_ahead(tmp_path):
    path = write_weather(tmp_path / "weather.csv", stations="A")
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    celsius = [f"{row},{(float(row.split(',')[2]) - 32) / 1.8:.9f}" for row in rows]
    path.write_text("\n".join([f"{head},celsius", *celsius, ""]), encoding="utf-8")
    run = {"folder": tmp_path, "target": "forecast", "say": lambda line: None}
    prepare(make_experiment(dataset=DATASET | {"past": ["celsius"]}), **run)
    with refused("RL461", "`temp`", "`celsius` of `dataset.future`"):
        prepare(make_experiment(dataset=DATASET | {"future": ["celsius"]}), **run)


@pytest.mark.parametrize("kind", ["random", "stratified"])
def test_windows_cut_beforehand_are_not_drawn_at_random(arrays, kind):
    x = np.lib.stride_tricks.sliding_window_view(SERIES, 12)[::3, :, None]
    with refused("RL463", "from timestep 3 on", kind):
        arrays(x, np.arange(len(x)) % 2, target="classes", split={"kind": kind})


def test_windows_in_their_order_are_warned_of_at_the_borders(arrays):
    x = np.lib.stride_tricks.sliding_window_view(SERIES, 12)[::3, :, None]
    splits = arrays(x, SERIES[: len(x)] ** 2, split={"kind": "tail"})
    (caution,) = splits.cautions
    assert (caution.kind, "about 6 of them" in caution.text) == ("overlapping_windows", True)


@given(st.integers(2, 9), st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_windows_are_known_by_their_stride(timesteps, stride):
    windows = np.lib.stride_tricks.sliding_window_view(SERIES, timesteps)[::stride, :, None]
    for values in (windows, windows[::-1]):
        assert overlap_of(values) == (stride if stride < timesteps else None)


@pytest.mark.parametrize(
    "values",
    [
        NOISE,
        np.zeros((30, 5, 2)),
        np.ones((30, 5, 1)),
        np.tile(np.sin(np.arange(8.0) * np.pi / 2), (30, 1))[..., None],  # the same sample again and again
        GENERATOR.integers(0, 2, (40, 20, 1)),
        np.pad(NOISE, ((0, 0), (3, 3), (0, 0))),
    ],
    ids=["noise", "zeros", "ones", "one sample", "bits", "padded"],
)
def test_what_is_no_window_is_taken_for_none(values):
    assert overlap_of(values) is None


def test_a_line_is_one_and_a_curve_is_none():
    x = NOISE[:, 0, 0].astype(float)
    assert is_line(x, 5 - 2 * x)
    assert not is_line(x, x**2)
    assert not is_line(x, np.zeros(len(x)))
    assert not is_line(np.zeros(len(x)), x)


@pytest.fixture
def files(tmp_path):
    def run(**split):
        for name, first in (("a.csv", 0), ("b.csv", 100), ("c.csv", 200)):
            rows = [
                f"film {first + row} {'good' if row % 2 else 'bad'},{row % 2},g{(first + row) // 10}"
                for row in range(20)
            ]
            (tmp_path / name).write_text("\n".join(["text,label,critic", *rows, ""]), encoding="utf-8")
        dataset = {"kind": "text_table", "path": "a.csv"}
        dataset["split"] = {"kind": "files", "validation": "b.csv", "test": "c.csv"} | split
        return prepare(make_experiment(dataset=dataset), tmp_path, target="classes", say=lambda line: None)

    return run


def test_files_with_groups_of_their_own_are_fine(files):
    assert len(files(group="critic").train) == 20


def test_a_group_in_two_files_is_named(files, tmp_path):
    files()
    write = (tmp_path / "b.csv").read_text(encoding="utf-8").replace("g11", "g1")
    (tmp_path / "d.csv").write_text(write, encoding="utf-8")
    with refused("RL462", "1 value of `critic`", "both train and validation", "`g1`"):
        files(group="critic", validation="d.csv")


def test_one_file_under_two_names_is_found(files, tmp_path):
    files()
    (tmp_path / "d.csv").write_bytes((tmp_path / "a.csv").read_bytes())
    with refused("RL464", "train and test"):
        files(test="d.csv")


def test_arrays_are_divided_by_an_array_of_groups(arrays, tmp_path):
    groups = np.arange(40) // 4
    splits = arrays(
        NOISE, NOISE[:, 0, 0] ** 2, more={"who": groups}, split={"kind": "group", "column": "who", "test": 0.2}
    )
    found = [set(groups[samples.rows]) for samples in splits.named().values()]
    assert sum(map(len, found)) == 10
    assert set.union(*found) == set(range(10))
    with refused("RL404", "`who`"):
        arrays(NOISE, NOISE[:, 0, 0] ** 2, more={"who": NOISE}, split={"kind": "group", "column": "who"})


@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0.05, 0.2), groups=st.integers(8, 20))
@settings(max_examples=30, deadline=None)
def test_no_group_stands_on_both_sides_whatever_is_drawn(seed, share, groups):
    from rnnlab.data.splitting import divide
    from rnnlab.datasets import GroupSplit

    named = [str(index % groups) for index in range(200)]
    split = GroupSplit(column="who", seed=seed, validation=share, test=share)
    division = divide(split, 200, classes=None, groups=named)
    sides = [{named[index] for index in indices} for indices in division.named().values()]
    assert sum(map(len, sides)) == len(set.union(*sides)) == groups


def test_reviews_are_clean(tmp_path):
    write_reviews(tmp_path / "reviews.csv")
    dataset = {"kind": "text_table", "path": "reviews.csv"}
    prepare(make_experiment(dataset=dataset), tmp_path, target="classes", say=lambda line: None)
