"""The codes RL32x: places of a sweep's space that depend on each other."""

from __future__ import annotations

from rnnlab.source.code import Code

SPACE_CODES: dict[str, Code] = {
    "RL320": Code(
        "Two dimensions set one place",
        "A path of the space, or one that is tied to it, names a place that another sets, or lies within it.",
    ),
    "RL321": Code(
        "A condition that says nothing",
        "`when` names another place of the space and some of the values that it may have, not all of them. Conditions "
        "on places with conditions of their own are fine, circles are not.",
    ),
    "RL322": Code(
        "The file has different values where the space ties them",
        "Tied places take one value. Trial 0 is the file as written, so it must have one there, too.",
    ),
    "RL323": Code(
        "A constraint cannot be read",
        "A constraint is one comparison (< <= > >= == !=) of numbers, paths that hold numbers, `parameters`, "
        "`trainable_parameters`, `memory` and `flops_per_sample`, with + - * / and brackets; numbers may have KiB, MiB "
        "or GiB behind them.",
    ),
    "RL324": Code(
        "A constraint does not hold",
        "Constraints refuse trials by their plan, before TensorFlow; the file itself must keep them. One that names a "
        "key which a trial lacks, or a number that is unknown until the data are prepared, refuses nothing.",
    ),
    "RL330": Code(
        "The pruner has nothing to go by",
        "`wilcoxon` compares the replicates of a trial with those of the best one, so the file needs `seeds`. Trials "
        "of several objectives are never pruned: a trial may be behind in one and ahead in another.",
    ),
    "RL331": Code(
        "The objectives do not go together",
        "A sweep has one `objective`, or a list of different `objectives`; the best of a list is no single trial that "
        "could be confirmed.",
    ),
}
