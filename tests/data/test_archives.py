import io
import tarfile
import zipfile

import pytest

from rnnlab.data.archives import read_member
from rnnlab.errors import DatasetError


def tar(files: dict[str, bytes], *, links: dict[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            item = tarfile.TarInfo(name)
            item.size = len(content)
            archive.addfile(item, io.BytesIO(content))
        for name, target in (links or {}).items():
            item = tarfile.TarInfo(name)
            item.type, item.linkname = tarfile.SYMTYPE, target
            archive.addfile(item)
    return buffer.getvalue()


def wheel(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_file_in_an_archive_in_a_source_archive_is_found():
    inner = tar({"data/a.txt": b"text"})
    assert (
        read_member(
            tar({"pkg-1.0/more/inner.tar.gz": inner}),
            ("more/inner.tar.gz", "data/a.txt"),
            source_archive=True,
        )
        == b"text"
    )


def test_a_wheel_has_no_first_folder_to_leave_out():
    assert read_member(wheel({"pkg/a.txt": b"text"}), ("pkg/a.txt",), source_archive=False) == b"text"


def test_a_link_is_not_followed():
    content = tar({"pkg-1.0/b.txt": b"secret"}, links={"pkg-1.0/a.txt": "b.txt"})
    with pytest.raises(DatasetError, match=r"RL408.*no regular file a\.txt"):
        read_member(content, ("a.txt",), source_archive=True)


@pytest.mark.parametrize("archive", [tar({"pkg-1.0/b": b""}), wheel({"b": b""})], ids=["tar", "wheel"])
def test_an_absent_member_is_refused(archive):
    with pytest.raises(DatasetError, match=r"RL408.*no regular file a\.txt"):
        read_member(archive, ("a.txt",), source_archive=True)


@pytest.mark.parametrize(
    "content", [b"", b"not an archive", tar({"p/a": b"x" * 9999})[:-20]], ids=["empty", "text", "cut off"]
)
def test_a_damaged_archive_is_refused(content):
    with pytest.raises(DatasetError, match=r"RL408.*is damaged"):
        read_member(content, ("a.txt",), source_archive=True)


def claiming_tar() -> bytes:
    item = tarfile.TarInfo("pkg-1.0/a.txt")
    item.size = 2 * 2**30
    return item.tobuf(tarfile.GNU_FORMAT) + bytes(tarfile.BLOCKSIZE)


def claiming_wheel() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", bytes(2**20))
        archive.infolist()[0].file_size = 2 * 2**30
    return buffer.getvalue()


@pytest.mark.parametrize("content", [claiming_tar(), claiming_wheel()], ids=["tar", "wheel"])
def test_a_member_that_would_fill_the_memory_is_refused(content):
    with pytest.raises(DatasetError, match=r"RL408.*a\.txt unpacks to 2,147,483,648 bytes; the limit is 1 GiB"):
        read_member(content, ("a.txt",), source_archive=True)
