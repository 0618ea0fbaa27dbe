"""The nearest known name."""

from rnnlab.source import did_you_mean, nearest


def test_case_and_dashes_do_not_matter():
    assert nearest("Spatial-Dropout1D", ["dropout", "spatial_dropout1d"]) == "spatial_dropout1d"


def test_a_name_that_is_near_to_none_gets_the_list():
    assert did_you_mean("transformer", ["lstm", "gru"]) == "known: `gru`, `lstm`"
