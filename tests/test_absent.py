"""What is kept away from libraries that would import it, in rnnlab's own processes only."""

import subprocess
import sys

import pytest

SHOWN = "import rnnlab.track.store, sys; print('pandas' in sys.modules, 'pyarrow' in sys.modules)"
OWN = "from rnnlab.absent import own_process; own_process()"
USED = "import pandas, pyarrow; assert pandas.DataFrame({'text': ['a', None]}).text.isna().sum() == 1"


def run(*lines: str) -> str:
    return subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True, capture_output=True, text=True).stdout


def test_commands_do_without_what_libraries_would_import_and_can_still_use_it_themselves():
    assert run(OWN, SHOWN, USED) == "True False\n"


def test_in_a_process_of_somebody_else_nothing_is_kept_away():
    assert run(SHOWN, USED) == "True True\n"


@pytest.mark.tensorflow
def test_keras_is_imported_without_scikit_learn_and_pandas():
    shown = "import rnnlab.build, sys; print({'sklearn', 'pandas', 'matplotlib', 'PIL'} & set(sys.modules))"
    assert run(OWN, shown) == "set()\n"
