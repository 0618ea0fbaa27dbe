"""The samples of .ts files: a line is a sample, its channels and its target with colons between."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.files import read_lines
from rnnlab.data.ragged import Ragged, joined_numbers
from rnnlab.datasets.ts_header import TsHeader, malformed, read_ts_header
from rnnlab.errors import DatasetError


@dataclass(frozen=True)
class Sequences:
    """N sequences as a file has them.

    Attributes:
        inputs: the numbers.
        values: N targets as text.
        labels: the classes in the order of their indices; empty where the file does not name them.
        names: N names of the sequences; empty where the file has none.
    """

    inputs: Ragged
    values: tuple[str, ...]
    labels: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def read_ts(path: Path, *, targets: bool = True) -> Sequences:
    """Return the samples of a file.

    Args:
        path: of the file.
        targets: it must have some; else those that it has are not looked at.

    Raises:
        DatasetError: RL401, RL403, RL406, RL410, RL440, RL441, RL470: the file, or what stands in it, cannot be used.
    """
    header = read_ts_header(path)
    if targets and not header.has_target:
        help_ = "`@classLabel true …` names classes, `@targetLabel true` says that they are numbers"
        raise malformed(f"{path.name} has no targets", help=help_)
    lines = read_lines(path, empty="a .ts file begins with its header")
    found, values = [], []
    for number, line in enumerate(lines, start=1):
        if number <= header.lines or not line.strip() or line.startswith("#"):
            continue
        parts = line.strip().split(":")
        channels = parts[:-1] if header.has_target else parts
        found.append(_sequence(f"{path.name}, line {number}", channels, header))
        values.append(parts[-1].strip())
    if not found:
        raise DatasetError("RL406", f"{path.name} has no samples", help="they follow `@data`, one on each line")
    widths = {sequence.shape[1] for sequence in found}
    if len(widths) > 1:
        raise malformed(f"{path.name}: samples have {min(widths)} to {max(widths)} channels", help="give all the same")
    return Sequences(joined_numbers(found, header.length), tuple(values), header.labels)


def _sequence(where: str, channels: list[str], header: TsHeader) -> NDArray[np.float32]:
    """Return one sequence (T, C)."""
    wanted = header.channels or len(channels)
    if len(channels) != wanted or not channels:
        message = f"{where} has {len(channels)} channel{'s'[: len(channels) != 1]} before its target, wanted {wanted}"
        raise malformed(message, help="write CHANNEL:CHANNEL:…:TARGET, the numbers of a channel with commas between")
    numbers = [_numbers(where, channel) for channel in channels]
    lengths = {len(channel) for channel in numbers}
    if len(lengths) > 1:
        raise malformed(
            f"{where}: the channels have {min(lengths)} to {max(lengths)} timesteps",
            help="all channels of a sample have the same timesteps",
        )
    (length,) = lengths
    if header.length is not None and length != header.length:
        raise malformed(
            f"{where} has {length} timesteps, `@seriesLength` says {header.length}",
            help="write `@equalLength false` where lengths differ",
        )
    return np.stack(numbers, axis=1)


def _numbers(where: str, channel: str) -> NDArray[np.float32]:
    if not channel.strip():
        raise DatasetError("RL441", f"{where} has a channel without timesteps", help="remove the sample")
    try:
        numbers = np.array([float(text) for text in channel.split(",")], np.float64)
    except ValueError as error:
        raise _no_number(where, channel) from error
    if not np.isfinite(numbers).all() or np.abs(numbers).max() > np.finfo(np.float32).max or "_" in channel:
        raise _no_number(where, channel)
    return numbers.astype(np.float32)


def _no_number(where: str, channel: str) -> DatasetError:
    for text in channel.split(","):
        try:
            bad = "_" in text or not abs(float(text)) <= float(np.finfo(np.float32).max)
        except ValueError:
            bad = True
        if bad:
            break
    missing = text.strip() in ("?", "NaN", "nan")
    return DatasetError(
        "RL410",
        f"{where}: `{text.strip()}` is not a finite number",
        help="fill missing values in, or remove the sample" if missing else "correct or remove the sample",
    )
