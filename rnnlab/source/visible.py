"""Text from data and file names as people may see it: nothing in it commands a terminal."""

from __future__ import annotations

import re

_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def visible(text: str) -> str:
    r"""Return the text with every control character but newline and tab as its escape: `\x1b`."""
    return _COMMANDS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
