"""Values of jsonl and parquet as text: nothing is guessed, and a column holds one kind of value."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from rnnlab.errors import DatasetError
from rnnlab.source import did_you_mean, listing

TEXT, NUMBER, BOOLEAN = "text", "a number", "true or false"
SHOWN = 60  # characters of a value


@dataclass
class Cells:
    """The values of one column, given one by one.

    Attributes:
        where: the file and the column, for messages.
        lists: lists of whole numbers may stand in it.
        values: what was given, as texts, or as tuples of whole numbers; None where a value is missing.
        kind: of the values so far; None before the first.
    """

    where: str
    lists: bool = False
    values: list[str | tuple[int, ...] | None] = field(default_factory=list)
    kind: str | None = None

    def add(self, value: Any, place: str) -> None:
        """Take the next value.

        Args:
            value: as its file has it.
            place: `line 3` or the like, for messages.

        Raises:
            DatasetError: RL404, it is no text, number or date; RL410, it is not finite; RL471, values before it were of
                another kind.
        """
        if value is None or (isinstance(value, float) and math.isnan(value)):
            self.values.append(None)
            return
        if self.lists and isinstance(value, list) and all(type(item) is int for item in value):
            self.values.append(tuple(value))
            return
        kind = _kind(value)
        if kind is None:
            wanted = "whole numbers" if self.lists else "text or numbers"
            hint = f"write {'a list of whole numbers' if self.lists else 'it as a text or a number'}"
            found = "a list of something else" if self.lists and isinstance(value, list) else _named(value)
            raise DatasetError("RL404", f"{self.where}, {place} holds {found}, not {wanted}", help=hint)
        if isinstance(value, float | Decimal) and not math.isfinite(value):
            raise DatasetError("RL410", f"{self.where}, {place} holds {value}, no finite number", help="correct it")
        if kind != self.kind and self.kind is not None:
            raise DatasetError(
                "RL471",
                f"{self.where}, {place} holds {kind} ({_shown(value)}), and the rows before hold {self.kind}",
                help="write all values of a column as texts, or all as numbers",
            )
        self.kind = kind
        self.values.append(_as_text(value))


def find_columns(name: str, found: Sequence[str], wanted: Sequence[str]) -> None:
    """Refuse a table that lacks a column, or has one twice.

    Raises:
        DatasetError: RL402, RL404, with its name.
    """
    repeated = [column for column, count in Counter(found).items() if count > 1 and column]
    if repeated:
        raise DatasetError("RL404", f"{name} has more than one column {listing(repeated)}", help="rename one of them")
    for column in wanted:
        if column not in found:
            raise DatasetError(
                "RL402",
                f"{name} has no column `{column}`",
                help=did_you_mean(column, [item for item in found if item]),
            )


def _kind(value: Any) -> str | None:
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, str | date):
        return TEXT
    return NUMBER if isinstance(value, int | float | Decimal) else None


def _named(value: Any) -> str:
    if isinstance(value, dict) or (isinstance(value, list) and value and all(type(item) is tuple for item in value)):
        return "an object"  # of jsonl as pairs
    return "a list" if isinstance(value, list) else type(value).__name__


def _shown(value: Any) -> str:
    text = f"`{value}`" if isinstance(value, str) else _as_text(value) or ""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value or None
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else repr(value)
