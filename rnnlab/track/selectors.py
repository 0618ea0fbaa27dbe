"""Runs by the words that a person types: id prefix, run name, LAST, LAST~N, A..B."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from rnnlab.errors import RunNotFoundError
from rnnlab.track.record import Record

__all__ = ["select"]

_LAST = re.compile(r"LAST(?:~(\d{1,6}))?")
_ID_PREFIX = re.compile(r"[0-9a-f]{6,32}")
_CANDIDATES = 10


def select(
    records: Sequence[Record],
    selectors: Sequence[str],
    *,
    only: Callable[[Record], bool] = lambda record: True,
) -> list[Record]:
    """Return the runs that the selectors name, each once, in the order they are named.

    Args:
        records: all runs, in start order.
        selectors: id prefixes of six or more, run names, `LAST`, `LAST~N` (N before the last), `A..B` (both
            ends included, in start order).
        only: what `LAST` counts and `A..B` takes; a run named by id or name is taken as it is.

    Raises:
        RunNotFoundError: a selector names no run, or more than one.
    """
    found: dict[str, Record] = {}
    for selector in selectors:
        for record in _find(records, selector, only):
            found.setdefault(record.run_id, record)
    return list(found.values())


def _find(records: Sequence[Record], selector: str, only: Callable[[Record], bool]) -> list[Record]:
    first, dots, last = selector.partition("..")
    if not dots or any(record.name == selector for record in records):
        return [_find_one(records, selector, only)]
    ends = [records.index(_find_one(records, end, only)) for end in (first, last)]
    between = [record for record in records[min(ends) : max(ends) + 1] if only(record)]
    if not between:
        raise _not_found(f"`{selector}` holds no run of the wanted kind", records)
    return between


def _find_one(records: Sequence[Record], selector: str, only: Callable[[Record], bool]) -> Record:
    last = _LAST.fullmatch(selector)
    if last:
        return _find_last(records, selector, int(last.group(1) or 0), only)
    by_id = _ID_PREFIX.fullmatch(selector) is not None
    found = [record for record in records if record.name == selector or (by_id and record.run_id.startswith(selector))]
    if len(found) == 1:
        return found[0]
    if found:
        raise _not_found(f"`{selector}` names {len(found)} runs; use the id of one", found)
    raise _not_found(f"no run is named `{selector}`, nor does an id begin with it (six characters or more)", records)


def _find_last(records: Sequence[Record], selector: str, before: int, only: Callable[[Record], bool]) -> Record:
    counted = [record for record in records if only(record)]
    if before >= len(counted):
        raise _not_found(f"`{selector}` goes too far back: there are {len(counted)} such runs", counted)
    return counted[-1 - before]


def _not_found(problem: str, candidates: Sequence[Record]) -> RunNotFoundError:
    if not candidates:
        return RunNotFoundError(f"{problem}\n  there is none in this store")
    shown = _lines(reversed(candidates[-_CANDIDATES:]))
    more = len(candidates) - _CANDIDATES
    rest = f"\n  … and {more} older" if more > 0 else ""
    return RunNotFoundError(f"{problem}\n  candidates, newest first:\n{shown}{rest}")


def _lines(records: Iterable[Record]) -> str:
    return "\n".join(
        f"  {record.run_id[:8]}  {record.name}  {record.kind}  {_local_time(record.start)}" for record in records
    )


def _local_time(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000):%Y-%m-%d %H:%M}"
