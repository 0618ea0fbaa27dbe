"""Files behind an address: looked for in Keras's cache, then in rnnlab's, then fetched, by hash."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pooch
import requests

from rnnlab.data.cache import replace_whole
from rnnlab.datasets import RemoteFile
from rnnlab.errors import DatasetError
from rnnlab.experiment.prepared import cache_root

PIECE = 2**18  # bytes
SILENCE_SECONDS = 30.0
STEPS = 4  # lines of progress

pooch.get_logger().setLevel("WARNING")  # rnnlab says what it fetches

Say = Callable[[str], None]


def fetch_file(remote: RemoteFile, say: Say) -> Path:
    """Return a file with the right hash. Files in Keras's cache are read where they are, and never changed.

    Raises:
        DatasetError: RL431, it is nowhere and its address cannot be reached; RL432, what came has another hash.
        CallError: the cache cannot be written.
    """
    for folder in keras_folders():
        path = folder / remote.name
        if path.is_file():
            if _has_hash(path, remote):
                return path
            say(f"{path} is another file than Keras's: it is left as it is, and not used")
    kept = cache_root() / "files" / remote.name
    if _has_hash(kept, remote):
        return kept
    with replace_whole(kept, remote.name, say):
        if not _has_hash(kept, remote):
            _fetch(remote, kept, say)
    return kept


def keras_folders() -> list[Path]:
    """Return the folders in which Keras keeps its data."""
    chosen = os.environ.get("KERAS_HOME")
    homes = [Path(chosen)] if chosen else []
    return [home / "datasets" for home in (*homes, Path.home() / ".keras")]


def _has_hash(path: Path, remote: RemoteFile) -> bool:
    algorithm, _, wanted = remote.hash.partition(":")
    return path.is_file() and pooch.file_hash(str(path), alg=algorithm) == wanted


def _fetch(remote: RemoteFile, kept: Path, say: Say) -> None:
    say(f"fetching {remote.name}")
    try:
        pooch.retrieve(
            remote.url,
            known_hash=remote.hash,
            fname=kept.name,
            path=kept.parent,
            downloader=_Resuming(kept.with_name(f"{kept.name}.begun"), say),
        )
    except requests.RequestException as error:
        raise DatasetError(
            "RL431",
            f"{remote.name} cannot be fetched: {_reason(error)}",
            help=f"fetch {remote.url} where it can be reached, and say `dataset.path:` or put it into "
            f"{keras_folders()[0]}",
        ) from error
    except ValueError as error:  # of pooch: another hash
        raise DatasetError(
            "RL432",
            f"what came from {remote.url} is not {remote.name}: its hash differs; nothing of it was used",
            help="is something between here and there altering files? `dataset.path:` reads a file of your own",
        ) from error


def _reason(error: requests.RequestException) -> str:
    if error.response is not None:
        return f"its server answers {error.response.status_code}"
    return {
        requests.ConnectTimeout: "its server does not answer",
        requests.ReadTimeout: "its server stopped in the middle; starting again goes on from there",
    }.get(type(error), "its server cannot be reached")


class _Resuming:
    """A downloader for pooch that goes on where an earlier one stopped, and tells how far it is."""

    def __init__(self, begun: Path, say: Say) -> None:
        self.begun = begun
        self.say = say

    def __call__(self, url: str, output_file: Any, _: Any) -> None:
        """Fetch into `begun`, then give it to pooch, which looks at its hash."""
        done = self.begun.stat().st_size if self.begun.exists() else 0
        headers = {"Range": f"bytes={done}-"} if done else {}
        with requests.get(url, headers=headers, stream=True, timeout=SILENCE_SECONDS) as answer:
            whole = answer.status_code == requests.codes.requested_range_not_satisfiable
            if not whole:
                answer.raise_for_status()
                goes_on = answer.status_code == requests.codes.partial_content
                self._write(answer, done if goes_on else 0)
        shutil.move(self.begun, output_file)

    def _write(self, answer: requests.Response, done: int) -> None:
        total = done + int(answer.headers.get("Content-Length", 0))
        told = done * STEPS // total if total else 0
        with self.begun.open("ab" if done else "wb") as file:
            for piece in answer.iter_content(PIECE):
                done += file.write(piece)
                if total and done * STEPS // total > told:
                    told = done * STEPS // total
                    self.say(f"{done / 1e6:.1f} of {total / 1e6:.1f} MB")
