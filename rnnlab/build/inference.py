"""The inference model of a trained encoder-decoder: stock Keras models with its weights, and how they are wired."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import keras

from rnnlab.build.model import build_model
from rnnlab.build.stepping import Stepper
from rnnlab.build.weights import read_keras
from rnnlab.errors import PlanMismatchError, StoreError
from rnnlab.plan import Plan
from rnnlab.plan.inference import InferencePlan, State

FORMAT = 1
INFERENCE_FOLDER = "inference"
"""Beside a saved model that writes."""
WIRING = "inference.json"
ENCODER = "encoder.keras"
DECODER = "decoder.keras"


@dataclass(frozen=True)
class Wiring:
    """How encoder and decoder are connected: all that decoding needs beside them.

    Attributes:
        mode: `step`: the decoder computes one timestep after the other; `prefix`: it reads all ids so far.
        decoder: name of the decoder's input.
        sources: names of the other inputs.
        timesteps: how many ids mode `prefix` reads; None for any number.
        padding: id 0 of the decoder's input is padding.
        from_logits: the decoder gives logits, not probabilities.
        encoder_outputs: what the encoder gives, in its order.
        encoded: by name of a decoder's input, what it takes of the encoder's outputs and the sources.
        states: in the order of the decoder's outputs, after the probabilities.
    """

    mode: Literal["step", "prefix"]
    decoder: str
    sources: tuple[str, ...]
    timesteps: int | None
    padding: bool
    from_logits: bool
    encoder_outputs: tuple[str, ...]
    encoded: Mapping[str, str]
    states: tuple[State, ...]


@dataclass(frozen=True, eq=False)
class Inference:
    """A trained model, ready to decode.

    Attributes:
        encoder: sources to what is computed once; None where there is nothing to compute.
        decoder: one timestep to the probabilities (B, 1, V) and the states; in mode `prefix` the training model.
    """

    wiring: Wiring
    encoder: keras.Model | None
    decoder: keras.Model

    @cached_property
    def stepper(self) -> Stepper:
        """Return the compiled functions, made when they are first asked for."""
        return Stepper(self)

    def save(self, folder: Path) -> None:
        """Write the models and `inference.json` into a folder.

        Raises:
            StoreError: it cannot be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if self.encoder is not None:
                self.encoder.save(folder / ENCODER)
            self.decoder.save(folder / DECODER)
            data = {"format": FORMAT, **asdict(self.wiring)}
            (folder / WIRING).write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise StoreError(f"cannot write the inference model to {folder}: {error.strerror}") from error


def build_inference(plan: InferencePlan, model: keras.Model, *, from_logits: bool = False) -> Inference:
    """Return the inference model of a trained one; later training does not change it, except in mode `prefix`.

    Args:
        plan: of the inference.
        model: built from the training plan.
        from_logits: its outputs are logits.

    Raises:
        PlanMismatchError: a model is not as planned, or has a weight that the trained one lacks (RL501).
    """
    wiring = Wiring(
        mode=plan.mode,
        decoder=plan.decoder,
        sources=plan.sources,
        timesteps=plan.timesteps,
        padding=plan.padding,
        from_logits=from_logits,
        encoder_outputs=plan.encoder_outputs,
        encoded=plan.encoded,
        states=plan.states,
    )
    if plan.step is None:
        return Inference(wiring, None, model)
    encoder = _with_weights(plan.encoder, model) if plan.encoder else None
    return Inference(wiring, encoder, _with_weights(plan.step, model))


def _with_weights(plan: Plan, trained: keras.Model) -> keras.Model:
    """Return the model of a part of the plan, with the trained weights."""
    model = build_model(plan)
    weights = {weight.path: weight for weight in trained.weights}
    missing = sorted({weight.path for weight in model.weights} - weights.keys())
    if missing:
        raise PlanMismatchError("RL501", f"the trained model lacks {', '.join(missing)}")
    for weight in model.weights:
        weight.assign(weights[weight.path])
    return model


def load_inference(folder: Path) -> Inference:
    """Return what `Inference.save` wrote. Nothing in the folder is executed: Keras loads it in safe mode.

    Raises:
        StoreError: something is missing or damaged.
    """
    wiring = _read_wiring(folder / WIRING)
    encoder = read_keras(folder / ENCODER) if wiring.encoder_outputs else None
    return Inference(wiring, encoder, read_keras(folder / DECODER))


def _read_wiring(path: Path) -> Wiring:
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if data.pop("format") != FORMAT:
            raise StoreError(f"{path} was written by another version of rnnlab")
        states = tuple(State(**state) for state in data.pop("states"))
        for key in ("sources", "encoder_outputs"):
            data[key] = tuple(data[key])
        return Wiring(**data, states=states)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{path} is missing or damaged; save the inference model again") from error
