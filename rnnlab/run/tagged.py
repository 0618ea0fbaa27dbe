"""How good the tags are: what a run reports of its test split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnnlab.data import Samples, Splits
from rnnlab.data.mistakes import output_mistakes
from rnnlab.data.spans import headline, is_bio, named, span_scores
from rnnlab.run.scores import WORST, Scores, predicted_classes, score_outputs
from rnnlab.text import PADDING_ID
from rnnlab.train.learner import Learner, answers


def score_tagged(learner: Learner, splits: Splits, samples: Samples, metrics: dict[str, float]) -> Scores:
    """Return the scores of every token, and where the tags are BIO those of the spans, which are then the primary ones.

    Tokens that padding cut away are not scored.

    Args:
        learner: trained.
        splits: tell the tags' names.
        samples: the split.
        metrics: loss and metrics of every token.
    """
    head, labels = learner.objective.head, splits.preparation.labels
    targets, outputs = answers(learner, samples)
    scores = replace(
        score_outputs(head, metrics, targets, outputs, labels),
        mistakes=output_mistakes(head, splits.preparation, samples, targets, outputs, WORST),
    )
    if not is_bio(labels):
        return scores
    lengths = np.count_nonzero(samples.inputs[head.reads or ""][:] != PADDING_ID, axis=1)
    found, wanted = (
        named(np.split(tags, np.cumsum(lengths)[:-1]), labels) for tags in (predicted_classes(head, outputs), targets)
    )
    spans = span_scores(found, wanted)
    values = headline(spans["all"])
    return replace(scores, metrics=metrics | values, primary="span_f1", value=values["span_f1"], spans=spans)
