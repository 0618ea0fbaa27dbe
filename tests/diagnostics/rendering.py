"""What a user sees of a broken file, written beside it. `python tests/diagnostics/rendering.py` rewrites every text."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rnnlab.plan import check_experiment
from rnnlab.source import render_full

FOLDER = Path(__file__).parent
SET = "# --set "


def fixtures() -> list[Path]:
    """Return the broken files: one for each code that a text can show, then those of `broken/`."""
    return [*sorted(FOLDER.glob("*.yaml")), *sorted(FOLDER.glob("broken/*.yaml"))]


def render(path: Path) -> str:
    """Return everything that is wrong with a file, named as from its folder; `# --set …` lines are passed on."""
    overrides = [
        line.removeprefix(SET) for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(SET)
    ]
    with contextlib.chdir(path.parent), empty_cache():
        checked = check_experiment(Path(path.name), overrides=overrides)
    return "\n\n".join(render_full(diagnostic) for diagnostic in checked.diagnostics) + "\n"


@contextlib.contextmanager
def empty_cache() -> Iterator[None]:
    """Keep data that this machine prepared earlier from telling what a fresh one does not know."""
    kept = os.environ.get("RNNLAB_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RNNLAB_CACHE"] = folder
        try:
            yield
        finally:
            if kept is None:
                del os.environ["RNNLAB_CACHE"]
            else:
                os.environ["RNNLAB_CACHE"] = kept


if __name__ == "__main__":
    for fixture in fixtures():
        fixture.with_suffix(".txt").write_text(render(fixture), encoding="utf-8")
