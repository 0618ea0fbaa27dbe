"""For every key of the sections around the model: where it matters, another value, and what that must change.

A new key is one line here: (spec, key): Case(effect, flip, context).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Effect = Literal["data", "words", "training", "record", "verdict", "plan", "machine", "study", "writing"]


@dataclass(frozen=True)
class Case:
    """One key, on the small experiment of `tests/conftest.py`.

    Attributes:
        effect: `data`: the fingerprint and the prepared arrays; `words`: what is shown and answered of
            sequences of ids; `training`: curves, steps or weights; `record`: the
            params, tags and place of a run; `verdict`: what `check` says; `plan`: the planned model; `machine`: how
            TensorFlow is set up; `study`: what Optuna draws and stops; `writing`: the texts that a model writes.
        flip: `PATH=VALUE` of the other value.
        context: `PATH=VALUE` laid over the file before.
    """

    effect: Effect
    flip: str
    context: tuple[str, ...] = ()


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
RANGE = ("sweep={space: {model.layers.drop.rate: {low: 0.2, high: 0.8, step: 0.2}}}",)
CATALOG = ("dataset={kind: catalog, name: movie-snippets}",)
LABELLED = ("dataset.labels=[neg, pos]",)


def _splits(kind: str, *more: str) -> tuple[str, ...]:
    return (f"dataset.split={{kind: {kind}{''.join(f', {each}' for each in more)}}}",)


FILES = _splits("files", "validation: one.csv", "test: two.csv")


def _fractions(spec: str, context: tuple[str, ...]) -> dict[tuple[str, str], Case]:
    return {
        (spec, "validation"): Case("data", "dataset.split.validation=0.2", context),
        (spec, "test"): Case("data", "dataset.split.test=0.3", context),
    }


CASES: dict[tuple[str, str], Case] = {
    ("Experiment", "rnnlab"): Case("verdict", "rnnlab=2"),
    ("Experiment", "name"): Case("record", "name=other"),
    ("Experiment", "description"): Case("record", "description=Why?"),
    ("Experiment", "tags"): Case("record", "tags={team: blue}"),
    ("Experiment", "seed"): Case("training", "seed=8", (POOLED,)),
    ("Experiment", "seeds"): Case("record", "seeds=2"),
    ("CatalogDataset", "name"): Case("verdict", "dataset.name=other", CATALOG),
    ("CatalogDataset", "target"): Case("plan", "dataset.target=score", CATALOG),
    **_fractions("RandomSplit", _splits("random")),
    ("RandomSplit", "seed"): Case("data", "dataset.split.seed=1", _splits("random")),
    **_fractions("StratifiedSplit", _splits("stratified")),
    ("StratifiedSplit", "seed"): Case("data", "dataset.split.seed=1", _splits("stratified")),
    **_fractions("GroupSplit", _splits("group", "column: stars")),
    ("GroupSplit", "column"): Case("data", "dataset.split.column=text", _splits("group", "column: stars")),
    ("GroupSplit", "seed"): Case("data", "dataset.split.seed=1", _splits("group", "column: stars")),
    **_fractions("TailSplit", _splits("tail")),
    ("FilesSplit", "validation"): Case("data", "dataset.split.validation=three.csv", FILES),
    ("FilesSplit", "test"): Case("data", "dataset.split.test=three.csv", FILES),
    ("TextTableDataset", "path"): Case("data", "dataset.path=one.csv"),
    ("TextTableDataset", "text"): Case("data", "dataset.text=mood"),
    ("TextTableDataset", "label"): Case("data", "dataset.label=mood"),
    ("TextTableDataset", "labels"): Case("data", "dataset.labels=[pos, neg]"),
    ("Text", "unit"): Case("data", "text.unit=character"),
    ("Text", "vocabulary"): Case("data", "text.vocabulary=9"),
    ("Text", "lowercase"): Case("data", "text.lowercase=false", ("dataset.path=cased.csv",)),
    ("Padding", "maxlen"): Case("data", "padding.maxlen=5"),
    ("Padding", "padding"): Case("data", "padding.padding=pre"),
    ("Padding", "truncating"): Case("data", "padding.truncating=post", ("padding.maxlen=3",)),
    ("Padding", "mask"): Case("data", "padding.mask=false"),
    ("Classification", "loss"): Case(
        "training",
        "task.loss={kind: binary_crossentropy, label_smoothing: 0.2}",
        (POOLED, "task={kind: classification}"),
    ),
    ("Classification", "metrics"): Case("training", "task.metrics=[auc]", (POOLED, "task={kind: classification}")),
    ("BinaryCrossentropy", "label_smoothing"): Case(
        "training",
        "task.loss.label_smoothing=0.1",
        (POOLED, "task={kind: classification, loss: {kind: binary_crossentropy}}"),
    ),
    ("BinaryCrossentropy", "from_logits"): Case(
        "verdict",
        "task.loss.from_logits=true",
        (*LABELLED, "task={kind: classification, loss: {kind: binary_crossentropy}}"),
    ),
    ("CategoricalCrossentropy", "label_smoothing"): Case(
        "training",
        "task.loss.label_smoothing=0.1",
        (*MOODS, "task={kind: classification, loss: {kind: categorical_crossentropy}}"),
    ),
    ("CategoricalCrossentropy", "from_logits"): Case(
        "verdict",
        "task.loss.from_logits=true",
        (*MOODS, "task={kind: classification, loss: {kind: categorical_crossentropy}}"),
    ),
    ("SparseCategoricalCrossentropy", "from_logits"): Case(
        "verdict",
        "task.loss.from_logits=true",
        (*MOODS, "task={kind: classification, loss: {kind: sparse_categorical_crossentropy}}"),
    ),
    ("Huber", "delta"): Case("training", "task.loss.delta=0.1", (*NUMBER, "task.loss={kind: huber}")),
    ("SequenceToSequence", "loss"): Case(
        "training", "task.loss={kind: categorical_crossentropy, label_smoothing: 0.2}", WRITTEN
    ),
    ("SequenceToSequence", "metrics"): Case("training", "task.metrics=[top_5_accuracy]", WRITTEN),
    ("TaggedDataset", "path"): Case("data", "dataset.path=other.txt", TAGGED),
    ("TaggedDataset", "labels"): Case("data", "dataset.labels=[O, N]", TAGGED),
    ("ConllFormat", "token"): Case("data", "dataset.format={kind: conll, token: 2}", TAGGED),
    ("ConllFormat", "tag"): Case("data", "dataset.format={kind: conll, tag: 2}", TAGGED),
    ("ConllFormat", "comment"): Case("data", 'dataset.format={kind: conll, comment: "#"}', TAGGED),
    ("WordTagFormat", "separator"): Case(
        "data",
        "dataset.format={kind: word_tag, separator: _}",
        (*TAGGED, "dataset.path=slashes.txt", "dataset.format=word_tag"),
    ),
    ("GeneratedDataset", "samples"): Case("data", "dataset.samples=50", GENERATED),
    ("GeneratedDataset", "seed"): Case("data", "dataset.seed=1", GENERATED),
    ("Tagging", "loss"): Case("plan", "task.loss=categorical_crossentropy", GENERATED),
    ("Tagging", "metrics"): Case("plan", "task.metrics=[top_5_accuracy]", GENERATED),
    ("TextFileDataset", "path"): Case("data", "dataset.path=tiny.csv", RUNNING),
    ("LanguageModel", "window"): Case("data", "task.window=5", RUNNING),
    ("LanguageModel", "loss"): Case("plan", "task.loss=categorical_crossentropy", RUNNING),
    ("LanguageModel", "metrics"): Case("plan", "task.metrics=[top_5_accuracy]", RUNNING),
    ("SeriesDataset", "path"): Case("data", "dataset.path=warmer.csv", SERIES),
    ("SeriesDataset", "source"): Case("verdict", "dataset.source=other", SERIES),
    ("SeriesDataset", "time"): Case("data", "dataset.time=later", (*SERIES, "dataset.calendar=[day_of_week]")),
    ("SeriesDataset", "id"): Case("data", "dataset.id=sensor", (*SERIES, "dataset.scaler=none")),
    ("SeriesDataset", "target"): Case("data", "dataset.target=[wind]", SERIES),
    ("SeriesDataset", "past"): Case("data", "dataset.past=[wind]", SERIES),
    ("SeriesDataset", "future"): Case("data", "dataset.future=[holiday]", FED_BACK),
    ("SeriesDataset", "calendar"): Case("data", "dataset.calendar=[hour]", SERIES),
    ("SeriesDataset", "frequency"): Case("data", "dataset.frequency=30min", (*SERIES, "dataset.gaps=fill")),
    ("SeriesDataset", "gaps"): Case("data", "dataset.gaps=mask", SERIES),
    ("SeriesDataset", "lookback"): Case("data", "dataset.lookback=5", SERIES),
    ("SeriesDataset", "horizon"): Case("data", "dataset.horizon=2", FED_BACK),
    ("SeriesDataset", "stride"): Case("data", "dataset.stride=2", SERIES),
    ("SeriesDataset", "season"): Case("data", "dataset.season=5", SERIES),
    **{
        (spec, "per"): Case("data", "dataset.scaler.per=all", (*STATIONS, f"dataset.scaler={{kind: {kind}}}"))
        for spec, kind in {"StandardScaler": "standard", "MinMaxScaler": "minmax", "RobustScaler": "robust"}.items()
    },
    **_fractions("TimeSplit", SERIES),
    ("TimeSplit", "end"): Case("data", "dataset.split.end=0.9", SERIES),
    ("TimeSplit", "folds"): Case("record", "dataset.split.folds=2", SERIES),  # see tests/run/test_replicates.py, too
    ("Forecasting", "loss"): Case("plan", "task.loss=mean_absolute_error", SERIES),
    ("Forecasting", "metrics"): Case("plan", "task.metrics=[root_mean_squared_error]", SERIES),
    ("Forecasting", "quantiles"): Case("plan", "task.quantiles=[0.2, 0.5, 0.8]", QUANTILES),
    ("Forecasting", "head"): Case("verdict", "task.head=recursive", SERIES),  # one timestep needs one unit
    ("Greedy", "limit"): Case("writing", "task.decode={kind: greedy, limit: 1}", WRITTEN),
    ("Beam", "width"): Case(
        "writing", "task.decode={kind: beam, width: 5}", (*WRITTEN, "task.decode={kind: beam, width: 2}")
    ),
    ("Beam", "length_penalty"): Case("writing", "task.decode={kind: beam, length_penalty: 8.0}", (*WRITTEN, BEAM)),
    ("Beam", "limit"): Case("writing", "task.decode={kind: beam, limit: 1}", (*WRITTEN, BEAM)),
    ("TextPairsDataset", "path"): Case("data", "dataset.path=one.csv", WRITTEN),
    ("TextPairsDataset", "source"): Case("data", "dataset.source=label", WRITTEN),
    ("TextPairsDataset", "target"): Case("data", "dataset.target=label", WRITTEN),
    **{
        (spec, key): Case("data", f"dataset.{key}={value}", context)
        for spec, context, path in (
            ("ImdbDataset", REVIEWS, "others.npz"),
            ("ReutersDataset", NEWSWIRES, "others.npz"),
        )
        for key, value in {
            "path": path,
            "num_words": "30",
            "skip_top": "5",
            "start_char": "null",
            "oov_char": "null",
            "index_from": "1",
            "seed": "7",
        }.items()
    },
    ("ImdbDataset", "word_index"): Case("words", "dataset.word_index=other_words.json", REVIEWS),
    ("ReutersDataset", "word_index"): Case("words", "dataset.word_index=words.json", NEWSWIRES),
    ("ReutersDataset", "test_split"): Case("data", "dataset.test_split=0.4", NEWSWIRES),
    ("IdsDataset", "path"): Case("data", "dataset.path=numbered_too.npz", NUMBERED),
    ("IdsDataset", "ids"): Case("data", "dataset.ids=other", NUMBERED),
    ("IdsDataset", "target"): Case("data", "dataset.target=mood", NUMBERED),
    ("IdsDataset", "num_words"): Case("data", "dataset.num_words=35", NUMBERED),
    ("IdsDataset", "oov_char"): Case("data", "dataset.oov_char=28", NUMBERED),
    ("IdsDataset", "word_index"): Case("words", "dataset.word_index=words.json", NUMBERED),
    ("IdsDataset", "labels"): Case("verdict", "dataset.labels=[low, middle, high]", NUMBERED),
    ("Text", "min_frequency"): Case("data", "text.min_frequency=40"),
    ("Text", "vocabulary_file"): Case("data", "text.vocabulary_file=units.txt"),
    ("ArraysDataset", "path"): Case("data", "dataset.path=other.npz", ARRAYS),
    ("ArraysDataset", "inputs"): Case("data", "dataset.inputs=[z]", ARRAYS),
    ("ArraysDataset", "target"): Case("data", "dataset.target=w", ARRAYS),
    ("ArraysDataset", "per"): Case("verdict", "dataset.per=sample", ARRAYS),
    ("ArraysDataset", "labels"): Case("verdict", "dataset.labels=[low, high]", ARRAYS),
    ("ArraysDataset", "lengths"): Case("data", "dataset.lengths=m", LENGTHS),
    ("ArraysDataset", "offsets"): Case("data", "dataset.offsets=p", OFFSETS),
    ("ArraysDataset", "scaler"): Case("data", "dataset.scaler=minmax", LENGTHS),
    ("CatalogDataset", "scaler"): Case("verdict", "dataset.scaler=minmax", CATALOG),
    ("TsDataset", "path"): Case("data", "dataset.path=two.ts", TS),
    ("TsDataset", "test"): Case("data", "dataset.test=one.ts", TS),
    ("TsDataset", "scaler"): Case("data", "dataset.scaler=none", TS),
    ("SequenceTableDataset", "path"): Case("data", "dataset.path=longer.csv", LONG),
    ("SequenceTableDataset", "id"): Case("data", "dataset.id=other", LONG),
    ("SequenceTableDataset", "time"): Case("data", "dataset.time=back", LONG),
    ("SequenceTableDataset", "values"): Case("data", "dataset.values=[b]", LONG),
    ("SequenceTableDataset", "target"): Case("data", "dataset.target=z", LONG),
    ("SequenceTableDataset", "labels"): Case("verdict", "dataset.labels=[low, high]", LONG),
    ("SequenceTableDataset", "scaler"): Case("data", "dataset.scaler=robust", LONG),
    ("GeneratedDataset", "name"): Case("verdict", "dataset.name=copy-memory", ADDING),
    ("GeneratedDataset", "timesteps"): Case("data", "dataset.timesteps=9", ADDING),
    ("GeneratedDataset", "digits"): Case("data", "dataset.digits=2", SUMS),
    ("Training", "stateful"): Case(
        "training", "training={batch_size: 20, stateful: true, window: 4}", (*ARRAYS, "training={batch_size: 20}")
    ),
    ("Training", "window"): Case("training", "training.window=5", WINDOWS),
    ("Training", "reset"): Case("training", "training.reset=epoch", (*WINDOWS, "training.shuffle=false")),
    ("Training", "remainder"): Case("training", "training.remainder=drop", WINDOWS),
    ("Runtime", "dtype"): Case("plan", "runtime.dtype=float64"),
    ("Regression", "loss"): Case("training", "task.loss=mean_absolute_error", NUMBER),
    ("Regression", "metrics"): Case("training", "task.metrics=[r2_score]", NUMBER),
    ("Training", "batch_size"): Case("training", "training.batch_size=40", (POOLED,)),
    ("Training", "epochs"): Case("training", "training.epochs=3", (POOLED,)),
    ("Training", "shuffle"): Case("training", "training.shuffle=false", (POOLED,)),
    ("Training", "class_weight"): Case("training", "training.class_weight=balanced", (POOLED,)),
    ("Training", "max_seconds"): Case("training", "training.max_seconds=1.0e-6", (POOLED,)),
    ("EarlyStopping", "monitor"): Case(
        "training",
        "training.early_stopping.monitor=accuracy",
        (POOLED, "training.epochs=4", "training.early_stopping={monitor: loss}", "optimizer.learning_rate=0.0001"),
    ),
    ("EarlyStopping", "patience"): Case("training", "training.early_stopping.patience=2", (POOLED, *STOPS)),
    ("EarlyStopping", "min_delta"): Case(
        "training",
        "training.early_stopping.min_delta=10.0",
        (POOLED, "training.epochs=3", "training.early_stopping={monitor: loss}"),
    ),
    ("EarlyStopping", "start_from_epoch"): Case(
        "training", "training.early_stopping.start_from_epoch=2", (POOLED, *STOPS)
    ),
    ("EarlyStopping", "restore_best_weights"): Case(
        "training", "training.early_stopping.restore_best_weights=false", (POOLED, *STOPS)
    ),
    ("ReduceLROnPlateau", "monitor"): Case(
        "training",
        "training.reduce_lr_on_plateau.monitor=accuracy",
        (
            POOLED,
            "training.epochs=4",
            "training.reduce_lr_on_plateau={monitor: loss, patience: 1, min_delta: 0.0}",
            "optimizer.learning_rate=0.0001",
        ),
    ),
    ("ReduceLROnPlateau", "factor"): Case("training", "training.reduce_lr_on_plateau.factor=0.5", (POOLED, *LOWERS)),
    ("ReduceLROnPlateau", "patience"): Case("training", "training.reduce_lr_on_plateau.patience=2", (POOLED, *LOWERS)),
    ("ReduceLROnPlateau", "min_delta"): Case(
        "training",
        "training.reduce_lr_on_plateau.min_delta=10.0",
        (POOLED, "training.epochs=4", "training.reduce_lr_on_plateau={monitor: loss, patience: 1, min_delta: 0.0}"),
    ),
    ("ReduceLROnPlateau", "cooldown"): Case("training", "training.reduce_lr_on_plateau.cooldown=2", (POOLED, *LOWERS)),
    ("ReduceLROnPlateau", "min_lr"): Case("training", "training.reduce_lr_on_plateau.min_lr=0.005", (POOLED, *LOWERS)),
    ("Runtime", "threads"): Case("machine", "runtime.threads=2"),
    ("Runtime", "kernel"): Case("plan", "runtime.kernel=xla"),
    ("Runtime", "deterministic"): Case("machine", "runtime.deterministic=true"),
    ("Runtime", "devices"): Case("machine", "runtime.devices=gpu"),
    ("Expect", "parameters"): Case("verdict", "expect.parameters=1"),
    ("Expect", "trainable_parameters"): Case("verdict", "expect.trainable_parameters=1"),
    ("Expect", "memory"): Case("verdict", 'expect.memory="< 1 KiB"'),
    ("Expect", "flops_per_sample"): Case("verdict", "expect.flops_per_sample=1"),
    ("Expect", "beats"): Case("verdict", "expect.beats=nothing"),
    ("Tracking", "uri"): Case("record", "tracking.uri=elsewhere"),
    ("InitialWeights", "run"): Case("record", "model.initial_weights.run=bbbbbb", TAKEN),  # see tests/run, too
    ("InitialWeights", "layers"): Case("record", "model.initial_weights.layers=[head]", TAKEN),
    ("Sweep", "trials"): Case("record", "sweep.trials=4", SWEPT),
    ("Objective", "metric"): Case("record", "sweep.objective.metric=val_accuracy", SWEPT),
    ("Objective", "direction"): Case("verdict", "sweep.objective.direction=maximize", SWEPT),
    ("TPESampler", "seed"): Case("study", "sweep.sampler.seed=1", (*SWEPT, "sweep.sampler={kind: tpe}")),
    ("TPESampler", "n_startup_trials"): Case(
        "study", "sweep.sampler.n_startup_trials=1", (*RANGE, "sweep.sampler={kind: tpe}")
    ),
    ("RandomSampler", "seed"): Case("study", "sweep.sampler.seed=1", (*SWEPT, "sweep.sampler={kind: random}")),
    ("GridSampler", "seed"): Case("study", "sweep.sampler.seed=1", (*RANGE, "sweep.sampler={kind: grid}")),
    ("MedianPruner", "n_startup_trials"): Case(
        "study", "sweep.pruner.n_startup_trials=1", (*SWEPT, "sweep.pruner={kind: median}")
    ),
    ("MedianPruner", "n_warmup_steps"): Case(
        "study", "sweep.pruner.n_warmup_steps=4", (*SWEPT, "sweep.pruner={kind: median, n_startup_trials: 1}")
    ),
    ("SuccessiveHalvingPruner", "min_resource"): Case(
        "study", "sweep.pruner.min_resource=3", (*SWEPT, "sweep.pruner={kind: successive_halving}")
    ),
    ("SuccessiveHalvingPruner", "reduction_factor"): Case(
        "study", "sweep.pruner.reduction_factor=2", (*SWEPT, "sweep.pruner={kind: successive_halving}")
    ),
    ("Budget", "parameters"): Case("verdict", "sweep.budget={parameters: 1}", SWEPT),
    ("Budget", "memory"): Case("verdict", "sweep.budget={memory: 1}", SWEPT),
    **{
        ("Range", key): Case("study", f"sweep.space={{model.layers.drop.rate: {{{flip}}}}}", RANGE)
        for key, flip in {
            "low": "low: 0.0, high: 0.8, step: 0.2",
            "high": "low: 0.2, high: 0.6, step: 0.2",
            "step": "low: 0.2, high: 0.8, step: 0.1",
            "log": "low: 0.2, high: 0.8, log: true",
        }.items()
    },
}
