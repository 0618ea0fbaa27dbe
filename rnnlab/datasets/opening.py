"""Files of a person's own, opened with what is wrong with them told; light, for `check` asks too."""

from __future__ import annotations

import errno
import stat
from io import BufferedReader
from pathlib import Path

from rnnlab.errors import DatasetError
from rnnlab.source import nearest


def open_file(path: Path) -> BufferedReader:
    """Return a regular file, open for reading bytes.

    Raises:
        DatasetError: RL401, it cannot be read.
    """
    try:
        return open_regular(path)
    except FileNotFoundError as error:
        raise _missing(path) from error
    except OSError as error:
        raise DatasetError("RL401", f"cannot read {path}: {error.strerror}", help="name a file of data") from error


def open_regular(path: Path) -> BufferedReader:
    """Return a regular file, open for reading bytes: a pipe or a device might never end.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    if "\0" in str(path):
        raise OSError(errno.EINVAL, "a NUL is in its name")
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # of a folder the system says what it is
        raise OSError(errno.EINVAL, "it is no regular file")
    return path.open("rb")


def _missing(path: Path) -> DatasetError:
    if path.is_symlink():
        return DatasetError("RL401", f"{path} is a link to a file that is not there", help="mend the link")
    try:
        beside = [item.name for item in path.parent.iterdir()]
    except OSError:  # its folder is missing too, or must not be read
        beside = []
    match = nearest(path.name, beside)
    hint = f"did you mean `{match}`?" if match else "paths are relative to the experiment's file"
    return DatasetError("RL401", f"there is no file {path}", help=hint)
