"""The losses, by Keras's names; each says which targets and heads it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rnnlab.spec import Choice, Positive, Spec, Tuple, choices_of

HeadKind = Literal["binary", "classes", "number"]


class Loss(Spec):
    """What all losses have.

    Attributes:
        heads: kinds of head the loss fits.
        one_hot: the target is given as one row of C numbers instead of a class index.
    """

    heads: ClassVar[tuple[HeadKind, ...]]
    one_hot: ClassVar[bool] = False
    keras_class: ClassVar[str]

    def keras_arguments(self) -> dict[str, object]:
        """Return the arguments of the Keras loss."""
        return self.model_dump(exclude={"kind"})


class _Crossentropy(Loss):
    from_logits: bool = False
    """The head is linear: its outputs are logits, not probabilities."""


class BinaryCrossentropy(_Crossentropy):
    """For one sigmoid unit."""

    heads = ("binary",)
    keras_class = "BinaryCrossentropy"
    kind: Literal["binary_crossentropy"] = "binary_crossentropy"
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Pull the targets this far towards one half."""


class CategoricalCrossentropy(_Crossentropy):
    """For a softmax over C classes, the target one-hot."""

    heads = ("classes",)
    one_hot = True
    keras_class = "CategoricalCrossentropy"
    kind: Literal["categorical_crossentropy"] = "categorical_crossentropy"
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Pull the targets this far towards uniform."""


class SparseCategoricalCrossentropy(_Crossentropy):
    """For a softmax over C classes, the target a class index."""

    heads = ("classes",)
    keras_class = "SparseCategoricalCrossentropy"
    kind: Literal["sparse_categorical_crossentropy"] = "sparse_categorical_crossentropy"


class MeanSquaredError(Loss):
    """Mean of squared errors."""

    heads = ("number",)
    keras_class = "MeanSquaredError"
    kind: Literal["mean_squared_error"] = "mean_squared_error"


class MeanAbsoluteError(Loss):
    """Mean of absolute errors."""

    heads = ("number",)
    keras_class = "MeanAbsoluteError"
    kind: Literal["mean_absolute_error"] = "mean_absolute_error"


class Huber(Loss):
    """Squared for small errors, absolute for large ones."""

    heads = ("number",)
    keras_class = "Huber"
    kind: Literal["huber"] = "huber"
    delta: Positive = 1.0
    """Error at which it turns from squared to absolute."""


class Pinball(Loss):
    """For several numbers that are quantiles of one; it follows from `task.quantiles` and is not named in the file."""

    heads = ("number",)
    keras_class = "Loss"
    kind: Literal["pinball"] = "pinball"
    quantiles: Annotated[tuple[float, ...], Tuple]
    """Between 0 and 1, ascending."""


LossUnion = (
    BinaryCrossentropy
    | CategoricalCrossentropy
    | SparseCategoricalCrossentropy
    | MeanSquaredError
    | MeanAbsoluteError
    | Huber
)
AnyLoss = Annotated[LossUnion, Choice("kind", short=True)]
LOSSES: Mapping[str, type[Loss]] = choices_of(LossUnion, "kind")  # type: ignore[assignment]


def read_loss(data: Mapping[str, object]) -> Loss:
    """Return the loss that a plan has as plain data, also one that no file names.

    Raises:
        KeyError, ValueError: there is none like that.
    """
    kinds: dict[str, type[Loss]] = {**LOSSES, "pinball": Pinball}
    return kinds[str(data["kind"])].model_validate(data)
