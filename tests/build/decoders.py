"""Random encoder-decoders that can be decoded."""

from __future__ import annotations

import random

UNITS = 4
PLAIN = (
    "{layer: dropout, rate: 0.3}",
    "{layer: activation, activation: tanh}",
    "{layer: layer_normalization}",
    "{layer: batch_normalization}",
    f"{{layer: dense, units: {UNITS}, activation: relu}}",
    f"{{layer: time_distributed, inner: {{layer: dense, units: {UNITS}}}}}",
    f"{{layer: conv1d, filters: {UNITS}, kernel_size: 2, padding: causal}}",
)
CELLS = {
    "simple_rnn": "layer: simple_rnn, units: 4",
    "gru": "layer: gru, units: 4",
    "lstm": "layer: lstm, units: 4",
    "rnn": "layer: rnn, cells: [{cell: gru, units: 3}, {cell: lstm, units: 4}]",
}
STATE = {"simple_rnn": "state", "gru": "state", "lstm": "state_h", "rnn": "state_h_1"}


def random_decoder(seed: int) -> str:
    """Return the layers of an encoder-decoder; all that the encoder gives can be read by the decoder."""
    draw = random.Random(seed)
    kind = draw.choice(list(CELLS))
    layers = [
        "{layer: embedding, output_dim: 4, from: source, name: source_words}",
        f"{{{CELLS[kind]}, name: encoder, return_sequences: true}}",
        draw.choice(["{reuse: source_words, from: target", "{layer: embedding, output_dim: 4, from: target"])
        + ", name: target_words}",
    ]
    names = ["target_words"]
    for number in range(draw.randint(2, 5)):
        name = f"n{number}"
        layers.append(f"{_random_layer(draw, kind, names)[:-1]}, name: {name}}}")
        names.append(name)
    last = f"{{{CELLS[kind]}, name: decoder, return_sequences: true, from: {names[-1]}, initial_state: encoder}}"
    layers.append(last)
    unread = [name for name in names[:-1] if all(f"from: {name}}}" not in layer for layer in layers)]
    joined = f"{{layer: concatenate, from: [{', '.join(['decoder', names[0], *unread])}]}}"
    look = "{layer: attention, from: [decoder, encoder], name: look}"
    return ", ".join([*layers, look, joined.replace("decoder", "decoder, look"), HEAD])


HEAD = "{layer: dense, units: 7, activation: softmax, name: head}"


def _random_layer(draw: random.Random, kind: str, names: list[str]) -> str:
    """Return a layer of UNITS features that reads layers of the decoder's side."""
    before = draw.choice(names)
    match draw.randint(0, 6):
        case 0:
            other = draw.choice(list(CELLS))
            start = ", initial_state: encoder" if other == kind and draw.random() < 0.7 else ""
            return f"{{{CELLS[other]}, return_sequences: true, from: {before}{start}}}"
        case 1:
            attention = draw.choice(["attention", "additive_attention", "multi_head_attention"])
            heads = ", num_heads: 2, key_dim: 2" if attention == "multi_head_attention" else ""
            value = draw.choice(["encoder", "source_words"])
            return f"{{layer: {attention}{heads}, from: [{before}, {value}]}}"
        case 2:
            merge = draw.choice(["add", "multiply"])
            return f"{{layer: {merge}, from: [{before}, encoder.{STATE[kind]}]}}"
        case 3:
            return f"{{layer: add, from: [{before}, {draw.choice(names)}]}}"
        case 4:
            return f"{{reuse: encoder, from: {before}}}"
    return f"{draw.choice(PLAIN)[:-1]}, from: {before}}}"
