"""What a plugin's own code raises, told as an error of the plugin with its line."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator
from pathlib import Path

from rnnlab.errors import PluginError

FAULTS = (
    ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, NameError, OSError, RuntimeError,
    SyntaxError, SystemExit, TypeError, ValueError,
)  # fmt: skip
"""What other people's code raises; `PluginError` and the refusals of layers are none of these."""


@contextlib.contextmanager
def blame(code: str, what: str, *paths: Path, always: bool = True) -> Iterator[None]:
    """Turn whatever the block raises into an error of a plugin.

    Args:
        code: RL510 for its spec file, RL511 for its Keras file.
        what: begins the message: plugin `cells`.
        paths: its files; the innermost line of one of them is told.
        always: the plugin is the cause even where none of its lines was reached.

    Raises:
        PluginError: the block raised one of `FAULTS`.
    """
    try:
        yield
    except FAULTS as error:
        place = _place(error, {str(path) for path in paths})
        if not place and not always:
            raise
        lines = str(error).strip().splitlines() or ["without a message"]
        told = "\n  ".join(lines[:_LINES])
        raise PluginError(code, f"{what}: {place}{type(error).__name__}: {told}") from error


_LINES = 6


def _place(error: BaseException, files: set[str]) -> str:
    """Return `cells.py:12: `, where one of the files stands in the traceback."""
    if isinstance(error, SyntaxError) and error.filename in files:
        return f"{Path(error.filename).name}:{error.lineno}: "
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}: " if frames else ""
