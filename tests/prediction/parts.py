"""Small models with their preparation, built without a training."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

HEAD = "{layer: dense, units: 1, activation: sigmoid}"
WORDS = ("", "[UNK]", *"abcdefgh")


def text_preparation(padding: str = "post", mask: bool = True) -> Any:
    from rnnlab.data import Preparation
    from rnnlab.data.vectorizer import TextVectorizer
    from rnnlab.datasets import TargetFacts

    vectorizer = TextVectorizer("word", True, WORDS, 10, 6, padding, "pre", mask)  # type: ignore[arg-type]
    return Preparation("label", TargetFacts("classes", 2, ("no", "yes")), texts={"text": vectorizer})


def array_preparation(per: str = "sample") -> Any:
    from rnnlab.data import Preparation
    from rnnlab.datasets import TargetFacts

    target = TargetFacts("classes", 2, ("no", "yes"), per=per)  # type: ignore[arg-type]
    return Preparation("y", target, arrays={"x": (6, 3)})


def saved_model(layers: str, preparation: Any, path: Path | None = None) -> tuple[Any, Any, Any]:
    """Return (saved model, experiment, plan) of layers in YAML, with weights that are no zeros."""
    import keras

    from rnnlab import plan_model
    from rnnlab.build import build_model, build_objective, read_keras
    from rnnlab.experiment import validate_document
    from rnnlab.prediction import SavedModel
    from rnnlab.source import Source, parse

    dataset = "{kind: arrays, path: x.npz, inputs: [x], target: y, labels: ['no', 'yes']PER}"
    if preparation.arrays:
        dataset = dataset.replace("PER", f", per: {preparation.target.per}")
    else:
        dataset = "{kind: text_table, path: x.csv, labels: ['no', 'yes']}"
    text = f"rnnlab: 1\nname: parts\ndataset: {dataset}\nmodel:\n  layers: [{layers}]\n"
    document = parse(Source("parts.yaml", text)).document
    assert document is not None
    experiment = validate_document(document)
    plan = plan_model(experiment, preparation.facts)
    assert plan.head is not None
    keras.utils.set_random_seed(3)
    model = build_model(plan)
    draw = np.random.default_rng(3)
    for weight in model.weights:
        weight.assign(draw.normal(size=weight.shape))
    if path is not None:  # Keras gives the weights of loaded models other paths
        model.save(path)
        model = read_keras(path)
    head = replace(plan.head, labels=("no", "yes"))
    return SavedModel(model, preparation, build_objective(head)), experiment, plan
