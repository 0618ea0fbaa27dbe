"""The files of `keras.datasets` that rnnlab reads: where they are, and the hash that each must have."""

from __future__ import annotations

from dataclasses import dataclass

ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


@dataclass(frozen=True)
class RemoteFile:
    """A file behind an address.

    Attributes:
        name: under which it is kept.
        url: its address.
        hash: `sha256:…` or `md5:…`, whichever its publisher gives.
    """

    name: str
    url: str
    hash: str


@dataclass(frozen=True)
class KerasFiles:
    """What `keras.datasets` reads for one dataset.

    Attributes:
        arrays: the sequences and their labels, an .npz file.
        word_index: a JSON mapping of words to their ranks, 1 for the most frequent.
        citation: of the data.
    """

    arrays: RemoteFile
    word_index: RemoteFile
    citation: str


def _remote(name: str, hash: str) -> RemoteFile:
    return RemoteFile(name, ORIGIN + name, hash)


KERAS_FILES = {
    "imdb": KerasFiles(
        _remote("imdb.npz", "sha256:69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"),
        _remote("imdb_word_index.json", "md5:bfafd718b763782e994055a2d397834f"),
        "A. Maas et al.: Learning Word Vectors for Sentiment Analysis, ACL 2011",
    ),
    "reuters": KerasFiles(
        _remote("reuters.npz", "sha256:d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"),
        _remote("reuters_word_index.json", "md5:4d44cc38712099c9e383dc6e5f11a921"),
        "Reuters-21578, D. Lewis",
    ),
}
