import json
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What stands on stdout, which must be JSON as every reader takes it: without NaN or Infinity."""
        return json.loads(self.out, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


@pytest.fixture
def rnnlab(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Run a command in this process, as `rnnlab …` does."""
    from rnnlab import cli

    def run(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["rnnlab", *map(str, arguments)])
        kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        capsys.readouterr()
        try:
            with pytest.raises(SystemExit) as left:
                cli.main()
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)
        told = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Answer(left.value.code, told.out, told.err)

    return run
