"""The call of `rnnlab sweep` that goes on with a sweep, so that it can be pasted."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from rnnlab.sweep.folder import SweepFacts
from rnnlab.track.uri import mask_password, resolve_uri


def resuming_call(facts: SweepFacts, *, file: Path | None = None) -> str:
    """Return the command that goes on with a sweep from the current folder; with `--storage` the same call does.

    Args:
        facts: of the sweep.
        file: as the person names it; its absolute path unless given.
    """
    words = ["rnnlab", "sweep", str(file or facts.file)]
    words += [word for plugin in facts.plugins for word in ("--plugin", plugin)]
    words += [word for override in facts.overrides for word in ("--set", override)]
    words += ["--reuse"] if facts.reuse else []
    words += ["--storage", facts.storage] if facts.storage else ["--resume"]
    return shlex.join(words) + store_option(facts)


def store_option(facts: SweepFacts) -> str:
    """Return ` --store URI`; nothing where that is what a call without it takes. Passwords are left out of it."""
    tracking = (facts.config.get("tracking") or {}).get("uri")
    default = resolve_uri(None, tracking, environment=os.environ, folder=Path.cwd())
    return f" --store {shlex.quote(facts.store)}" if facts.store not in ("", mask_password(default)) else ""
