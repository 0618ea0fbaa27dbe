import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.data.splitting import divide
from rnnlab.datasets import FilesSplit, GroupSplit, RandomSplit, StratifiedSplit, TailSplit
from rnnlab.errors import DatasetError


def run(split, samples=100, classes=None, groups=None):
    return divide(split, samples, classes=classes, groups=groups)


def sizes(division):
    return [len(indices) for indices in division.named().values()]


@given(
    st.integers(3, 300),
    st.floats(0.01, 0.5),
    st.floats(0.01, 0.5),
    st.integers(0, 2**32 - 1),
    st.sampled_from([RandomSplit, StratifiedSplit, TailSplit, GroupSplit]),
)
def test_every_sample_is_in_exactly_one_split_or_the_division_is_refused(samples, validation, test, seed, kind):
    keys = {} if kind is TailSplit else {"seed": seed}
    keys |= {"column": "g"} if kind is GroupSplit else {}
    split = kind(validation=validation, test=test, **keys)
    try:
        division = run(split, samples, np.arange(samples) % 3, [str(row % 7) for row in range(samples)])
    except DatasetError as error:
        refused = error.code
    else:
        refused = None
    if refused:
        assert refused == "RL406"
        return
    together = np.concatenate(list(division.named().values()))
    assert sorted(together.tolist()) == list(range(samples))
    assert min(sizes(division)) >= 1


def test_fractions_are_of_the_whole_table_and_the_test_is_a_tenth_unless_given():
    assert sizes(run(RandomSplit(validation=0.2))) == [70, 20, 10]
    assert sizes(run(RandomSplit(validation=0.2, test=0.3))) == [50, 20, 30]


def test_half_a_sample_is_rounded_up():
    assert sizes(run(TailSplit(), 15)) == [11, 2, 2]


def test_the_seed_of_the_split_changes_the_draw_and_the_same_seed_repeats_it():
    assert run(RandomSplit(seed=1)).test.tolist() == run(RandomSplit(seed=1)).test.tolist()
    assert run(RandomSplit(seed=1)).test.tolist() != run(RandomSplit(seed=2)).test.tolist()


def test_the_draw_is_the_same_for_ever():
    assert run(RandomSplit(), 20).test.tolist() == [18, 1]


def test_drawn_samples_are_not_in_the_order_of_the_table():
    for split in (RandomSplit(), StratifiedSplit()):
        train = run(split, classes=np.arange(100) // 50).train
        assert train.tolist() != sorted(train.tolist())


def test_stratified_splits_have_the_classes_in_the_same_shares():
    classes = np.repeat([0, 1, 2], [700, 200, 100])
    division = run(StratifiedSplit(), 1000, classes)
    assert {name: np.bincount(classes[indices]).tolist() for name, indices in division.named().items()} == {
        "train": [560, 160, 80],
        "validation": [70, 20, 10],
        "test": [70, 20, 10],
    }


def test_stratified_needs_classes():
    with pytest.raises(DatasetError, match=r"RL406.*needs classes"):
        run(StratifiedSplit())


def test_a_group_falls_into_one_split():
    groups = [str(row % 10) for row in range(100)]
    division = run(GroupSplit(column="critic"), groups=groups)
    found = [{groups[index] for index in indices} for indices in division.named().values()]
    assert sum(len(names) for names in found) == 10
    assert sizes(division) == [80, 10, 10]


def test_fewer_than_three_groups_cannot_make_three_splits():
    with pytest.raises(DatasetError, match=r"RL406.*`split.column: critic` has 2 distinct values"):
        run(GroupSplit(column="critic"), groups=["a", "b"] * 50)


def test_tail_takes_the_last_rows_in_their_order():
    division = run(TailSplit(validation=0.2, test=0.1))
    assert division.train.tolist() == list(range(70))
    assert division.validation.tolist() == list(range(70, 90))
    assert division.test.tolist() == list(range(90, 100))


@pytest.mark.parametrize("split", [RandomSplit(), StratifiedSplit(), TailSplit()])
def test_an_empty_split_is_refused(split):
    with pytest.raises(DatasetError, match=r"RL406.*the validation split would be empty: 4 samples"):
        run(split, 4, np.arange(4) % 2)


def test_a_division_that_leaves_nothing_to_train_on_is_refused():
    with pytest.raises(DatasetError, match="the train split would be empty"):
        run(RandomSplit(validation=0.6, test=0.5))


def test_files_are_divided_already():
    with pytest.raises(ValueError, match="found `files`"):
        run(FilesSplit(validation="v.csv", test="t.csv"))
