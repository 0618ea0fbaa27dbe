"""The codes of leakage: answers among the questions, in the file (RL29x) and in the data (RL46x)."""

from __future__ import annotations

from rnnlab.source.code import Code

LEAKAGE_CODES: dict[str, Code] = {
    "RL290": Code(
        "The target is among the inputs",
        "The network would learn to copy what it reads, and be of no use where the answer is not known yet. Of series "
        "see RL241; where another column holds the same, RL461.",
    ),
    "RL291": Code(
        "Two splits have one file",
        "What the network was trained on cannot test it. Give each split a file of its own, or let one table be "
        "divided.",
    ),
    "RL460": Code(
        "The data are not clean, and the file is strict",
        "`dataset.strict` makes errors of warnings about the data: duplicates on both sides of a split (`duplicates`), "
        "a class that a split lacks (`missing_classes`), nearly as many classes as samples (`many_classes`), rows of "
        "the embedding that are never used (`vocabulary`), columns that never change (`constant_columns`), windows "
        "over the borders of a split (`overlapping_windows`), texts to be written that are cut or have unknown units "
        "(`cut_targets`, `unknown_targets`). `rnnlab data show` shows all of them, each with what to do.",
    ),
    "RL461": Code(
        "The target was found among the inputs",
        "A feature holds the target at every timestep, in its own or in other units, or names its class, or each text "
        "is its label. A network learns to copy it, and knows nothing once the target is not known.",
    ),
    "RL462": Code(
        "A group stands on both sides of a split",
        "`split.group` says that samples of one speaker, document or patient belong together; of files, each must hold "
        "groups of its own. `split: {kind: group, column: …}` divides one table so.",
    ),
    "RL463": Code(
        "Overlapping windows are drawn at random",
        "The samples of the file were cut out of a series, each beginning with what the one before goes on to. Drawn "
        "at random, nearly every test window has a neighbour in train that holds most of it. `split: {kind: tail}` "
        "keeps their order; `kind: series` cuts windows itself and leaves out those that reach over a border.",
    ),
    "RL464": Code(
        "Two splits have the same file",
        "Their files are the same byte for byte. What the network was trained on cannot test it.",
    ),
}
