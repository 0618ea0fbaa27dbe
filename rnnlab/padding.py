"""The `padding` section: how sequences of different lengths become one array."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from rnnlab.spec import Spec

Side = Literal["pre", "post"]


def _check_maxlen(value: int | str) -> int | str:
    if isinstance(value, str) and value != "longest" and not re.fullmatch(r"p([1-9]\d?|100)", value):
        raise PydanticCustomError(
            "maxlen",
            "`maxlen` must be a number of timesteps, `longest`, or a percentile such as `p95`, found `{value}`",
            {"value": value},
        )
    return value


class Padding(Spec):
    """How sequences of different lengths become one array."""

    maxlen: Annotated[Annotated[int, Field(ge=1)] | str, AfterValidator(_check_maxlen)] = "p95"
    """Timesteps of every sample: a number, `longest`, or a percentile (`p1` to `p100`) of the training lengths."""
    padding: Side = "post"
    """Where zeros are added to short sequences."""
    truncating: Side | None = None
    """Where long sequences are cut: `pre` unless given, and `post` where the text is to be written."""
    mask: bool = True
    """Tell the layers which timesteps are padding, so that padding never changes a result. `false` feeds zeros as if
    they were data, as many public guides do."""

    bucket: bool = False
    """Make batches of samples of similar lengths, each padded to one of a few lengths only (at most 8, chosen from the
    training lengths) instead of all to `maxlen`. Results per sample are the same, epochs are faster where lengths
    differ much: `rnnlab data show` tells the share of padding with and without. It needs `mask: true` and a model that
    reads any number of timesteps. Batches are drawn anew in every epoch, but the samples of one are alike in length."""

    @property
    def percentile(self) -> int | None:
        """Return the percentile asked for, or None."""
        return int(self.maxlen[1:]) if isinstance(self.maxlen, str) and self.maxlen.startswith("p") else None

    def timesteps_of(self, percentiles: Sequence[int]) -> int:
        """Return T.

        Args:
            percentiles: 1 to 100 of the training lengths.
        """
        if isinstance(self.maxlen, int):
            return self.maxlen
        return percentiles[(self.percentile or 100) - 1]
