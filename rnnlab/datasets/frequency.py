"""The step of a series: `1h`, `15min`, `1d`, `1mo`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds
WEEK = 7 * DAY
SECONDS = {"s": 1, "min": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}
MONTHS = {"mo": 1, "q": 3, "y": 12}
UNITS = (*SECONDS, *MONTHS)
_FREQUENCY = re.compile(rf"([1-9]\d*)({'|'.join(sorted(UNITS, key=len, reverse=True))})")

Calendar = Literal["hour", "day_of_week", "day_of_month", "day_of_year", "month"]


@dataclass(frozen=True)
class Frequency:
    """The time from one timestep to the next: so many seconds, or so many months, which differ in length.

    Attributes:
        seconds: None for months.
        months: None for seconds.
    """

    seconds: int | None
    months: int | None

    @property
    def season(self) -> int:
        """Return the timesteps of the season that a step suggests: a day, for days a week, for longer ones a year."""
        if self.months is not None:
            return max(1, 12 // self.months)
        assert self.seconds is not None
        if self.seconds < DAY:
            return DAY // self.seconds
        return max(1, WEEK // self.seconds) if self.seconds < WEEK else max(1, 52 * WEEK // self.seconds)

    def varies(self, calendar: Calendar) -> bool:
        """Return whether a feature of the calendar differs from timestep to timestep."""
        if self.months is not None:
            return self.months % 12 != 0 and calendar in ("day_of_year", "month")
        assert self.seconds is not None
        if calendar == "hour":
            return self.seconds % DAY != 0
        return calendar != "day_of_week" or self.seconds % WEEK != 0


def parse_frequency(text: str) -> Frequency:
    """Return what a text such as `15min` says.

    Raises:
        ValueError: it is not a number and one of the units.
    """
    match = _FREQUENCY.fullmatch(text)
    if not match:
        raise ValueError(f"not a number and a unit: {text}")
    count, unit = int(match[1]), match[2]
    if unit in MONTHS:
        return Frequency(None, count * MONTHS[unit])
    return Frequency(count * SECONDS[unit], None)
