"""What `rnnlab data show` prints: tables and bars on a terminal, the same without colours in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from rnnlab.cli.bars import bar, clean, share
from rnnlab.cli.console import SafeConsole
from rnnlab.cli.data_samples import samples_shown

PIPE_WIDTH = 120
SHOWN_CLASSES = 30
WIDE = 32  # characters of a bar
INDENT = "  "
DATE = 10  # characters of a time that are its date


def show_summary(found: dict[str, Any], samples: list[dict[str, Any]]) -> None:
    """Print a summary, some samples, and the warnings last."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    console = SafeConsole(highlight=False, width=width)
    for title, part in sections(found, samples):
        console.print()
        console.print(Text(title, style="bold"))
        with console.capture() as captured:
            console.print(part, width=console.width - len(INDENT))
        for line in captured.get().splitlines():
            console.file.write(f"{INDENT}{line}".rstrip() + "\n")


def sections(found: dict[str, Any], samples: list[dict[str, Any]]) -> Iterator[tuple[str, RenderableType]]:
    """Yield (title, what stands below it)."""
    yield "data", _lines(_source(found["source"]))
    yield "splits", _splits(found)
    if "classes" in found:
        yield "classes", _classes(found["classes"])
    if "target" in found:
        yield "target", _target(found)
    if "series" in found:
        yield "series, and their windows in each split", _series(found["series"])
    for name, about in found["inputs"].items():
        yield from _input(name, about)
    if "waste" in found:
        yield "padding in an epoch", _lines(_waste(found["waste"]))
    if found["duplicates"]:
        yield "duplicates", _duplicates(found["duplicates"])
    if samples:
        yield "samples of train, as the network reads them", samples_shown(samples)
    yield "warnings", _warnings(found["warnings"])


