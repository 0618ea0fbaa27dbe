"""Numbers and foreign texts as a terminal shows them: bars, shares, and nothing that would command it."""

from __future__ import annotations

BLOCKS = " ▏▎▍▌▋▊▉█"


def bar(part: float, width: int) -> str:
    """Return a bar as long as `part` of `width` characters; what is not nothing shows."""
    eighths = round(part * width * 8) or (1 if part > 0 else 0)
    full, rest = divmod(eighths, 8)
    return BLOCKS[8] * full + (BLOCKS[rest] if rest else "")


def share(part: float | None) -> str:
    """Return a share as a percentage; one that is not nothing is not shown as nothing."""
    if part is None:
        return ""
    return "< 0.1 %" if 0 < part < 0.0005 else f"{100 * part:.1f} %"


def clean(text: object) -> str:
    """Return a text in one line, without what would command the terminal."""
    return "".join(letter if letter.isprintable() else "␣" for letter in str(text))
