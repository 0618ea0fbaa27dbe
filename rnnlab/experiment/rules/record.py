"""Rules of what is recorded and expected."""

from __future__ import annotations

from collections.abc import Iterator

from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.rules.rule import rule
from rnnlab.experiment.target import baselines_of
from rnnlab.source import PASSWORD, Finding, did_you_mean


@rule("dataset", "expect")
def beats_a_baseline(experiment: Experiment) -> Iterator[Finding]:
    """RL216: `expect.beats` names a baseline of the task."""
    if (name := experiment.expect.beats) is None:
        return
    if experiment.dataset is None:
        yield Finding("RL210", "`beats` needs a dataset", ("expect", "beats"), help="remove it", on_key=True)
        return
    known = baselines_of(experiment)
    if name not in known:
        yield Finding("RL216", f"unknown baseline `{name}`", ("expect", "beats"), help=did_you_mean(name, known))


@rule("tracking")
def no_password(experiment: Experiment) -> Iterator[Finding]:
    """RL219: the file is recorded with every run, so it holds no password."""
    if PASSWORD.search(experiment.tracking.uri or ""):
        yield Finding(
            "RL219",
            "a password stands in the file, which is recorded with every run",
            ("tracking", "uri"),
            help="leave `tracking.uri` out and set MLFLOW_TRACKING_URI in the environment",
        )


@rule("tags")
def tags_are_free(experiment: Experiment) -> Iterator[Finding]:
    """RL104: tags do not overwrite those of MLflow and rnnlab."""
    for key in experiment.tags:
        if not key.strip() or key.startswith(("mlflow.", "rnnlab.")):
            message = f"the tag `{key}` is MLflow's or rnnlab's own" if key.strip() else "a tag needs a name"
            yield Finding("RL104", message, ("tags", key), help="choose another name", on_key=True)


@rule("expect")
def counts_have_no_unit(experiment: Experiment) -> Iterator[Finding]:
    """RL104: bytes are for memory, not for counts."""
    for key in ("parameters", "trainable_parameters", "flops_per_sample"):
        bound = getattr(experiment.expect, key)
        given = bound if isinstance(bound, tuple) else (bound,)
        if any(isinstance(each, str) and each.rstrip().endswith("iB") for each in given):
            yield Finding("RL104", f"`{key}` is a count, not bytes", ("expect", key), help="leave the unit out")
