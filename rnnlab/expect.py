"""The `expect` section: what must come out, checked as early as it can be known."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from rnnlab.sizes import UNITS
from rnnlab.spec import Spec, Tuple

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
_BOUND = re.compile(r"(<=|>=|==|<|>)\s*([0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)\s*(KiB|MiB|GiB)?")


def parse_bound(text: str) -> tuple[str, float]:
    """Return (operator, number in bytes where a unit is given) of `OP N [unit]`.

    Raises:
        ValueError: the text is not of that form.
    """
    match = _BOUND.fullmatch(text.strip())
    if not match:
        raise ValueError(f"not `OP N [unit]`: {text}")
    sign, number, unit = match.groups()
    return sign, float(number) * UNITS.get(unit or "", 1)


def _check(value: float | str | tuple[str, ...]) -> float | str | tuple[str, ...]:
    for bound in value if isinstance(value, tuple) else (value,):
        if isinstance(bound, str):
            try:
                parse_bound(bound)
            except ValueError:
                raise PydanticCustomError(
                    "bound",
                    'must be a number or `"OP N [unit]"` with < <= > >= == and KiB MiB GiB, found `{value}`',
                    {"value": bound},
                ) from None
    return value


Bound = Annotated[int | float | str | Annotated[tuple[str, ...], Tuple], AfterValidator(_check)]


def meets(value: float, bound: float | str | tuple[str, ...]) -> bool:
    """Return whether a value is what `bound` demands."""
    if isinstance(bound, tuple):
        return all(meets(value, each) for each in bound)
    if isinstance(bound, str):
        sign, number = parse_bound(bound)
        return OPERATORS[sign](value, number)
    return value == bound


def is_exact(bound: float | str | tuple[str, ...]) -> bool:
    """Return whether the bound is one exact value, which trials of a sweep need not have."""
    bounds = bound if isinstance(bound, tuple) else (bound,)
    return any(not isinstance(each, str) or parse_bound(each)[0] == "==" for each in bounds)


class Expect(Spec):
    """What must come out: a value, or `"OP N [unit]"`, or a list of them. A miss stops the check, or fails the run."""

    parameters: Bound | None = None
    """Parameters of the model."""
    trainable_parameters: Bound | None = None
    """Parameters that training changes."""
    memory: Bound | None = None
    """Bytes of weights, gradients, optimizer slots and activations at the batch size, as planned: `"< 2 GiB"`."""
    flops_per_sample: Bound | None = None
    """Floating-point operations of one forward pass of one sample, as planned."""
    beats: str | None = None
    """A baseline that the test score must beat (`majority`, `tfidf_logistic_regression`; `mean`, `tfidf_ridge`; for
    tags `most_frequent_tag`; for running texts `unigram`, `ngram_3`, `ngram_5`; for series `last_value`, `seasonal`,
    `linear`). A miss leaves the run FINISHED, tagged, with exit code 1."""
