"""`rnnlab schema`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnlab.cli.options import PluginOption, load_plugins
from rnnlab.cli.terminal import give, show
from rnnlab.errors import CallError

DEFAULT = Path("schemas/experiment.schema.json")


def command(
    write: Annotated[bool, typer.Option("--write", help="Write it to the file.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Fail if the file is not current.")] = False,
    file: Annotated[Path, typer.Option("--file", help="Where it stands.")] = DEFAULT,
    plugin: PluginOption = None,
) -> None:
    """Print the JSON Schema of experiments, for completion and checking in editors.

    A file whose first line is `# yaml-language-server: $schema=…` gets both in every editor with a YAML server.
    """
    if plugin and file == DEFAULT and (write or check):
        raise CallError(f"{DEFAULT} is the schema without plugins: name a file of your own with --file")
    load_plugins(plugin)
    from rnnlab.experiment.schema import schema_text

    text = schema_text()
    if write:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        show(f"wrote {file}")
    elif check:
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            raise CallError(
                f"{file} is not current: run `rnnlab schema --write{'' if file == DEFAULT else f' --file {file}'}`"
            )
        show(f"{file} is current")
    else:
        give(text)
