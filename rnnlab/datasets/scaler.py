"""How the numbers of a series are brought to one size: fitted on the training part only."""

from __future__ import annotations

from typing import Annotated, Literal

from rnnlab.spec import Choice, Spec

ScaledPer = Literal["series", "all"]


class _Fitted(Spec):
    per: ScaledPer = "series"
    """Fit each column of each `series` by itself, or one scaler for `all` series, which also fits series that come
    later."""


class StandardScaler(_Fitted):
    """Take off the mean, divide by the standard deviation."""

    kind: Literal["standard"] = "standard"


class MinMaxScaler(_Fitted):
    """Lowest value to 0, highest to 1."""

    kind: Literal["minmax"] = "minmax"


class RobustScaler(_Fitted):
    """Take off the median, divide by the range between the quartiles: outliers weigh little."""

    kind: Literal["robust"] = "robust"


class NoScaler(Spec):
    """The numbers as they are."""

    kind: Literal["none"] = "none"


Scaler = Annotated[StandardScaler | MinMaxScaler | RobustScaler | NoScaler, Choice("kind", short=True)]
