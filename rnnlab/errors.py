"""Every error that rnnlab raises on purpose.

The command line prints the message of a `RnnlabError` without a traceback and exits with its `exit_code`
(1: the run failed or missed its expectation, 2: the file or the call was refused, 130: interrupted).
Any other exception is a defect of rnnlab.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnnlab.source import Diagnostic


class RnnlabError(Exception):
    """The common class; its message says what is wrong and what to do."""

    exit_code = 1


class InvalidExperimentError(RnnlabError):
    """The file was refused; `diagnostics` say where and why."""

    exit_code = 2

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.diagnostics = diagnostics
        super().__init__("\n".join(str(diagnostic) for diagnostic in diagnostics))


class CallError(RnnlabError):
    """The call was refused: an option, a name or a path that cannot be used."""

    exit_code = 2


class DatasetError(RnnlabError):
    """The data cannot be used; `code` is RL4xx."""

    exit_code = 2

    def __init__(self, code: str, message: str, *, help: str | None = None) -> None:
        self.code = code
        self.message = message
        self.help = help
        super().__init__(f"error[{code}]: {message}" + (f"\n  = help: {help}" if help else ""))


class PluginError(RnnlabError):
    """A plugin is missing or cannot be used; `code` is RL510, or RL511 where its Keras file is the cause."""

    exit_code = 2

    def __init__(self, code: str, message: str, *, help: str | None = None) -> None:
        self.code = code
        self.help = help
        super().__init__(f"error[{code}]: {message}" + (f"\n  = help: {help}" if help else ""))


class PlanMismatchError(RnnlabError):
    """The built Keras model is not what the plan predicted (RL5xx): a defect, never trained."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"error[{code}]: {message}")


class DivergedError(RnnlabError):
    """The loss became NaN or infinite.

    Attributes:
        epoch: counted from 1.
        step: of that epoch, counted from 1.
    """

    def __init__(self, epoch: int, step: int, loss: float) -> None:
        self.epoch = epoch
        self.step = step
        super().__init__(
            f"the loss became {loss} at epoch {epoch}, step {step}; "
            "lower `optimizer.learning_rate` or set `optimizer.clipnorm`"
        )


class OutOfMemoryError(RnnlabError):
    """The model or its batch does not fit into memory."""


class CheckpointError(RnnlabError):
    """A checkpoint is missing, damaged or belongs to another experiment."""


class StoreError(RnnlabError):
    """The MLflow store cannot be opened, read or written."""


class RunNotFoundError(RnnlabError):
    """No run, or more than one, has that name; the message lists the candidates."""

    exit_code = 2


class WorkerDiedError(RnnlabError):
    """A sweep's worker process ended before its trial did."""


class InterruptedRunError(RnnlabError):
    """Ctrl-C or SIGTERM stopped the run; what it had reached is kept."""

    exit_code = 130
