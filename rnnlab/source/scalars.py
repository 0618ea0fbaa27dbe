"""What a plain YAML 1.2 scalar means (core schema, https://yaml.org/spec/1.2.2/#103-core-schema)."""

from __future__ import annotations

import math
import re

Value = str | int | float | bool | None

_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

LONGEST_INTEGER = 24  # characters: more cannot fit 64 bits in any base, and Python refuses thousands of digits


def resolve_plain(text: str) -> Value:
    """Return the value of an unquoted scalar.

    `1e-3` is a number, `no` and `500_000` are strings, `010` is ten.

    Raises:
        ValueError: the number is not finite, or too long for 64 bits.
    """
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    return _resolve_number(text)


def _resolve_number(text: str) -> Value:
    if _NOT_FINITE.fullmatch(text):
        raise ValueError("numbers must be finite")
    for pattern, base in ((_INT, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.fullmatch(text):
            number = int(text.removeprefix("0o").removeprefix("0x"), base) if len(text) <= LONGEST_INTEGER else None
            if number is None or not -(2**63) <= number < 2**63:
                raise ValueError("integers must fit 64 bits")
            return number
    if _FLOAT.fullmatch(text):
        real = float(text)
        if not math.isfinite(real):
            raise ValueError("numbers must be finite")
        return real
    return text
