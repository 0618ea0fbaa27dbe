"""What several commands print: JSON on stdout, counts in words."""

from __future__ import annotations

import json
import math

from rnnlab.cli.terminal import give_json


def count_of(number: int, what: str) -> str:
    """Return a number and what it counts: `1 layer`, `1,290 parameters`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def print_json(value: object) -> None:
    """Print plain data as JSON; NaN and infinity, which JSON lacks, become null."""
    give_json(json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False))


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
