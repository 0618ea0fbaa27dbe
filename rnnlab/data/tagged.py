"""Files of tagged sentences: a token per line with its tag, or `word/tag` in a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rnnlab.data.files import read_lines
from rnnlab.datasets.tagged import ConllFormat, ConlluFormat, TaggedFormat, WordTagFormat
from rnnlab.errors import DatasetError

DOCUMENT = "-DOCSTART-"  # a line of CoNLL-2003 between two documents
UNIVERSAL = 10  # columns of CoNLL-U, apart by tabs
TAG_COLUMNS = {"upos": 4, "xpos": 5, "deprel": 8}
NO_WORD = re.compile(r"\d+[-.]\d+")  # the id of a token of several words, or of a word that is not written
ABOUT = ("# sent_id = ", "# text = ")  # what comments of CoNLL-U begin with


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


def read_tagged(path: Path, layout: TaggedFormat) -> Sentences:
    """Return the sentences of a file.

    A blank inside a token becomes `_`, so that tokens and tags stay in step.

    Raises:
        DatasetError: RL401 it cannot be read, RL403 it is not UTF-8, RL406 it has no sentence, RL420 a line is
            malformed, RL470 it is too long, RL490 it is CoNLL-U and read as plain columns.
    """
    lines = read_lines(path, empty="a token and its tag stand on every line")
    sentences = [sentence for sentence in _sentences(path.name, lines, layout) if sentence]
    if not sentences:
        raise DatasetError("RL406", f"{path.name} has no sentences", help="a token and its tag stand on every line")
    return Sentences(
        tokens=tuple(tuple(token for token, _ in sentence) for sentence in sentences),
        tags=tuple(tuple(tag for _, tag in sentence) for sentence in sentences),
    )


def _sentences(name: str, lines: Iterable[str], layout: TaggedFormat) -> Iterator[list[tuple[str, str]]]:
    if isinstance(layout, WordTagFormat):
        return _word_tag(name, lines, layout)
    if isinstance(layout, ConlluFormat):
        return _conllu(name, lines, ConllFormat(token=2, tag=TAG_COLUMNS[layout.tag]))
    return _conll(name, lines, layout)


def _conllu(name: str, lines: Iterable[str], columns: ConllFormat) -> Iterator[list[tuple[str, str]]]:
    sentence: list[tuple[str, str]] = []
    for number, line in enumerate(lines, start=1):
        fields = line.rstrip("\r\n").split("\t")
        if not line.strip():
            yield sentence
            sentence = []
        elif not line.startswith("#") and not NO_WORD.fullmatch(fields[0]):
            if len(fields) != UNIVERSAL or not fields[0].isdecimal():
                raise DatasetError(
                    "RL420",
                    f"{name}, line {number} is no line of CoNLL-U: ten columns with tabs between, the first a number",
                    help="correct it, or use `dataset.format: {kind: conll, token: …, tag: …}` for other columns",
                )
            sentence.append(_columns(name, number, line.rstrip("\r\n"), columns))
    yield sentence


def _conll(name: str, lines: Iterable[str], layout: ConllFormat) -> Iterator[list[tuple[str, str]]]:
    sentence: list[tuple[str, str]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            yield sentence
            sentence = []
        elif layout.comment is None or not line.startswith(layout.comment):
            _check_plain(name, number, line)
            pair = _columns(name, number, line.rstrip("\r\n"), layout)
            if pair[0] != DOCUMENT:
                sentence.append(pair)
    yield sentence


def _check_plain(name: str, number: int, line: str) -> None:
    """Refuse lines that CoNLL-U has and that would become tokens here."""
    about = line.startswith(ABOUT)
    fields = line.split("\t")
    if about or (len(fields) == UNIVERSAL and NO_WORD.fullmatch(fields[0])):
        what = "a comment" if about else f"`{fields[0]}`, which is no word of its own, but more or less than one"
        raise DatasetError(
            "RL490",
            f"{name} is CoNLL-U, and read as plain columns: line {number} is {what}",
            help="use `dataset.format: conllu`",
        )


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
