"""Sizes in bytes."""

import pytest
from pydantic import ValidationError

from rnnlab.sweeping import Budget


@pytest.mark.parametrize(
    ("written", "read"), [(5, 5), ("2 GiB", 2 * 2**30), ("1.5KiB", 1536), (" 16 MiB ", 16 * 2**20)]
)
def test_a_size_is_bytes_or_a_number_with_a_unit(written, read):
    assert Budget.model_validate({"memory": written}).memory == read


@pytest.mark.parametrize("written", ["2 GB", "GiB", "-1 MiB", "0 MiB", 0, -3, 1.5, True, "1"])
def test_anything_else_is_none(written):
    with pytest.raises(ValidationError):
        Budget.model_validate({"memory": written})
