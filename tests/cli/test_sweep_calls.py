"""Calls of `rnnlab sweep` that train nothing."""

import pytest


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name the experiment's file; or a sweep to look at: `--status LAST`"),
        (["tiny.yaml", "--status", "LAST"], "`--status` shows a sweep and takes only --store and --json beside it"),
        (["--status", "LAST"], "there is no sweep in this store"),
        (["tiny.yaml"], "the file has no `sweep:` section; `rnnlab run` trains it once"),
    ],
)
@pytest.mark.usefixtures("tiny")
def test_calls_that_cannot_be_meant_are_refused_with_2(rnnlab, arguments, told):
    answer = rnnlab("sweep", *arguments)
    assert answer.code == 2
    assert told in answer.err
