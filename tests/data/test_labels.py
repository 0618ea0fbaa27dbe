import numpy as np
import pytest

from rnnlab.data.labels import encode_classes, encode_numbers
from rnnlab.errors import DatasetError


def test_classes_get_the_index_of_their_label():
    assert encode_classes(["b", "a", "b"], ("a", "b"), "t.csv").tolist() == [1, 0, 1]


def test_a_label_not_among_labels_is_named_with_its_row():
    with pytest.raises(
        DatasetError, match=r"error\[RL409\]: t.csv, data row 2 .*`positve`.*\n.*did you mean `positive`\?"
    ):
        encode_classes(["negative", "positve"], ("negative", "positive"), "t.csv")


def test_numbers_are_float32():
    numbers = encode_numbers(["1", "-2.5", "1e3"], "t.csv")
    assert numbers.dtype == np.float32
    assert numbers.tolist() == [1.0, -2.5, 1000.0]


@pytest.mark.parametrize("value", ["good", "nan", "inf", "1e999", "1e39", "1_000", "1,5"])
def test_what_is_not_a_finite_number_is_named_with_its_row(value):
    with pytest.raises(DatasetError, match=r"error\[RL410\]: t.csv, data row 3 ") as raised:
        encode_numbers(["1", "2", value], "t.csv")
    assert f"`{value}`" in str(raised.value)
