"""What one code of a diagnostic means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """What one code means.

    Attributes:
        title: one line.
        text: why it is an error, and what to write instead.
    """

    title: str
    text: str
