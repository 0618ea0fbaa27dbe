"""How errors and warnings are shown."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rnnlab.cli.terminal import give_json, say
from rnnlab.errors import InvalidExperimentError, RnnlabError
from rnnlab.source import Diagnostic, diagnostic_to_data, render_concise, render_full, summary


def report_error(error: RnnlabError, *, as_json: bool) -> int:
    """Show an error on stderr (on stdout as JSON) and return the exit code."""
    if isinstance(error, InvalidExperimentError):
        if as_json:
            give_json(json.dumps({"diagnostics": [diagnostic_to_data(found) for found in error.diagnostics]}, indent=2))
        else:
            show_diagnostics(error.diagnostics)
    elif as_json:
        give_json(json.dumps({"error": str(error)}, indent=2))
    else:
        text = str(error)
        say(text if text.startswith("error[") else f"error: {text}")
    return error.exit_code


def show_diagnostics(diagnostics: Sequence[Diagnostic], *, concise: bool = False) -> None:
    """Show diagnostics on stderr, with their count."""
    if not diagnostics:
        return
    render = render_concise if concise else render_full
    separator = "\n" if concise else "\n\n"
    say(separator.join(render(found) for found in diagnostics))
    codes = sorted({found.code for found in diagnostics})
    say(f"\n{summary(diagnostics)}; `rnnlab explain {codes[0]}` says more")
