"""`rnnlab plugin`: check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnlab.cli.options import Json
from rnnlab.cli.terminal import show

app = typer.Typer(help="Cells and layers of your own.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """Cells and layers of your own: docs/plugins.md says how to write them."""


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="PLUGIN.py", help="The plugin's spec file.", show_default=False)],
    json: Json = False,
) -> None:
    """Try every cell and layer of a plugin: planned = built, masks, states, training, saving.

    Exit code 1 if one does not hold, 2 if the plugin cannot be loaded.
    """
    from rnnlab.plugging import load_plugin

    plugin = load_plugin(file)

    from rnnlab.build.contract import check_plugin

    checks = check_plugin(file)
    if json:
        from rnnlab.cli.output import print_json

        found = [{"member": c.member, "question": c.question, "holds": c.holds, "problem": c.problem} for c in checks]
        print_json({"plugin": plugin.name, "sha256": plugin.sha256, "checks": found})
    else:
        for one in checks:
            show(f"{'ok   ' if one.holds else 'FAILS'}  {one.member}: {one.question}")
            if not one.holds:
                show(f"       {one.problem}")
        show(f"\nplugin {plugin.name}: {len(plugin.members)} members, SHA-256 {plugin.sha256}")
    if not all(one.holds for one in checks):
        raise typer.Exit(1)
