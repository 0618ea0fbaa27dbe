"""Rules across sections that need no shapes: one function each.

Rules that need shapes (the head, stacked layers) stand in `rnnlab.plan`.
"""

from rnnlab.experiment.rules import (  # noqa: F401  their rules are added to RULES
    buckets,
    data,
    leakage,
    model,
    precision,
    record,
    sequences,
    series,
    weights,
)
from rnnlab.experiment.rules.rule import RULES as RULES
from rnnlab.experiment.rules.training import quantities as quantities
