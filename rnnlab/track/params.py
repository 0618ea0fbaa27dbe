"""Config values as MLflow params and back: MLflow keeps short strings under plain names only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["PARAM_LENGTH", "TAG_LENGTH", "param_text", "param_texts", "param_value", "safe_key", "shorten"]

PARAM_LENGTH = 6000
"""Characters that MLflow keeps of a param; the whole value stands in the YAML artifact."""
TAG_LENGTH = 8000
_KEY_LENGTH = 250
_REFUSED = re.compile(r"[^\w .:/-]", re.ASCII)


def shorten(text: str, length: int) -> str:
    """Return the text, its end replaced by an ellipsis where it is longer than `length` characters."""
    return text if len(text) <= length else text[: length - 1] + "…"


def safe_key(key: str) -> str:
    """Return the key with what MLflow refuses in a name replaced by `_`."""
    parts = ["_" if part in ("", ".", "..") else part for part in _REFUSED.sub("_", key).split("/")]
    safe = "/".join(parts)
    return safe if len(safe) <= _KEY_LENGTH else safe[:_KEY_LENGTH].rstrip("/")


def param_text(value: Any) -> str:
    """Return the value as JSON; a string that nothing else looks like stays as it is."""
    if isinstance(value, str) and value and value == value.strip() and not _is_json(value):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def param_value(text: str) -> Any:
    """Return the value that `param_text` wrote; a shortened one is a string."""
    return json.loads(text) if _is_json(text) else text


def param_texts(params: Mapping[str, Any]) -> dict[str, str]:
    """Return the params as MLflow takes them; keys that become the same are numbered."""
    texts: dict[str, str] = {}
    for key, value in params.items():
        texts[_free(safe_key(key), texts)] = shorten(param_text(value), PARAM_LENGTH)
    return texts


def _free(key: str, taken: Iterable[str]) -> str:
    number, free = 1, key
    while free in taken:
        number += 1
        free = f"{key[: _KEY_LENGTH - 10]}_{number}"
    return free


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
