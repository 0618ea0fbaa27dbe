"""PyYAML's syntax errors in our words: what was found, what is still open, and what would help."""

from __future__ import annotations

import yaml

OPENERS = {
    "while parsing a flow sequence": "the bracket `[`",
    "while parsing a flow mapping": "the bracket `{`",
    "while scanning a quoted scalar": "the quote",
    "while scanning a double-quoted scalar": "the quote",
}
WORDS = (
    ("but got", "found"),
    ("but found", "found"),
    ("'<stream end>'", "the end of the text"),
    ("'<document end>'", "`...`"),
    ("'<document start>'", "`---`"),
    ("'<scalar>'", "a text"),
    ("'<block mapping start>'", "a key in another column"),
    ("'<block sequence start>'", "a list in another column"),
    ("'<block end>'", "a line further left"),
    ("expected <block end>", "expected a key in the same column"),
    ("mapping values are not allowed here", "a `: ` makes a key, and none can stand here"),
    ("could not find expected ':'", "a colon is missing"),
    ("'", "`"),
)
REMEDIES = (
    ("none can stand here", "put a line break before the key, or quotes around a text that holds `: `"),
    ("a colon is missing", "write a colon and a space between a key and its value"),
    ("expected a key in the same column", "line the keys of one mapping up in the same column"),
    ("expected `,` or", "close the bracket, or separate the items with commas"),
    ("unknown escape character", "use single quotes, in which a backslash is a backslash"),
    ("cannot start any token", "put the text in quotes"),
    ("expected alphabetic or numeric", "put the text in quotes"),
)


def describe(error: yaml.MarkedYAMLError, text: str) -> tuple[tuple[int, int], str, str | None, str | None]:
    """Return (start and end of what to underline, message, note, help) of a syntax error.

    Where the text ends too early the place is the bracket or quote that is still open: the end says nothing.
    """
    mark = error.problem_mark or error.context_mark
    index = min(mark.index, len(text)) if mark else 0
    problem = _in_words(error.problem or "it cannot be read")
    begun = error.context_mark
    opener = OPENERS.get(error.context or "")
    if begun and opener and text[index:].strip() == "":
        return (begun.index, begun.index + 1), f"{opener} is never closed", None, "close it"
    if text[index : index + 1] == "\t":
        return (index, index + 1), "a tab cannot indent", None, "indent with spaces"
    if begun and error.context == "while scanning a simple key":
        index = begun.index
    note = f"{opener} of line {begun.line + 1} is still open" if begun and opener else None
    help_ = next((remedy for words, remedy in REMEDIES if words in problem), None)
    return _on_text(index, text), problem, note, help_


def _in_words(problem: str) -> str:
    for theirs, ours in WORDS:
        problem = problem.replace(theirs, ours)
    return problem


def _on_text(index: int, text: str) -> tuple[int, int]:
    """Return one character to underline: the last of the text where the place is its end."""
    while index > 0 and text[index:].strip() == "":
        index -= 1
    return index, index + 1
