"""The same as `sections`, for every key of a sweep."""

from __future__ import annotations

from .case import Case
from .contexts import CLUSTER, ENGINE, LISTED, RANGE, SWEPT

CASES: dict[tuple[str, str], Case] = {
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
    ("PercentilePruner", "percentile"): Case(
        "study", "sweep.pruner.percentile=80.0", (*SWEPT, "sweep.pruner={kind: percentile, n_startup_trials: 1}")
    ),
    ("PercentilePruner", "n_startup_trials"): Case(
        "study", "sweep.pruner.n_startup_trials=1", (*SWEPT, "sweep.pruner={kind: percentile}")
    ),
    ("PercentilePruner", "n_warmup_steps"): Case(
        "study", "sweep.pruner.n_warmup_steps=4", (*SWEPT, "sweep.pruner={kind: percentile, n_startup_trials: 1}")
    ),
    ("HyperbandPruner", "min_resource"): Case(
        "study", "sweep.pruner.min_resource=5", (*SWEPT, "sweep.pruner={kind: hyperband, reduction_factor: 2}")
    ),
    ("HyperbandPruner", "reduction_factor"): Case(
        "study", "sweep.pruner.reduction_factor=2", (*SWEPT, "sweep.pruner={kind: hyperband}")
    ),
    ("WilcoxonPruner", "p_threshold"): Case(
        "study", "sweep.pruner.p_threshold=0.5", (*SWEPT, "seeds=5", "sweep.pruner={kind: wilcoxon, p_threshold: 0.05}")
    ),
    ("WilcoxonPruner", "n_startup_steps"): Case(
        "study",
        "sweep.pruner.n_startup_steps=5",
        (*SWEPT, "seeds=5", "sweep.pruner={kind: wilcoxon, p_threshold: 0.3}"),
    ),
    ("Sweep", "objectives"): Case(
        "record",
        "sweep.objectives=[{metric: val_loss}, {metric: parameters}]",
        ("sweep={space: {model.layers.rnn.units: [4, 5]}}",),
    ),
    ("Confirm", "top"): Case("record", "sweep.confirm.top=2", (*SWEPT, "sweep.confirm={top: 1}")),
    ("Confirm", "seeds"): Case("record", "sweep.confirm.seeds=3", (*SWEPT, "sweep.confirm={top: 1}")),
    ("Sweep", "max_failures"): Case("record", "sweep.max_failures=3", SWEPT),
    ("LocalEngine", "workers"): Case("workers", "sweep.engine.workers=7", ENGINE),
    ("LocalEngine", "recycle"): Case("workers", "sweep.engine.recycle=7", ENGINE),
    ("LocalEngine", "memory_growth"): Case("workers", "sweep.engine.memory_growth=1 GiB", ENGINE),
    ("LocalEngine", "timeout"): Case("workers", "sweep.engine.timeout=10 minutes", ENGINE),
    ("LocalEngine", "devices"): Case("workers", "sweep.engine.devices=[3]", ENGINE),
    ("RayEngine", "address"): Case("workers", "sweep.engine.address=head", CLUSTER),
    ("RayEngine", "workers"): Case("workers", "sweep.engine.workers=7", CLUSTER),
    ("RayEngine", "recycle"): Case("workers", "sweep.engine.recycle=7", CLUSTER),
    ("RayEngine", "memory_growth"): Case("workers", "sweep.engine.memory_growth=1 GiB", CLUSTER),
    ("RayEngine", "timeout"): Case("workers", "sweep.engine.timeout=10 minutes", CLUSTER),
    ("RayPerTrial", "cpus"): Case("workers", "sweep.engine.per_trial={cpus: 4}", CLUSTER),
    ("RayPerTrial", "gpus"): Case("workers", "sweep.engine.per_trial={gpus: 0.5}", CLUSTER),
    ("PerTrial", "gpus"): Case("workers", "sweep.engine.per_trial={gpus: 0.5}", ENGINE),
    ("Budget", "parameters"): Case("verdict", "sweep.budget={parameters: 1}", SWEPT),
    ("Budget", "memory"): Case("verdict", "sweep.budget={memory: 1}", SWEPT),
    ("Sweep", "constraints"): Case("verdict", "sweep.constraints=[parameters < 1]", SWEPT),
    ("Choices", "choices"): Case("study", "sweep.space={model.layers.drop.rate: {choices: [0.2, 0.3]}}", LISTED),
    **{
        (kind, "when"): Case(
            "study",
            "sweep.space={model.layers.rnn.layer: [lstm, gru], "
            f"model.layers.drop.rate: {{{values}, when: {{model.layers.rnn.layer: gru}}}}}}",
            LISTED,
        )
        for kind, values in {"Choices": "choices: [0.2, 0.4]", "Range": "low: 0.2, high: 0.8"}.items()
    },
    **{
        (kind, "tie"): Case(
            "verdict", f"sweep.space={{model.layers.drop.rate: {{{values}, tie: model.layers.rnn.dropout}}}}", LISTED
        )
        for kind, values in {"Choices": "choices: [0.2, 0.4]", "Range": "low: 0.2, high: 0.8"}.items()
    },
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
