import pytest

from rnnlab.errors import RunNotFoundError
from rnnlab.track.record import Record
from rnnlab.track.selectors import select


def _record(number, name, kind="run"):
    run_id = f"{number:06x}" + "a" * 26
    return Record(
        run_id,
        name,
        "movies",
        "FINISHED",
        1_700_000_000_000 + number,
        None,
        {},
        {},
        {},
        {"rnnlab.kind": kind},
    )


A, B, SWEEP, C, D = RECORDS = [
    _record(0xABC001, "calm-owl-10"),
    _record(0xABC002, "twin"),
    _record(0xABD003, "search", kind="sweep"),
    _record(0xABD004, "twin"),
    _record(0xABD005, "last..one"),
]


def _select(*selectors):
    return select(RECORDS, selectors, only=lambda record: record.is_training)


def test_an_id_prefix_of_six_names_a_run():
    assert _select("abc001") == [A]
    assert _select(B.run_id) == [B]


def test_a_name_names_a_run_even_with_dots_in_it():
    assert _select("calm-owl-10") == [A]
    assert _select("last..one") == [D]


def test_a_run_named_by_name_may_be_a_sweep():
    assert _select("search") == [SWEEP]


def test_last_counts_trainings_only():
    assert _select("LAST") == [D]
    assert _select("LAST~1") == [C]
    assert _select("LAST~2") == [B]


def test_a_range_holds_both_ends_in_start_order_whichever_comes_first():
    assert _select("abc002..LAST") == [B, C, D]
    assert _select("LAST..abc002") == [B, C, D]


def test_runs_named_twice_come_once_in_the_order_named():
    assert _select("LAST", "abc001..LAST") == [D, A, B, C]


@pytest.mark.parametrize(
    ("selector", "reason"),
    [
        ("nobody", "no run is named `nobody`"),
        ("abc00", "six characters"),
        ("LAST~4", "too far back: there are 4"),
        ("nobody..LAST", "no run is named `nobody`"),
        ("search..search", "no run of the wanted kind"),
        ("..", "no run is named ``"),
    ],
)
def test_what_names_no_run_is_refused(selector, reason):
    with pytest.raises(RunNotFoundError, match=reason) as raised:
        _select(selector)
    assert "calm-owl-10" in str(raised.value)
    assert raised.value.exit_code == 2


def test_what_names_several_runs_lists_them_and_no_others():
    with pytest.raises(RunNotFoundError, match="names 2 runs") as raised:
        _select("twin")
    assert "abc002aa  twin  run  20" in str(raised.value)
    assert "abd004aa  twin  run  20" in str(raised.value)
    assert "calm-owl-10" not in str(raised.value)


def test_at_most_ten_candidates_are_listed():
    records = [_record(number, f"run-{number}") for number in range(14)]
    with pytest.raises(RunNotFoundError) as raised:
        select(records, ["nobody"], only=lambda record: True)
    assert "run-13" in str(raised.value)
    assert "run-3 " not in str(raised.value)
    assert "… and 4 older" in str(raised.value)


def test_an_empty_store_says_that_it_is_empty():
    with pytest.raises(RunNotFoundError, match="none in this store"):
        select([], ["LAST"], only=lambda record: True)
