"""What a layer inside a saved model gives for new raw data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnlab.data.splits import live_timesteps
from rnnlab.errors import CallError
from rnnlab.layers import Signal
from rnnlab.plan import LayerPlan, Plan
from rnnlab.plan.parts import giving, with_all_states
from rnnlab.prediction.model import SavedModel, batches_of
from rnnlab.prediction.planned import rebuild
from rnnlab.prediction.states import plain_numbers
from rnnlab.source import did_you_mean

Array = NDArray[Any]


def activations_of(saved: SavedModel, plan: Plan, reference: str, inputs: Mapping[str, Array]) -> Array:
    """Return what a layer gives: (N, U), or (N, T, U) with NaN at masked timesteps, which are no data.

    Args:
        saved: the model.
        plan: of it.
        reference: the layer's name, or that of a state, `encoder.state_h`.
        inputs: prepared, by name.

    Raises:
        CallError: there is no such layer or state, or it depends on what the model itself writes.
    """
    whole = with_all_states(plan)
    known = {name: signal for layer in whole.layers for name, signal in layer.tensors.items()}
    if reference not in known:
        raise CallError(f"the model has no layer or state `{reference}`; {did_you_mean(reference, known)}")
    maker = _masking(whole, known[reference])
    references = (reference, *(maker.sources if maker else ()))
    part = giving(whole, "activations", references)
    for name in part.inputs:
        if name not in inputs:
            raise CallError(f"`{reference}` depends on `{name}`, which the model writes itself")
    model = rebuild(part, saved)
    batches = []
    for batch in batches_of({name: inputs[name] for name in part.inputs}):
        given = model(batch, training=False)
        values, *read = given if isinstance(given, list) else [given]
        batches.append(_without_padding(plain_numbers(values), known[reference], maker, read, batch))
    return np.concatenate(batches)


def _masking(plan: Plan, signal: Signal) -> LayerPlan | None:
    """Return the masking layer that says which timesteps are data; None where an input does, or nothing."""
    made_by = signal.mask.input if signal.mask else None
    return next((layer for layer in plan.layers if layer.name == made_by), None)


def _without_padding(
    values: Array, signal: Signal, maker: LayerPlan | None, read: list[Any], batch: Mapping[str, Array]
) -> Array:
    if signal.mask is None or signal.mask.input is None:
        return values
    if maker is None:
        live = live_timesteps(batch[signal.mask.input])
    else:
        live = np.any(np.array(read[0]) != maker.keras_arguments["mask_value"], axis=-1)
    if live.shape == values.shape[:2]:
        values[~live] = np.nan
    return values


def activation_table(values: Array, reference: str) -> pd.DataFrame:
    """Return activations as rows: one per sample, or one per timestep that is data.

    Args:
        values: of `activations_of`.
        reference: names the columns: `encoder_0`, `encoder_1`, …; before them `sample` and `timestep` for sequences.

    Raises:
        CallError: they have more dimensions than a table.
    """
    if values.ndim > 3:
        raise CallError(f"`{reference}` gives {values.ndim - 1} dimensions a sample: write them to an .npz file")
    names = [f"{reference}_{index}" for index in range(values.shape[-1])]
    if values.ndim == 2:
        return pd.DataFrame(values, columns=names)
    samples, timesteps = np.nonzero(~np.isnan(values).all(axis=-1))
    about = pd.DataFrame({"sample": samples, "timestep": timesteps})
    return pd.concat([about, pd.DataFrame(values[samples, timesteps], columns=names)], axis=1)
