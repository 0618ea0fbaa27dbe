"""`kind: ts`: sequences of your own in the .ts format of the UCR and UEA archives."""

from __future__ import annotations

from typing import Literal

from rnnlab.datasets.dataset import DatasetSpec
from rnnlab.datasets.sequences import ScalerName, X, Y
from rnnlab.datasets.split import RandomSplit, Split


class TsDataset(DatasetSpec):
    """Sequences of a .ts file, of one channel or several, with a class or a number each; their lengths may differ."""

    kind: Literal["ts"] = "ts"
    path: str
    """The file, relative to the experiment's file; with `test` that of training."""
    test: str | None = None
    """The file of the test, where there is one, as in the archives; validation is then taken from `path`."""
    scaler: ScalerName = "standard"
    """How each channel is scaled, fitted on the training timesteps alone: `standard` takes off the mean and divides by
    the standard deviation, `minmax` brings them to 0 … 1, `robust` takes off the median and divides by the range
    between the quartiles; or `none`."""
    split: Split = RandomSplit.standard()
    """How the samples are divided."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """Return the names of the network's inputs."""
        return (X,)

    @property
    def text_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are texts: none."""
        return ()

    @property
    def sequence_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are sequences of numbers."""
        return (X,)

    @property
    def own_test(self) -> bool:
        """Return whether the test has a file of its own."""
        return self.test is not None

    @property
    def target_name(self) -> str:
        """Return the name of the target."""
        return Y

    def target_facts(self) -> None:
        """Return nothing: classes stand in the file's header."""
        return
