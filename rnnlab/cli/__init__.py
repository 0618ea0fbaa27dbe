"""The command line: one file per command, each a thin wrapper over one public function."""

from __future__ import annotations

import os
import signal
import sys

import typer

from rnnlab.absent import own_process
from rnnlab.cli import (
    check,
    compare,
    data,
    evaluate,
    explain,
    export,
    plan,
    plugin,
    predict,
    probe,
    run,
    sample,
    schema,
    sweep,
    terminal,
    ui,
)
from rnnlab.cli.failures import report_error
from rnnlab.errors import RnnlabError

app = typer.Typer(
    name="rnnlab",
    help="One YAML file in, a trained, recorded and comparable Keras RNN out.",
    epilog="Start with: rnnlab run experiments/movie_snippets_lstm.yaml",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (check, plan, export, probe, run, sweep, compare, predict, evaluate, sample, ui, schema, explain):
    app.command(command.__name__.rpartition(".")[2])(command.command)
app.add_typer(data.app, name="data")
app.add_typer(plugin.app, name="plugin")


@app.callback(invoke_without_command=True)
def version(show: bool = typer.Option(False, "--version", help="Print the version and leave.")) -> None:
    """One YAML file in, a trained, recorded and comparable Keras RNN out."""
    if show:
        from rnnlab import __version__

        terminal.show(f"rnnlab {__version__}")
        raise typer.Exit


_signals: list[int] = []


def main() -> None:
    """Run the command line and leave with its exit code."""
    own_process()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else it reads what every installed package offers
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    sys.exit(_run())


def _run() -> int:
    code: object = 0
    try:
        app(prog_name="rnnlab")
    except RnnlabError as error:
        code = report_error(error, as_json="--json" in sys.argv)
    except SystemExit as leaving:
        code = leaving.code
    except KeyboardInterrupt:
        terminal.say("interrupted")
    return 130 if _signals else code if isinstance(code, int) else 0


def _interrupt(number: int, _: object) -> None:
    _signals.append(number)
    raise KeyboardInterrupt
