"""Architectures in which the keys of `model` and its inputs, and of penalties, matter: (before, after)."""

from __future__ import annotations


def _file(inputs: str, layers: str = "{layer: lstm, units: 2, name: rnn}", more: str = "") -> str:
    return f"rnnlab: 1\nname: effects\nmodel: {{inputs: {{x: {{{inputs}}}}}, layers: [{layers}]{more}}}\n"


WORDS = "{layer: embedding, output_dim: 2}"
PENALTY = "{layer: lstm, units: 2, kernel_regularizer: {KEYS}}"
ARCHITECTURES = {
    ("Model", "outputs"): (_file("features: 2"), _file("features: 2", more=", outputs: [rnn.state_c]")),
    ("Input", "timesteps"): (_file("features: 2"), _file("features: 2, timesteps: 4")),
    ("Input", "features"): (_file("features: 2"), _file("features: 3")),
    ("Input", "vocabulary"): (_file("vocabulary: 5", WORDS), _file("vocabulary: 6", WORDS)),
    ("Regularizer", "l1"): (
        _file("features: 2", PENALTY.replace("KEYS", "l2: 0.5")),
        _file("features: 2", PENALTY.replace("KEYS", "l1: 0.5, l2: 0.5")),
    ),
    ("Regularizer", "l2"): (
        _file("features: 2", PENALTY.replace("KEYS", "l1: 0.5")),
        _file("features: 2", PENALTY.replace("KEYS", "l1: 0.5, l2: 0.5")),
    ),
}
