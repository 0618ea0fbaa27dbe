"""The one way to the terminal: nothing that came from data or file names commands it."""

from __future__ import annotations

import re
import sys

from rnnlab.source import visible

_BARE = re.compile(r"[\x7f-\x9f]")


def show(text: object = "", *, end: str = "\n", flush: bool = False) -> None:
    """Print a text on stdout, its control characters as escapes."""
    print(visible(str(text)), end=end, flush=flush)


def say(line: str) -> None:
    """Print a sentence on stderr, its control characters as escapes."""
    print(visible(line), file=sys.stderr, flush=True)


def give(text: str) -> None:
    """Print what programs read, such as csv: to the letter into a pipe, with escapes on a terminal."""
    print(visible(text) if sys.stdout.isatty() else text, end="")


def give_json(text: str) -> None:
    r"""Print JSON; what it leaves bare of the control characters becomes its own escape, such as `\u009b`."""
    print(_BARE.sub(lambda found: f"\\u{ord(found[0]):04x}", text.rstrip("\n")))
