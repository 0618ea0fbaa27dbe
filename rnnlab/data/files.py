"""Files of a person's own as bytes and as text, with what is wrong with them."""

from __future__ import annotations

from pathlib import Path

from rnnlab.errors import DatasetError
from rnnlab.source import nearest


def read_bytes(path: Path, *, empty: str) -> bytes:
    """Return what is in a file.

    Args:
        path: of the file.
        empty: what to do where nothing is.

    Raises:
        DatasetError: RL401, it cannot be read; RL404, it is empty.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        beside = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
        match = nearest(path.name, beside)
        hint = f"did you mean `{match}`?" if match else "paths are relative to the experiment's file"
        raise DatasetError("RL401", f"there is no file {path}", help=hint) from error
    except OSError as error:
        raise DatasetError("RL401", f"cannot read {path}: {error.strerror}") from error
    if not content.strip():
        raise DatasetError("RL404", f"{path.name} is empty", help=empty)
    return content


def decode_text(name: str, content: bytes) -> str:
    """Return bytes as text, without a byte-order mark.

    Raises:
        DatasetError: RL403, they are not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DatasetError(
            "RL403",
            f"{name}, line {line}, byte {error.start} of the file: 0x{content[error.start]:02x} is not UTF-8",
            help="save the table as UTF-8",
        ) from error
