"""From text to units, words, characters or tokens, and back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from rnnlab.data.subwords import join_subwords
from rnnlab.text import SplitUnit, Unit

LETTERS_AND_DIGITS = r"[^\W_]"
ASCII_WORD = re.compile(rf"{LETTERS_AND_DIGITS}+(?:'{LETTERS_AND_DIGITS}+)*")


def split_units(text: str, unit: SplitUnit, *, lowercase: bool) -> list[str]:
    """Return the units of a text in order; none for a text without any.

    The text is brought into Unicode's composed form (NFC), so that a letter has one form. A word is a
    run of letters, digits and their accents, with apostrophes only inside (typographic ones become plain); a token is
    whatever stands between blanks. Sub-words are not split here: they need a tokenizer that was fitted.
    """
    if unit == "token":
        return fold(text, lowercase=lowercase).split()
    if text.isascii():
        plain = text.lower() if lowercase else text
        return list(plain) if unit == "character" else ASCII_WORD.findall(plain)
    folded = fold(text, lowercase=lowercase)
    if unit == "character":
        return list(folded)
    return _unicode_word().findall(folded.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def fold(text: str, *, lowercase: bool) -> str:
    """Return a text in Unicode's composed form, in lower case where wanted."""
    return unicodedata.normalize("NFC", text.lower() if lowercase else text)


def join_units(units: Sequence[str], unit: Unit) -> str:
    """Return units as a text: characters side by side, words and tokens with blanks between."""
    if unit == "subword":
        return join_subwords(units)
    return ("" if unit == "character" else " ").join(units)


@cache
def _unicode_word() -> re.Pattern[str]:
    """Return the pattern of a word that keeps its combining marks (Hindi vowels, Thai tones)."""
    # Above U+1FFFF Unicode has one block of marks only, the variation selectors.
    codes = [*range(0x20000), *range(0xE0100, 0xE01F0)]
    marks = "".join(re.escape(chr(code)) for code in codes if unicodedata.category(chr(code)).startswith("M"))
    letter = rf"(?:{LETTERS_AND_DIGITS}|[{marks}])"
    return re.compile(rf"{LETTERS_AND_DIGITS}{letter}*(?:'{LETTERS_AND_DIGITS}{letter}*)*")
