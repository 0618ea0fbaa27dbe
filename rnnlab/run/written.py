"""How good the texts are that a model writes: what a run reports of its test split."""

from __future__ import annotations

from rnnlab.build import Inference, build_inference, write
from rnnlab.data import Samples, Splits
from rnnlab.data.mistakes import written_mistakes
from rnnlab.data.sequences import sequence_scores, true_units
from rnnlab.plan import Plan, plan_inference
from rnnlab.run.scores import WORST, Scores
from rnnlab.tasks import SequenceToSequence
from rnnlab.train.learner import Learner

SHOWN = 20  # answers that are recorded as examples


def inference_of(learner: Learner, plan: Plan) -> Inference:
    """Return the model that writes, with the weights of the trained one."""
    head = learner.objective.head
    assert head.reads is not None
    return build_inference(plan_inference(plan, head.reads), learner.twin, from_logits=head.from_logits)


def score_written(
    learner: Learner,
    plan: Plan,
    task: SequenceToSequence,
    splits: Splits,
    samples: Samples,
    metrics: dict[str, float],
) -> Scores:
    """Return how far the texts that the model writes are from the true ones.

    Args:
        learner: trained.
        plan: of the model.
        task: says how texts are written.
        splits: tell how ids become texts.
        samples: the split.
        metrics: of every unit after the true ones, to which these are added.
    """
    preparation = splits.preparation
    vectorizer = preparation.written
    inputs = {name: samples.inputs[name] for name in preparation.given_inputs}
    decoded = write(inference_of(learner, plan), inputs, task.decode, timesteps=vectorizer.maxlen)
    answers = [vectorizer.decode(ids) for ids in decoded.ids.tolist()]
    sources = list(samples.raw[preparation.given_inputs[0]])
    wanted = true_units(samples, vectorizer, preparation.target.reads or "")
    scores = sequence_scores(answers, sources, wanted)
    examples = tuple(
        {"source": source, "wanted": vectorizer.join(right), "written": vectorizer.join(answer)}
        for source, right, answer in list(zip(sources, wanted, answers, strict=True))[:SHOWN]
    )
    right, written = ([vectorizer.join(units) for units in part] for part in (wanted, answers))
    mistakes = written_mistakes(sources, right, written, decoded.log_probabilities, WORST)
    error = scores["unit_error_rate"]
    return Scores(metrics | scores, "unit_error_rate", error, None, {}, examples, mistakes=mistakes)
