"""Sizes in bytes, as people write them: `500 MiB`."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from rnnlab.spec import PositiveInt

UNITS = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_SIZE = re.compile(rf"([0-9]+(?:\.[0-9]*)?)\s*({'|'.join(UNITS)})")


def _bytes_of(value: Any) -> Any:
    """Return the bytes of a text such as `2 GiB`; anything else as it is."""
    if not isinstance(value, str):
        return value
    match = _SIZE.fullmatch(value.strip())
    if match is None:
        raise PydanticCustomError(
            "size", 'must be bytes or `"N UNIT"` with KiB MiB GiB, found `{value}`', {"value": value}
        )
    return int(float(match.group(1)) * UNITS[match.group(2)])


Size = Annotated[PositiveInt, BeforeValidator(_bytes_of, json_schema_input_type=PositiveInt | str)]
"""Bytes: a whole number, or a text with a unit."""
