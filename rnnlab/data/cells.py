"""Values of jsonl and parquet as text: nothing is guessed, and a column holds one kind of value."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from rnnlab.errors import DatasetError

TEXT, NUMBER, BOOLEAN = "text", "a number", "true or false"
SHOWN = 60  # characters of a value


@dataclass
class Cells:
    """The values of one column, given one by one.

    Attributes:
        where: the file and the column, for messages.
        texts: what was given, as text; None where a value is missing.
        kind: of the values so far; None before the first.
    """

    where: str
    texts: list[str | None] = field(default_factory=list)
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
            self.texts.append(None)
            return
        kind = _kind(value)
        if kind is None:
            hint = "write it as a text or a number"
            raise DatasetError("RL404", f"{self.where}, {place} holds {_named(value)}, not text or numbers", help=hint)
        if isinstance(value, float | Decimal) and not math.isfinite(value):
            raise DatasetError("RL410", f"{self.where}, {place} holds {value}, no finite number", help="correct it")
        if kind != self.kind and self.kind is not None:
            raise DatasetError(
                "RL471",
                f"{self.where}, {place} holds {kind} ({_shown(value)}), and the rows before hold {self.kind}",
                help="write all values of a column as texts, or all as numbers",
            )
        self.kind = kind
        self.texts.append(_as_text(value))


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
