"""How well a running text is predicted: what a run reports of its test split."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data import Samples, Splits
from rnnlab.data.mistakes import line_mistakes
from rnnlab.data.ngrams import text_scores, units_per_character
from rnnlab.data.windows import SMALLEST, Windows
from rnnlab.run.scores import WORST, Scores
from rnnlab.train.learner import Learner, evaluate


def score_continued(learner: Learner, splits: Splits, samples: Samples) -> Scores:
    """Return perplexity and bits per character beside loss and metrics.

    Args:
        learner: trained.
        splits: tell how many units and characters a split has.
        samples: one of them.
    """
    split = next((name for name, each in splits.named().items() if each is samples), "test")
    nats: list[NDArray[np.float64]] = []

    def see(target_BT: NDArray[Any], weight_BT: NDArray[np.float32], outputs_BTV: NDArray[Any]) -> None:
        shares_BT = np.take_along_axis(outputs_BTV, target_BT[..., None], axis=-1)[..., 0].astype(np.float64)
        nats.append(np.where(weight_BT != 0, -np.log(np.maximum(shares_BT, SMALLEST)), np.nan))

    metrics = evaluate(learner, samples, see)
    found = metrics | text_scores(metrics["loss"], units_per_character(splits, split))
    (vectorizer,) = splits.preparation.texts.values()
    primary = "bits_per_character" if vectorizer.unit == "character" else "perplexity"
    windows: Windows = samples.inputs[splits.preparation.target.reads or ""]
    mistakes = line_mistakes(windows.ids, windows.laid(np.concatenate(nats)), vectorizer, WORST)
    return Scores(found, primary, found[primary], None, {}, mistakes=mistakes)
