"""What the cases lay over the small experiment, so that their key matters."""

from __future__ import annotations

POOLED = (
    "model.layers=[{layer: embedding, output_dim: 4}, {layer: global_average_pooling1d}, "
    "{layer: dense, units: 1, activation: sigmoid, name: head}]"
)
"""A model that is quick to build."""
TAKEN = ("model.initial_weights={run: aaaaaa, layers: [rnn]}",)
NUMBER = (
    POOLED,
    "dataset.label=stars",
    "dataset.split={kind: random}",
    "task={kind: regression}",
    "model.layers.head.activation=linear",
)
MOODS = (
    POOLED,
    "dataset.label=mood",
    "dataset.labels=[sad, calm, glad]",
    "model.layers.head.units=3",
    "model.layers.head.activation=softmax",
)
WRITTEN = (
    "dataset={kind: text_pairs, path: tiny.csv, source: text, target: mood, split: {kind: random}}",
    "text={source: {vocabulary: 50}, target: {vocabulary: 7}}",
    "padding={source: {maxlen: 8}, target: {maxlen: 3}}",
    "model.layers=[{layer: embedding, from: source, output_dim: 4}, {layer: gru, units: 4, name: encoder}, "
    "{layer: embedding, from: target, output_dim: 4}, {layer: gru, units: 4, initial_state: encoder, name: rnn}, "
    "{layer: dense, units: 7, activation: softmax, name: head}]",
    "task={kind: sequence_to_sequence}",
)
"""A model that writes the mood of a sentence."""
ARRAYS = (
    "dataset={kind: arrays, path: series.npz, per: timestep, split: {kind: random}}",
    "text=null",
    "padding=null",
    "task={kind: regression}",
    "model.layers=[{layer: gru, units: 2, name: rnn}, {layer: dense, units: 1, name: head}]",
)
SAMPLES = ("text=null", "padding={maxlen: longest}", *ARRAYS[3:], "model.layers.rnn.return_sequences=null")
LENGTHS = ("dataset={kind: arrays, path: ragged.npz, lengths: l}", *SAMPLES)
OFFSETS = ("dataset={kind: arrays, path: ragged.npz, inputs: [flat], offsets: o}", *SAMPLES)
TS = ("dataset={kind: ts, path: one.ts, test: two.ts}", *SAMPLES)
LONG = ("dataset={kind: sequence_table, path: long.csv, values: [a], target: y}", *SAMPLES)
ADDING = ("dataset={kind: generated, name: adding-problem, samples: 20, timesteps: 8}", "text=null", "padding=null")
ADDING += SAMPLES[2:]
SUMS = ("dataset={kind: generated, name: digit-addition, samples: 20, digits: 1}", "text=null", "padding=null")
SUMS += ("text={unit: character, vocabulary: 7}", *WRITTEN[3:])
WINDOWS = (*ARRAYS, "training={batch_size: 20, epochs: 2, stateful: true, window: 4}")
REVIEWS = (
    "dataset={kind: imdb, path: reviews.npz, word_index: words.json, num_words: 40}",
    "text=null",
)
NEWSWIRES = (
    "dataset={kind: reuters, path: newswires.npz, num_words: 40}",
    "text=null",
    POOLED,
    "model.layers.head.units=46",
    "model.layers.head.activation=softmax",
)
NUMBERED = (
    "dataset={kind: ids, path: numbered.npz, num_words: 30, oov_char: 29}",
    "text=null",
)
"""Sequences of ids: `tests/conftest.py` writes them."""
TAGGED = (
    "dataset={kind: tagged, path: tagged.txt, split: {kind: random}}",
    "text={unit: token, vocabulary: 20}",
    "task={kind: tagging}",
    "model.layers=[{layer: embedding, output_dim: 4}, {layer: gru, units: 4, name: rnn}, "
    "{layer: dense, units: 2, activation: softmax, name: head}]",
)
GENERATED = (
    "dataset={kind: generated, name: tagged-sentences, samples: 40}",
    *TAGGED[1:],
    "model.layers.head.units=7",
)
RUNNING = (
    "dataset={kind: text_file, path: story.txt}",
    "text={unit: character, vocabulary: 30}",
    "padding=null",
    "task={kind: language_model, window: 8}",
    "model.layers=[{layer: embedding, output_dim: 4}, {layer: gru, units: 4, name: rnn}, "
    "{layer: dense, units: 30, activation: softmax, name: head}]",
)
SERIES = (
    "dataset={kind: series, path: weather.csv, target: [temp], frequency: 1h, lookback: 6, horizon: 3, season: 4, "
    "split: {kind: time, validation: 0.25, test: 0.25}}",
    "text=null",
    "padding=null",
    "task={kind: forecasting}",
    "model.layers=[{layer: gru, units: 4, name: rnn}, {layer: dense, units: 3, name: head}]",
)
FED_BACK = (*SERIES, "task.head=recursive", "model.layers.head.units=1")
QUANTILES = (*SERIES, "task.quantiles=[0.1, 0.5, 0.9]", "model.layers.head.units=9")
STATIONS = (*SERIES, "dataset.path=stations.csv", "dataset.id=station")
BEAM = "task.decode={kind: beam}"
STOPS = ("training.epochs=4", "training.early_stopping={monitor: val_loss, min_delta: 10}")
"""No epoch after the first improves by 10."""
LOWERS = ("training.epochs=5", "training.reduce_lr_on_plateau={patience: 1, min_delta: 10}")
SWEPT = ("sweep={objective: {metric: val_loss}, trials: 3, space: {model.layers.rnn.units: [4, 5]}}",)
ENGINE = (*SWEPT, "sweep.engine={devices: [0, 1]}")
RANGE = ("sweep={space: {model.layers.drop.rate: {low: 0.2, high: 0.8, step: 0.2}}}",)
LISTED = (
    "sweep={space: {model.layers.rnn.layer: [lstm, gru], model.layers.drop.rate: {choices: [0.2, 0.4, 0.6, 0.8]}}}",
)
CATALOG = ("dataset={kind: catalog, name: movie-snippets}",)
LABELLED = ("dataset.labels=[neg, pos]",)


def splits(kind: str, *more: str) -> tuple[str, ...]:
    """Return a split of the table."""
    return (f"dataset.split={{kind: {kind}{''.join(f', {each}' for each in more)}}}",)


FILES = splits("files", "validation: one.csv", "test: two.csv")
