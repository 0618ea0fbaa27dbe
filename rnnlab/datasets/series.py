"""`kind: series`: a table with a column of times, your own or one of the catalog: the past in, the future out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from rnnlab.datasets.dataset import DatasetSpec
from rnnlab.datasets.facts import InputFacts, TargetFacts
from rnnlab.datasets.frequency import UNITS, Calendar, Frequency, parse_frequency
from rnnlab.datasets.scaler import Scaler, StandardScaler
from rnnlab.datasets.split import Split, TimeSplit
from rnnlab.spec import PositiveInt, Tuple

PAST, FUTURE = "past", "future"
PER_CALENDAR = 2  # sine and cosine
Columns = Annotated[tuple[str, ...], Tuple]


def _check_frequency(text: str) -> str:
    try:
        parse_frequency(text)
    except ValueError:
        raise PydanticCustomError(
            "frequency",
            "`frequency` must be a number and a unit ({units}) such as `1h` or `15min`, found `{value}`",
            {"value": text, "units": ", ".join(UNITS)},
        ) from None
    return text


class SeriesDataset(DatasetSpec):
    """One or many series with equal timesteps: windows of `lookback` timesteps, and the `horizon` that follows each."""

    kind: Literal["series"] = "series"
    path: str | None = None
    """The table (csv, tsv, jsonl or parquet), relative to the experiment's file; or give `source`."""
    source: str | None = None
    """A table of series in the catalog, such as `nyc-weather`; or give `path`."""
    time: str = "time"
    """The column of times: ISO 8601 (`2013-01-31T06:00:00Z`); ascending within a series. Those with an offset are read
    as UTC."""
    time_format: Annotated[str, Field(min_length=1)] | None = None
    """How times are written that are not ISO 8601, as Python's `strptime` reads them: `"%d.%m.%Y %H:%M"`."""
    duplicates: Literal["error", "first", "last", "mean"] = "error"
    """What to do with rows of one series that have the same time: say where (`error`), keep the `first` or the `last`,
    or take the `mean` of each column."""
    id: str | None = None
    """The column that names the series, where the table holds several."""
    target: Annotated[Columns, Field(min_length=1)]
    """The columns that are forecast; their past is read too."""
    past: Columns = ()
    """Further columns that are known up to now only."""
    future: Columns = ()
    """Further columns that are known ahead: prices, holidays, a plan. Their values over the horizon become a second
    input of the network, `future`."""
    calendar: Annotated[tuple[Calendar, ...], Tuple] = ()
    """Features of the time, each as sine and cosine: `hour`, `day_of_week`, `day_of_month`, `day_of_year`, `month`."""
    frequency: Annotated[str, AfterValidator(_check_frequency)]
    """From one timestep to the next: a number and a unit, s min h d w mo q y, as in `15min`."""
    gaps: Literal["error", "fill", "mask"] = "error"
    """What to do where timesteps or values are missing: say where (`error`); repeat the last value (`fill`); or `mask`
    the timesteps whose targets are missing, so that recurrent layers skip them, and fill other columns. Targets that
    are missing never count, neither in the loss nor in a metric."""
    lookback: PositiveInt
    """Timesteps that are read."""
    horizon: PositiveInt
    """Timesteps that are forecast."""
    stride: PositiveInt = 1
    """Timesteps from the start of one window to the next."""
    season: PositiveInt | None = None
    """Timesteps after which things repeat, for the seasonal baseline; a day unless given, for days a week, for longer
    steps a year."""
    scaler: Scaler = StandardScaler()
    """How numbers are scaled, fitted on the training part only; metrics and forecasts are in real units."""
    split: Split = TimeSplit()
    """How the time is divided: see `time`."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """Return the names of the network's inputs."""
        return (PAST, FUTURE) if self.future else (PAST,)

    @property
    def text_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are texts: none."""
        return ()

    @property
    def target_name(self) -> str:
        """Return the name of the target."""
        return self.target[0] if len(self.target) == 1 else "targets"

    @property
    def step(self) -> Frequency:
        """Return the frequency."""
        return parse_frequency(self.frequency)

    @property
    def season_length(self) -> int:
        """Return the timesteps of a season: given, or the one that the frequency suggests."""
        return self.season or self.step.season

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns of numbers, in the order of the network's features."""
        return (*self.target, *self.past, *self.future)

    def input_facts(self) -> dict[str, InputFacts]:
        """Return the network's inputs: all that is known of them follows from the keys."""
        calendar = PER_CALENDAR * len(self.calendar)
        masked = self.gaps == "mask"
        facts = {
            PAST: InputFacts("features", self.lookback, (len(self.columns) + calendar + masked,), masked=masked),
            FUTURE: InputFacts("features", self.horizon, (len(self.future) + calendar,)),
        }
        return {name: facts[name] for name in self.input_names}

    def target_facts(self) -> TargetFacts:
        """Return what is known of the target without the data."""
        return TargetFacts("forecast", per="value", numbers=len(self.target))
