"""The catalog as `rnnlab data list` prints it."""

from __future__ import annotations

import os
import sys
from typing import Any

from rich.table import Table
from rich.text import Text

from rnnlab.cli.console import SafeConsole

PIPE_WIDTH = 160


def show_catalog(entries: list[dict[str, Any]]) -> None:
    """Print a row for each dataset, then what it is and what one owes its authors."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    console = SafeConsole(highlight=False, width=width)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("name", "cached", "download", "targets"):
        table.add_column(heading, justify="right" if heading == "download" else "left", no_wrap=heading == "name")
    for entry in entries:
        table.add_row(
            Text(entry["name"], style="bold"),
            Text("yes", "green") if entry["cached"] else Text("no", "dim"),
            f"{entry['bytes'] / 1e6:.1f} MB",
            ", ".join(entry["targets"]),
        )
    console.print(table)
    for entry in entries:
        console.print(Text(f"\n{entry['name']}", style="bold"))
        for key in ("title", "licence", "citation"):
            console.print(Text(f"  {key:<10}{entry[key]}"), soft_wrap=True)
