"""What is known of sequences of numbers without loading them: from the catalog, a header, or the keys alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rnnlab.datasets import AnyDataset, CatalogDataset, Facts, InputFacts, TargetFacts, TsDataset, has_own_test
from rnnlab.datasets.facts import TargetKind
from rnnlab.datasets.ts_header import read_ts_header
from rnnlab.errors import DatasetError
from rnnlab.padding import Padding


def is_padded(length: int | None, padding: Padding) -> bool:
    """Return whether zeros stand anywhere: lengths differ (`length` is None), or `maxlen` is longer than all."""
    return length is None or (isinstance(padding.maxlen, int) and padding.maxlen > length)


def sequence_facts(channels: int | None, length: int | None, padding: Padding) -> InputFacts:
    """Return what is known of an input of sequences.

    Where padding is masked, the last feature of a timestep tells data (1) from padding (0); zeros alone may be data.

    Args:
        channels: C, numbers per timestep of the source; None where only the data can tell.
        length: timesteps of every sequence; None where they differ or only the data can tell.
        padding: of the file.
    """
    padded = is_padded(length, padding)
    timesteps = padding.maxlen if isinstance(padding.maxlen, int) else length
    features = () if channels is None else (channels + (padded and padding.mask),)
    return InputFacts(
        "features", timesteps, features, padding=padding.padding if padded else None, masked=padded and padding.mask
    )


def settled_sequences(whole: InputFacts, padding: Padding) -> InputFacts:
    """Return the facts of an input that is cut and padded as a file says, from those of whole sequences.

    Args:
        whole: of `padding: {maxlen: longest}`: masked where lengths differ.
        padding: of the file.
    """
    return sequence_facts(whole.features[0] - whole.masked, None if whole.masked else whole.timesteps, padding)


def describe_sequences(
    dataset: AnyDataset, path: Path | None, paddings: Mapping[str, Padding], target: TargetFacts
) -> Facts:
    """Return what is known of a dataset of sequences that is not of arrays.

    Args:
        dataset: one with sequences.
        path: of its first file; None of the catalog.
        paddings: the `padding` section as it holds for each input.
        target: what the keys tell of it.

    Raises:
        DatasetError: RL401, RL440: the header cannot be read; RL409, the file has numbers and the task needs classes.
    """
    channels, length = len(getattr(dataset, "values", ())) or None, None
    if isinstance(dataset, CatalogDataset) and dataset.entry.sequences:
        channels, length = dataset.entry.sequences.channels, dataset.entry.sequences.length
    elif isinstance(dataset, TsDataset) and path is not None:
        header = read_ts_header(path)
        channels, length = header.channels, header.length
        target = ts_target(path.name, header.labels, target.kind)
    inputs = {name: sequence_facts(channels, length, padding) for name, padding in paddings.items()}
    return Facts(inputs, {dataset.target_name: target}, own_test=has_own_test(dataset))


def ts_target(name: str, labels: tuple[str, ...], kind: TargetKind) -> TargetFacts:
    """Return what the header of a .ts file tells of the target.

    Raises:
        DatasetError: RL409, the file has numbers and the task needs classes.
    """
    if kind != "classes":
        return TargetFacts(kind)
    if not labels:
        message = f"the targets of {name} are numbers"
        raise DatasetError("RL409", message, help="use `task: {kind: regression}`, and a linear unit as head")
    return TargetFacts("classes", len(labels), labels)
