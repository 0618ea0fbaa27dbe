"""The `training` section: how long, in which batches, and when to stop."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from rnnlab.spec import NonNegative, Positive, PositiveInt, Spec

Mode = Literal["auto", "min", "max"]
_EVERY = re.compile(r"epoch|([1-9][0-9]*) steps?|((?!0+(?:\.0+)? )[0-9]+(?:\.[0-9]+)?) minutes?")


def _check_every(text: str) -> str:
    if not _EVERY.fullmatch(text):
        raise PydanticCustomError(
            "every", "must be `epoch`, `N steps` or `N minutes`, found `{value}`", {"value": text[:40]}
        )
    return text


class Checkpoint(Spec):
    """When a training is written to the disk, so that `--resume` goes on from there to the same bits.

    It is written at the end of every epoch, and on the way out where Ctrl-C or SIGTERM ends the run.
    """

    every: Annotated[
        str, AfterValidator(_check_every), Field(json_schema_extra={"pattern": f"^({_EVERY.pattern})$"})
    ] = "epoch"
    """How often: `epoch`, at the end of each and no more; `200 steps` or `5 minutes`, within an epoch too."""

    @property
    def steps(self) -> int | None:
        """Return after how many steps of an epoch it is written; None where steps do not count."""
        found = _EVERY.fullmatch(self.every)
        return int(found[1]) if found and found[1] else None

    @property
    def seconds(self) -> float | None:
        """Return how many seconds after the last one it is written; None where time does not count."""
        found = _EVERY.fullmatch(self.every)
        return 60 * float(found[2]) if found and found[2] else None


class EarlyStopping(Spec):
    """Stop when a quantity no longer improves."""

    monitor: str = "val_loss"
    """What to watch: `val_loss`, `loss`, or a metric of the task with or without `val_`."""
    patience: Annotated[int, Field(ge=0)] = 0
    """Epochs without improvement before stopping."""
    min_delta: NonNegative = 0.0
    """Smallest change that counts as an improvement."""
    start_from_epoch: Annotated[int, Field(ge=0)] = 0
    """Epochs to wait before watching."""
    restore_best_weights: bool = True
    """Keep the weights of the best epoch instead of the last."""


class ReduceLROnPlateau(Spec):
    """Lower the learning rate when a quantity no longer improves."""

    monitor: str = "val_loss"
    """What to watch, as in early_stopping."""
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """The learning rate is multiplied by this."""
    patience: PositiveInt = 10
    """Epochs without improvement before lowering."""
    min_delta: NonNegative = 1e-4
    """Smallest change that counts as an improvement."""
    cooldown: Annotated[int, Field(ge=0)] = 0
    """Epochs to wait after lowering."""
    min_lr: NonNegative = 0.0
    """Never lower than this."""


class Training(Spec):
    """How long, in which batches, and when to stop."""

    batch_size: PositiveInt = 32
    """Samples per step."""
    stateful: bool = False
    """Cut long sequences into windows, one after the other: sample i of a batch continues sample i of the batch before,
    whose states it starts from. Gradients stay within a window (truncated backpropagation through time). What is saved
    is a twin that reads whole sequences and batches of any size."""
    window: PositiveInt | None = None
    """Timesteps of a window of `stateful` training; the whole sequence unless given."""
    reset: Literal["sequence", "epoch", "never"] | None = None
    """When `stateful` training sets the states back to zero: before each `sequence` (default), before each `epoch`, so
    that the rows of one batch continue those of the batch before, or `never`."""
    remainder: Literal["pad", "drop"] | None = None
    """What `stateful` training, whose batches all have one size, does with samples that fill none: `pad` the last batch
    with samples that do not count (default), or `drop` them for this epoch."""
    epochs: PositiveInt = 10
    """Passes over the training split, at most."""
    shuffle: bool = True
    """Draw a new order of the training samples every epoch, from (seed, epoch)."""
    early_stopping: EarlyStopping | None = None
    """Stop when a quantity no longer improves."""
    reduce_lr_on_plateau: ReduceLROnPlateau | None = None
    """Lower the learning rate when a quantity no longer improves."""
    class_weight: Literal["balanced"] | dict[str, Positive] | None = None
    """Weight of each class in the training loss, by label; `balanced` weighs classes inversely to their frequency."""
    max_seconds: Positive | None = None
    """Stop at the end of the first epoch that ends later than this many seconds after training began."""
    checkpoint: Checkpoint = Checkpoint()
    """When the training is written to the disk, for `--resume`."""