def _lines(rows: Iterable[tuple[str, object]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, value in rows:
        table.add_row(Text(name, style="dim"), Text(clean(value)))
    return table


def _table(*headings: str) -> Table:
    """Return a table whose first column is of words, and the others of numbers."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for index, heading in enumerate(headings):
        table.add_column(Text(heading), justify="right" if index else "left", no_wrap=bool(index))
    return table


def _source(source: dict[str, Any]) -> Iterator[tuple[str, object]]:
    for key in ("kind", "name", "target", "licence", "citation"):
        if key in source:
            yield key, source[key]
    hashes = source.get("sha256", {})
    for name, value in hashes.items() if isinstance(hashes, dict) else [("", hashes)]:
        yield f"sha256 {name}".strip(), value


def _waste(waste: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield how much of what is read is padding, with one length and with several."""
    yield "one length", share(waste["padding"])
    lengths = "; ".join(f"{name} {', '.join(map(str, each))}" for name, each in waste["lengths"].items())
    yield "`bucket: true`", f"{share(waste['bucketed'])}, padded to {lengths}"


def _splits(found: dict[str, Any]) -> Table:
    total = sum(found["samples"].values())
    unknown = {name: about["unknown"] for name, about in found["inputs"].items() if about.get("unknown")}
    rates_of = [f"unknown in {name}" if len(unknown) > 1 else "unknown" for name in unknown]
    table = _table("", "samples", "share", "", *rates_of)
    table.columns[3].justify = "left"
    for split, count in found["samples"].items():
        rates = (share(rates.get(split)) for rates in unknown.values())
        table.add_row(split, f"{count:,}", share(count / total), Text(bar(count / total, WIDE), "blue"), *rates)
    return table


def _classes(classes: dict[str, dict[str, int]]) -> Table:
    """Return how often each class stands in each split, most frequent in train first."""
    table = _table("", *(heading for split in classes for heading in (split, "share")), "")
    table.columns[-1].justify = "left"
    totals = {split: max(1, sum(counts.values())) for split, counts in classes.items()}
    labels = sorted(classes["train"], key=lambda label: -classes["train"][label])
    most = max(1, *classes["train"].values())
    for label in labels[:SHOWN_CLASSES]:
        cells = [
            cell
            for split, counts in classes.items()
            for cell in (f"{counts[label]:,}", share(counts[label] / totals[split]))
        ]
        everywhere = all(counts[label] for counts in classes.values())
        length = Text(bar(classes["train"][label] / most, 16), "blue")
        table.add_row(Text(clean(label), style="" if everywhere else "red"), *cells, length)
    if len(labels) > SHOWN_CLASSES:
        table.add_row(Text(f"… and {len(labels) - SHOWN_CLASSES} more", style="dim"))
    return table


def _target(found: dict[str, Any]) -> Group:
    table = _table("", "least", "mean", "greatest")
    for split, about in found["target"].items():
        table.add_row(split, *(f"{about[key]:.4g}" for key in ("min", "mean", "max")))
    return Group(table, Text(), _histogram(found["targets"]))


def _histogram(found: dict[str, Any], mark: int | None = None) -> Table:
    """Return a line for each range of the training split, and the range where `mark` falls pointed at."""
    edges, counts = found["edges"], found["counts"]["train"]
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column()
    table.add_column(justify="right")
    whole = all(isinstance(edge, int) for edge in edges)
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        name = (f"{low}" if high - low == 1 else f"{low} to {high - 1}") if whole else f"{low:.3g} to {high:.3g}"
        here = mark is not None and low <= mark < high
        told = Text(bar(count / max(1, *counts), WIDE), "blue").append(" ← maxlen" if here else "", "bold")
        table.add_row(name, told, f"{count:,}")
    return table


def _input(name: str, about: dict[str, Any]) -> Iterator[tuple[str, RenderableType]]:
    """Yield what is known of one input."""
    yield f"input {clean(name)}", _lines(_about_input(about))
    if "lengths" in about:
        yield f"lengths of {clean(name)} in train, before padding", _histogram(about["lengths"], about["timesteps"])
        yield f"what each maxlen would cost {clean(name)} in train", _maxlens(about["maxlens"])
    if "columns" in about:
        yield f"columns of {clean(name)} in train, unscaled", _columns(about)


def _about_input(about: dict[str, Any]) -> Iterator[tuple[str, object]]:
    vocabulary = about.get("vocabulary")
    if vocabulary:
        yield "vocabulary", ", ".join(f"{count:,} {what}" for what, count in vocabulary.items())
    for key in ("unit", "timesteps", "channels"):
        if key in about:
            yield key, about[key]
    if about.get("features"):
        yield "features", " x ".join(map(str, about["features"]))
    if "length" in about:
        yield "length", ", ".join(f"{key} {value:.4g}" for key, value in about["length"].items())


def _maxlens(maxlens: list[dict[str, Any]]) -> Table:
    table = _table("maxlen", "timesteps", "units lost", "", "padding", "", "samples cut")
    for index in (3, 5):
        table.columns[index].justify = "left"
    for each in maxlens:
        names = ", ".join([*each["names"], *(["this file"] if each["chosen"] else [])])
        table.add_row(
            Text(names),
            f"{each['timesteps']:,}",
            share(each["lost"]),
            Text(bar(each["lost"], 6), "red"),
            share(each["padding"]),
            Text(bar(each["padding"], 6), "yellow"),
            share(each["cut"]),
            style="bold" if each["chosen"] else None,
        )
    return table


def _columns(about: dict[str, Any]) -> Table:
    table = _table("", "least", "mean", "greatest", "missing", "")
    for column in about["columns"]:
        numbers = ["—" if column[key] is None else f"{column[key]:.4g}" for key in ("least", "mean", "greatest")]
        told = Text("never changes", "red") if column["constant"] else ""
        table.add_row(
            Text(clean(column["name"])), *numbers, share(column["missing"]) if column["missing"] else "", told
        )
    if about["more_columns"]:
        table.add_row(Text(f"… and {about['more_columns']} more", style="dim"))
    return table


def _series(series: dict[str, Any]) -> Table:
    table = _table("", "timesteps", "from", "to", "missing", "train", "validation", "test")
    for name, each in series.items():
        if name == "more":
            table.add_row(Text(f"… and {each} more", style="dim"))
            continue
        windows = (f"{count:,}" for count in each["windows"].values())
        table.add_row(
            Text(clean(name)),
            f"{each['timesteps']:,}",
            each["from"][:DATE],
            each["to"][:DATE],
            f"{each['missing_timesteps']:,}",
            *windows,
        )
    return table


def _duplicates(found: list[dict[str, Any]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for each in found:
        within = each["split"] == each["other"]
        told = f"{each['samples']:,} of {each['of']:,} {each['split']} samples "
        told += "repeat an earlier one" if within else f"stand in {each['other']} too"
        table.add_row(Text(told, style="" if within else "red"), Text(f"e.g. {clean(each['example'])}", style="dim"))
    return table


def _warnings(warnings: list[dict[str, str]]) -> RenderableType:
    if not warnings:
        return Text("none", style="green")
    table = Table.grid(padding=(0, 2))
    for each, following in zip(warnings, [*warnings[1:], None], strict=True):
        table.add_row(Text(each["kind"], style="yellow"), Text(clean(each["text"])))
        if following is None or following["help"] != each["help"]:
            table.add_row("", Text(clean(each["help"]), style="dim"))
    return table
