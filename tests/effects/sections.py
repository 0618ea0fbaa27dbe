"""For every key of the sections around the model: where it matters, another value, and what that must change.

A new key is one line here: (spec, key): Case(effect, flip, context).
"""

from __future__ import annotations

from .case import Case
from .contexts import (
    ADDING,
    ARRAYS,
    BEAM,
    CATALOG,
    FED_BACK,
    FILES,
    GENERATED,
    LABELLED,
    LENGTHS,
    LONG,
    LOWERS,
    MOODS,
    NEWSWIRES,
    NUMBER,
    NUMBERED,
    OFFSETS,
    POOLED,
    QUANTILES,
    REVIEWS,
    RUNNING,
    SERIES,
    STATIONS,
    STOPS,
    SUMS,
    TAGGED,
    TAKEN,
    TS,
    WINDOWS,
    WRITTEN,
    splits,
)
from .sweeps import CASES as SWEEPS


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
    **_fractions("RandomSplit", splits("random")),
    ("RandomSplit", "seed"): Case("data", "dataset.split.seed=1", splits("random")),
    **_fractions("StratifiedSplit", splits("stratified")),
    ("StratifiedSplit", "seed"): Case("data", "dataset.split.seed=1", splits("stratified")),
    **_fractions("GroupSplit", splits("group", "column: stars")),
    ("GroupSplit", "column"): Case("data", "dataset.split.column=text", splits("group", "column: stars")),
    ("GroupSplit", "seed"): Case("data", "dataset.split.seed=1", splits("group", "column: stars")),
    **_fractions("TailSplit", splits("tail")),
    ("FilesSplit", "validation"): Case("data", "dataset.split.validation=three.csv", FILES),
    ("FilesSplit", "test"): Case("data", "dataset.split.test=three.csv", FILES),
    ("FilesSplit", "group"): Case("record", "dataset.split.group=stars", FILES),  # see tests/data/test_leakage.py, too
    **{
        (spec, "strict"): Case("record", "dataset.strict=true", context)  # see tests/data/test_strict.py, too
        for spec, context in {
            "TextTableDataset": (),
            "CatalogDataset": CATALOG,
            "TextPairsDataset": WRITTEN,
            "TextFileDataset": RUNNING,
            "ArraysDataset": ARRAYS,
            "TaggedDataset": TAGGED,
            "GeneratedDataset": GENERATED,
            "SeriesDataset": SERIES,
            "IdsDataset": NUMBERED,
            "ImdbDataset": REVIEWS,
            "ReutersDataset": NEWSWIRES,
            "TsDataset": TS,
            "SequenceTableDataset": LONG,
        }.items()
    },
    ("TextTableDataset", "path"): Case("data", "dataset.path=one.csv"),
    ("TextTableDataset", "text"): Case("data", "dataset.text=mood"),
    ("TextTableDataset", "label"): Case("data", "dataset.label=mood"),
    ("TextTableDataset", "labels"): Case("data", "dataset.labels=[pos, neg]"),
    ("TextTableDataset", "missing"): Case("refusal", "dataset.missing=drop", ("dataset.path=holes.csv",)),
    ("Text", "unit"): Case("data", "text.unit=character"),
    ("Text", "vocabulary"): Case("data", "text.vocabulary=9"),
    ("Text", "lowercase"): Case("data", "text.lowercase=false", ("dataset.path=cased.csv",)),
    ("Padding", "maxlen"): Case("data", "padding.maxlen=5"),
    ("Padding", "padding"): Case("data", "padding.padding=pre"),
    ("Padding", "truncating"): Case("data", "padding.truncating=post", ("padding.maxlen=3",)),
    ("Padding", "mask"): Case("data", "padding.mask=false"),
    ("Padding", "bucket"): Case("training", "padding.bucket=true"),
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
    ("ConlluFormat", "tag"): Case(
        "data",
        "dataset.format={kind: conllu, tag: xpos}",
        (*TAGGED, "dataset.path=universal.txt", "dataset.format=conllu"),
    ),
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
    ("SeriesDataset", "time_format"): Case(
        "data",
        'dataset.time_format="%H %m"',
        (
            *SERIES,
            "dataset.path=short.csv",
            'dataset.time_format="%H %d"',
            "dataset.lookback=2",
            "dataset.calendar=[day_of_week]",
        ),
    ),
    ("SeriesDataset", "duplicates"): Case(
        "data", "dataset.duplicates=last", (*SERIES, "dataset.path=twice.csv", "dataset.duplicates=first")
    ),
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
    ("TsDataset", "path"): Case("data", "dataset.path=three.ts", TS),
    ("TsDataset", "test"): Case("data", "dataset.test=three.ts", TS),
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
    ("Checkpoint", "every"): Case("checkpoints", 'training.checkpoint.every="2 steps"', (POOLED,)),
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
    **SWEEPS,
}
