"""docs/plugins.md: its files are what it says they are."""

import re
from pathlib import Path

import pytest

from rnnlab import check_plugin, load_experiment, load_plugin, plan_model

GUIDE = Path(__file__).parents[2] / "docs" / "plugins.md"


@pytest.fixture
def folder(tmp_path):
    blocks = re.findall(r"^```\w+ (\S+)\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert [name for name, _ in blocks] == ["my_cells.py", "my_cells_keras.py", "leaky.yaml"]
    for name, text in blocks:
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_guides_experiment_has_its_parameters(folder):
    load_plugin(folder / "my_cells.py")
    experiment = load_experiment(folder / "leaky.yaml")
    assert plan_model(experiment).parameters == experiment.expect.parameters == 225


@pytest.mark.tensorflow
def test_the_guides_plugin_keeps_the_contract(folder):
    assert [check for check in check_plugin(folder / "my_cells.py") if not check.holds] == []
