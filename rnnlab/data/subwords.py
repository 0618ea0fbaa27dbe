"""Sub-words by byte-pair encoding, with Hugging Face's `tokenizers`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rnnlab.errors import DatasetError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BLANK = "\N{LOWER ONE EIGHTH BLOCK}"
"""Stands for the blank before a word, as in SentencePiece."""
UNKNOWN = "\N{REPLACEMENT CHARACTER}unknown"


def fit_subwords(texts: Iterable[str], *, limit: int, min_frequency: int) -> tuple[str, tuple[str, ...]]:
    """Return (the tokenizer as JSON, its sub-words in the order in which they were found).

    Args:
        texts: of the training split only, folded.
        limit: how many sub-words at most; the most frequent characters come first.
        min_frequency: pairs that stand less often are not joined.

    Raises:
        DatasetError: RL434, `tokenizers` is not installed.
    """
    _require()
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    texts = list(texts)
    counts: Counter[str] = Counter(BLANK)
    for text in texts:
        counts.update(text.replace(" ", BLANK))
    # Chosen here: the library drops rare characters in an order that differs from run to run.
    alphabet = sorted(counts, key=lambda character: (-counts[character], character))[:limit]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(BLANK)
    trainer = trainers.BpeTrainer(
        vocab_size=limit,
        min_frequency=min_frequency,
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    found = json.loads(tokenizer.to_str())["model"]
    vocabulary = found["vocab"] | {UNKNOWN: len(found["vocab"])}
    # Made anew, without special tokens: those would be found in a text that happens to hold their names.
    merges = [tuple(pair) for pair in found["merges"]]
    known = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token=UNKNOWN))
    known.pre_tokenizer = pre_tokenizers.Metaspace(BLANK)
    return known.to_str(), tuple(sorted(found["vocab"], key=found["vocab"].__getitem__))


def read_tokenizer(text: str) -> Tokenizer:
    """Return the tokenizer that was written as JSON.

    Raises:
        DatasetError: RL434, `tokenizers` is not installed.
    """
    _require()
    from tokenizers import Tokenizer

    return Tokenizer.from_str(text)


def join_subwords(units: Iterable[str]) -> str:
    """Return sub-words as a text."""
    return "".join(units).replace(BLANK, " ").strip()


def _require() -> None:
    try:
        import tokenizers  # noqa: F401
    except ImportError as error:
        raise DatasetError(
            "RL434", "sub-words need the package `tokenizers`", help="install the extra: pip install 'rnnlab[subword]'"
        ) from error
