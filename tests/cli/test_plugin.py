"""`--plugin` and `rnnlab plugin check`, as a person types them."""

from pathlib import Path

import pytest

from rnnlab.plugging import unload_plugins

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
CELLS = EXPERIMENTS / "plugins" / "cells.py"
FILE = EXPERIMENTS / "guide_plugin_mgu.yaml"


def test_a_file_is_checked_planned_and_drawn_with_its_plugin(rnnlab, tmp_path):
    answer = rnnlab("check", FILE, "--plugin", CELLS)
    assert (answer.code, answer.out) == (0, f"{FILE}: ok, 1 layer, 208 parameters\n")
    plan = rnnlab("plan", FILE, "--plugin", CELLS, "--json").data
    assert (plan["parameters"], plan["plugins"]) == (208, ["cells"])
    assert rnnlab("export", FILE, "--plugin", CELLS, "--diagram", tmp_path / "x.svg").code == 0


def test_without_its_plugin_a_name_is_unknown_and_the_way_is_told(rnnlab):
    answer = rnnlab("check", FILE)
    assert answer.code == 2
    assert "unknown cell `minimal_gated_unit`" in answer.err
    assert "known once it is named with `--plugin`" in answer.err


def test_a_script_of_a_plugins_model_is_refused(rnnlab):
    answer = rnnlab("export", FILE, "--script", "--plugin", CELLS)
    assert (answer.code, answer.out) == (2, "")
    assert "plugin `cells`" in answer.err


def test_explain_and_schema_know_the_plugins_that_are_named(rnnlab, tmp_path):
    assert "zoneout_h" in rnnlab("explain", "zoneout_lstm", "--plugin", CELLS).out
    path = tmp_path / "mine.json"
    assert rnnlab("schema", "--plugin", CELLS, "--write", "--file", path).code == 0
    assert '"minimal_gated_unit"' in path.read_text(encoding="utf-8")
    answer = rnnlab("schema", "--plugin", CELLS, "--write")
    assert answer.code == 2
    assert "--file" in answer.err


def test_a_plugin_that_cannot_be_loaded_is_refused_with_2(rnnlab, tmp_path):
    answer = rnnlab("check", FILE, "--plugin", tmp_path / "none.py")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("error[RL510]: cannot read the plugin's file")
    assert "Traceback" not in answer.err


@pytest.mark.tensorflow
def test_a_plugin_is_checked_member_by_member(rnnlab, tmp_path):
    text = CELLS.read_text(encoding="utf-8")
    (tmp_path / "mine.py").write_text(text[: text.index("class LongShort")], encoding="utf-8")
    keras = (CELLS.parent / "cells_keras.py").read_text(encoding="utf-8")
    (tmp_path / "cells_keras.py").write_text(keras, encoding="utf-8")
    answer = rnnlab("plugin", "check", tmp_path / "mine.py")
    assert answer.code == 0
    assert "ok     minimal_gated_unit: padding never changes a result" in answer.out
    lost = keras.replace('"activation": self.activation}', "}", 1)
    (tmp_path / "cells_keras.py").write_text(lost, encoding="utf-8")
    unload_plugins()
    answer = rnnlab("plugin", "check", tmp_path / "mine.py")
    assert answer.code == 1
    assert "`get_config` lacks `activation`" in answer.out
