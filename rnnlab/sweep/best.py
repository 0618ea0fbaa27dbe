"""The best trial as a file that runs alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rnnlab.run.heads import resolved_yaml


def best_yaml(
    file: dict[str, Any],
    threads: int,
    *,
    sweep: str,
    trial: int,
    plugins: Sequence[str] = (),
    what: str = "The best trial",
) -> str:
    """Return the file of the best trial as YAML, with the threads that its bits depend on.

    Args:
        file: plain data of the trial's document; what it extended is in it already.
        threads: that the trial was trained with.
        sweep: run id of the sweep.
        trial: its number.
        plugins: names of the files that it needs.
        what: the file is.
    """
    runtime = (file.get("runtime") or {}) | {"threads": threads}
    head = f"# {what} ({trial}) of the sweep {sweep[:8]}; `rnnlab run` trains it again, alone.\n"
    head += "".join(f"# It needs --plugin {plugin}\n" for plugin in plugins)
    kept = {key: value for key, value in file.items() if key != "extends" and value not in ({}, None)}
    return head + resolved_yaml(kept | {"runtime": runtime})


def write_best(text: str, source: str, say: Callable[[str], None], *, place: int | None = None) -> Path | None:
    """Return the path of the best file, beside the experiment, so that its relative paths stay right.

    Of several the place is in its name. Where that folder cannot be written, it is told, and the copy in the store is
    the only one.
    """
    name = "best" if place is None else f"best-{place}"
    path = Path(source).with_suffix(f".{name}.yaml")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        say(f"cannot write {path}: {error.strerror}; the copy in the sweep's run is the only one")
        return None
    return path
