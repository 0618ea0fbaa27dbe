"""Commands in processes of their own that need not import TensorFlow again.

They are forked from one that has imported it and done nothing else; what a command does there it does as anywhere.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


class Starter:
    """Starts commands; made once for several."""

    def __init__(self) -> None:
        environment = os.environ | {"COLUMNS": "80", "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def run(self, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run `rnnlab WORDS` in a folder."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as kept:
            out, err = (Path(kept) / name for name in ("out", "err"))
            order = {"words": words, "folder": str(folder), "out": str(out), "err": str(err)}
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            told = [path.read_text(encoding="utf-8") for path in (out, err)]
        return subprocess.CompletedProcess(words, code, *told)

    def close(self) -> None:
        """End the process that the commands are forked from."""
        self._process.communicate()


def serve() -> None:
    """Fork a process for every line on stdin; answer with its exit code."""
    import rnnlab.prediction
    import rnnlab.run.run  # noqa: F401

    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            become(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def become(order: dict[str, str]) -> None:
    """Be the command; this leaves the process."""
    from rnnlab.cli import main

    os.chdir(order["folder"])
    for descriptor, name in ((1, "out"), (2, "err")):
        opened = os.open(order[name], os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.argv = ["rnnlab", *order["words"]]
    main()


if __name__ == "__main__":
    serve()
