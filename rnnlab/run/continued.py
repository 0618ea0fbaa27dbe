"""How well a running text is predicted: what a run reports of its test split."""

from __future__ import annotations

from rnnlab.data import Samples, Splits
from rnnlab.data.ngrams import text_scores, units_per_character
from rnnlab.run.scores import Scores


def score_continued(splits: Splits, samples: Samples, metrics: dict[str, float]) -> Scores:
    """Return perplexity and bits per character beside loss and metrics.

    Args:
        splits: tell how many units and characters a split has.
        samples: one of them.
        metrics: loss (nats per unit) and metrics of it.
    """
    split = next((name for name, each in splits.named().items() if each is samples), "test")
    found = metrics | text_scores(metrics["loss"], units_per_character(splits, split))
    (vectorizer,) = splits.preparation.texts.values()
    primary = "bits_per_character" if vectorizer.unit == "character" else "perplexity"
    return Scores(found, primary, found[primary], None, {})
