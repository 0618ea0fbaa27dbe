"""What keeps a model from writing once it is trained."""

from __future__ import annotations

from collections.abc import Iterator

from rnnlab.errors import CallError
from rnnlab.experiment import Experiment, task_of
from rnnlab.plan.inference import decoding_obstacles, plan_inference
from rnnlab.plan.plan import Plan
from rnnlab.source import Finding
from rnnlab.tasks import LanguageModel, SequenceToSequence


def writing_findings(experiment: Experiment, plan: Plan) -> Iterator[Finding]:
    """Yield what keeps the model from writing a text: it must not read what it is to write."""
    task = task_of(experiment)
    if experiment.dataset is not None and isinstance(task, LanguageModel):
        yield from _continuing(plan)
    if plan.head is None or not isinstance(task, SequenceToSequence):
        return
    assert plan.head.reads is not None
    ahead = decoding_obstacles(plan, plan.head.reads)
    for obstacle in ahead:
        yield Finding(
            "RL228",
            f"`{obstacle.layer}` {obstacle.reason}: in training it would read the units that it is to write",
            ("model", "layers", obstacle.entry, obstacle.key),
            help="between `target` and the output use layers that read from the start to the end",
        )
    if ahead:
        return
    try:
        inference = plan_inference(plan, plan.head.reads)
    except CallError as error:
        yield Finding("RL228", str(error), ("model", "layers"), on_key=True)
        return
    limit = task.decode.limit
    if inference.mode == "prefix" and inference.timesteps and limit and limit > inference.timesteps:
        obstacle = inference.obstacles[0]
        yield Finding(
            "RL228",
            f"`{obstacle.layer}` reads all units so far, {inference.timesteps} at most: {limit} cannot be written",
            ("task", "decode", "limit"),
            help=f"use at most {inference.timesteps}",
        )


def _continuing(plan: Plan) -> Iterator[Finding]:
    """Yield what lets a language model read the units that it is to predict."""
    (reads,) = plan.inputs
    ahead = decoding_obstacles(plan, reads)
    for obstacle in ahead:
        yield Finding(
            "RL251",
            f"`{obstacle.layer}` {obstacle.reason}: it would read the units that it is to predict",
            ("model", "layers", obstacle.entry, obstacle.key),
            help="use layers that read from the start to the end",
        )
    if plan.head is not None and not ahead:
        try:
            plan_inference(plan, reads)
        except CallError as error:
            yield Finding("RL251", str(error), ("model", "layers"), on_key=True)
