"""Files of tagged sentences: a token per line with its tag, or `word/tag` in a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rnnlab.data.files import read_lines
from rnnlab.datasets.tagged import ConllFormat, WordTagFormat
from rnnlab.errors import DatasetError

DOCUMENT = "-DOCSTART-"  # a line of CoNLL-2003 between two documents


@dataclass(frozen=True)
class Sentences:
    """N sentences.

    Attributes:
        tokens: of each sentence, none of them empty.
        tags: of each sentence, as many.
    """

    tokens: tuple[tuple[str, ...], ...]
    tags: tuple[tuple[str, ...], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the sentences with blanks between tokens."""
        return tuple(" ".join(tokens) for tokens in self.tokens)


def read_tagged(path: Path, layout: ConllFormat | WordTagFormat) -> Sentences:
    """Return the sentences of a file.

    A blank inside a token becomes `_`, so that tokens and tags stay in step.

    Raises:
        DatasetError: RL401 it cannot be read, RL403 it is not UTF-8, RL406 it has no sentence, RL420 a line is
            malformed, RL470 it is too long.
    """
    lines = read_lines(path, empty="a token and its tag stand on every line")
    found = _conll(path.name, lines, layout) if isinstance(layout, ConllFormat) else _word_tag(path.name, lines, layout)
    sentences = [sentence for sentence in found if sentence]
    if not sentences:
        raise DatasetError("RL406", f"{path.name} has no sentences", help="a token and its tag stand on every line")
    return Sentences(
        tokens=tuple(tuple(token for token, _ in sentence) for sentence in sentences),
        tags=tuple(tuple(tag for _, tag in sentence) for sentence in sentences),
    )


def _conll(name: str, lines: Iterable[str], layout: ConllFormat) -> Iterator[list[tuple[str, str]]]:
    sentence: list[tuple[str, str]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            yield sentence
            sentence = []
        elif layout.comment is None or not line.startswith(layout.comment):
            pair = _columns(name, number, line.rstrip("\r\n"), layout)
            if pair[0] != DOCUMENT:
                sentence.append(pair)
    yield sentence


def _columns(name: str, number: int, line: str, layout: ConllFormat) -> tuple[str, str]:
    fields = line.split("\t") if "\t" in line else line.split()
    last = max(layout.token, layout.tag or 2)
    if len(fields) < last:
        raise DatasetError(
            "RL420",
            f"{name}, line {number} has {len(fields)} column{'s'[: len(fields) != 1]}, and column {last} is asked for",
            help="write token and tag with a tab between; `dataset.format` says which columns they are",
        )
    token, tag = fields[layout.token - 1], fields[(layout.tag or len(fields)) - 1]
    return _whole(name, number, token, tag)


def _word_tag(name: str, lines: Iterable[str], layout: WordTagFormat) -> Iterator[list[tuple[str, str]]]:
    for number, line in enumerate(lines, start=1):
        sentence = []
        for item in line.split():
            token, separator, tag = item.rpartition(layout.separator)
            if not separator:
                raise DatasetError(
                    "RL420",
                    f"{name}, line {number}: `{item}` has no `{layout.separator}` before a tag",
                    help="`dataset.format: {kind: word_tag, separator: …}` says what stands between token and tag",
                )
            sentence.append(_whole(name, number, token, tag))
        yield sentence


def _whole(name: str, number: int, token: str, tag: str) -> tuple[str, str]:
    if not token or not tag.strip():
        missing = "tag" if token else "token"
        raise DatasetError(
            "RL420", f"{name}, line {number}: a {missing} is empty", help="fill it in or remove the line"
        )
    return "_".join(token.split()) or "_", tag.strip()
