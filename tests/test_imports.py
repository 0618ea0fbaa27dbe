"""What a light command does not import: TensorFlow alone takes seconds."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {
    *("tensorflow", "keras", "mlflow", "optuna", "pandas", "numpy"),
    *("numba", "llvmlite", "sklearn", "matplotlib", "plotly", "rich", "scipy", "pyarrow"),
}
ROOMS = [
    "cells",
    "datasets",
    "errors",
    "experiment",
    "experiment.explain",
    "experiment.schema",
    "kernels",
    "layers",
    "plan",
    "plan.census",
    "plan.kept_paces",
    "plan.pace",
    "plan.table",
    "plugging",
    "plugin",
]
SECTIONS = [
    "expect",
    "initializers",
    "optimizers",
    "padding",
    "runtime",
    "sizes",
    "source",
    "spec",
    "sweeping",
    "tasks",
    "text",
    "tracking",
]
CHECK = """
from pathlib import Path
from rnnlab.plan import check_experiment
from rnnlab.plan.table import plan_text
_, _, plan = check_experiment(Path("experiments/movie_snippets_lstm.yaml")).require()
assert "embedding" in plan_text(plan)
"""


def heavy_imports(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT, timeout=60
    )
    return HEAVY & set(done.stdout.split())


@pytest.mark.parametrize("room", [*ROOMS, *SECTIONS, "training"])
def test_a_light_room_imports_nothing_heavy(room):
    assert heavy_imports(f"import rnnlab.{room}") == set()


def test_the_package_itself_imports_nothing_heavy():
    assert heavy_imports("import rnnlab; rnnlab.load_experiment; rnnlab.plan_model") == set()


def test_checking_and_planning_an_experiment_imports_nothing_heavy():
    assert heavy_imports(CHECK) == set()


def test_a_sweep_starts_its_workers_before_anything_heavy_is_imported():
    assert heavy_imports("import rnnlab.sweep.ahead") == set()


@pytest.mark.tensorflow
def test_a_sweeps_worker_imports_nothing_that_only_its_supervisor_needs():
    assert heavy_imports("import rnnlab.sweep.worker") & {"mlflow", "optuna"} == set()


def test_a_run_imports_nothing_for_files_that_it_does_not_read():
    own = "from rnnlab.absent import own_process\nown_process()\n"
    assert heavy_imports(f"{own}import rnnlab.data, rnnlab.track.store") == {"numpy", "mlflow"}


def test_a_heavy_import_would_be_seen():
    assert heavy_imports("import numpy") == {"numpy"}


def test_the_supervisor_of_a_sweep_leaves_tensorflow_to_its_workers():
    assert heavy_imports("import rnnlab.sweep") & {"tensorflow", "keras", "numba"} == set()


TRAIN = """
import numpy as np
from rnnlab.kernels import load_kernels
load_kernels()
from rnnlab.kernels.adam import adam_steps
from rnnlab.kernels.kinds import KINDS
from rnnlab.kernels.layout import Weights
from rnnlab.kernels.sequence import run_backward, run_forward
numbers = np.ones((2, 3, 4), "f")
weights = Weights(np.ones((4, 4), "f"), np.ones((4, 4), "f"), np.zeros(0, "f"))
done = run_forward(KINDS["simple_rnn"], numbers, weights, [numbers[:, 0].copy()])
run_backward(KINDS["simple_rnn"], done.memory, numbers, weights, numbers, [numbers[:, 0].copy()])
adam_steps(*[np.float32(0.1)] * 4, [weights.kernel] * 4, 2)
"""


def test_a_process_that_trains_with_compiled_kernels_has_neither_numba_nor_llvm():
    from rnnlab.kernels.library import library_obstacle

    if library_obstacle():
        pytest.skip("numba compiles in the process")
    assert heavy_imports(TRAIN) == {"numpy"}
