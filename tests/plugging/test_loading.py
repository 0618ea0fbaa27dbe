import subprocess
import sys

import pytest

from rnnlab import load_experiment, load_plugin, plan_model, validate_experiment
from rnnlab.errors import InvalidExperimentError, PluginError
from rnnlab.experiment.explain import explain, topics
from rnnlab.experiment.fingerprint import config_fingerprint
from rnnlab.experiment.schema import schema_text
from rnnlab.plugging import loaded_plugins, plugins_in, unload_plugins

from .writing import FILE, SPEC, write_plugin


def test_a_cell_of_a_plugin_is_planned_without_keras(tmp_path):
    write_plugin(tmp_path)
    (tmp_path / "x.yaml").write_text(FILE, encoding="utf-8")
    code = (
        "import sys, rnnlab; rnnlab.load_plugin('tiny_cells.py'); "
        "plan = rnnlab.plan_model(rnnlab.load_experiment('x.yaml')); "
        "assert not {'keras', 'tensorflow', 'numpy'} & set(sys.modules); print(plan.parameters, *plan.plugins)"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (answer.stdout, answer.stderr) == ("15 tiny_cells\n", "")


def test_a_cell_is_known_while_its_plugin_is_loaded(tmp_path):
    with pytest.raises(InvalidExperimentError, match="unknown cell `blend`"):
        validate_experiment(FILE)
    plugin = load_plugin(write_plugin(tmp_path))
    experiment = validate_experiment(FILE)
    assert plugins_in(experiment) == (plugin,)
    (layer,) = plan_model(experiment).layers
    assert {weight.path: weight.shape for weight in layer.weights} == {
        "rnn/blend/kernel": (4, 3),
        "rnn/blend/bias": (3,),
    }
    unload_plugins()
    with pytest.raises(InvalidExperimentError, match="unknown cell `blend`"):
        validate_experiment(FILE)


def test_errors_explanations_and_the_schema_know_a_plugin(tmp_path):
    bare = schema_text()
    load_plugin(write_plugin(tmp_path))
    with pytest.raises(InvalidExperimentError, match="did you mean `blend`"):
        validate_experiment(FILE.replace("cell: blend", "cell: blent"))
    with pytest.raises(InvalidExperimentError, match=r"unknown key `unit`.*did you mean `units`"):
        validate_experiment(FILE.replace("units: 3", "unit: 3"))
    assert "U: numbers in the output of each timestep." in explain("blend")
    assert '"const": "blend"' in schema_text()
    unload_plugins()
    assert "blend" not in topics()
    assert schema_text() == bare


def test_loading_the_same_files_again_changes_nothing(tmp_path):
    path = write_plugin(tmp_path)
    assert load_plugin(path) is load_plugin(path)
    assert len(loaded_plugins()) == 1


def test_the_fingerprint_holds_both_files_of_a_plugin(tmp_path):
    prints = set()
    for folder, more in (("a", ""), ("b", "# changed\n")):
        load_plugin(write_plugin(tmp_path / folder))
        prints.add(config_fingerprint(validate_experiment(FILE)))
        unload_plugins()
        load_plugin(write_plugin(tmp_path / f"{folder}_keras", keras=more))
        prints.add(config_fingerprint(validate_experiment(FILE)))
        unload_plugins()
    assert len(prints) == 3  # the first and the third have the same files


FAULTS = {
    "no Keras file": (SPEC.replace("KERAS_FILE", "OTHER"), "does not say where its Keras classes are"),
    "outside": (SPEC.replace('"tiny_cells_keras.py"', '"../keras.py"'), r"`KERAS_FILE` leads to \.\./keras\.py"),
    "lost": (SPEC.replace('"tiny_cells_keras.py"', '"lost.py"'), r"cannot read the plugin's file .*lost\.py"),
    "heavy": ("import keras\n" + SPEC, r"tiny_cells\.py:1: a spec file imports no `keras`"),
    "syntax": (SPEC + "def (\n", r"tiny_cells\.py:\d+: SyntaxError"),
    "raises": (SPEC + "1 / 0\n", r"tiny_cells\.py:\d+: ZeroDivisionError: division by zero"),
    "annotation": (SPEC.replace("units: PositiveInt", "units: 'Lost'"), r"`Blend`: .*PydanticUndefinedAnnotation|Lost"),
    "clash": (SPEC.replace('"blend"', '"lstm"'), "`Blend` is called `lstm`, as rnnlab's own cell"),
    "twice": (SPEC + SPEC.partition("\n\n\n")[2].replace("Blend(", "Other("), "`Other` is called `blend`, as `Blend`"),
    "name": (SPEC.replace('"blend"', '"Blend"'), "names have lower-case letters"),
    "no class": (SPEC.replace("keras_cell_class", "other"), "does not name its Keras class"),
    "empty": ('KERAS_FILE = "tiny_cells_keras.py"\n', "has no cell and no layer"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_plugin_that_cannot_be_used_is_refused_by_name(tmp_path, fault):
    spec, words = FAULTS[fault]
    with pytest.raises(PluginError, match=words) as caught:
        load_plugin(write_plugin(tmp_path, spec=spec))
    assert (caught.value.code, caught.value.exit_code) == ("RL510", 2)
    assert "tiny_cells" in str(caught.value) or fault == "lost"
    assert loaded_plugins() == ()


def test_files_that_are_no_plugin_are_refused(tmp_path):
    with pytest.raises(PluginError, match="cannot read the plugin's file"):
        load_plugin(tmp_path / "none.py")
    with pytest.raises(PluginError, match=r"my-cells\.py cannot be a plugin"):
        load_plugin(write_plugin(tmp_path, name="my-cells.py"))


def test_two_plugins_of_one_name_or_with_one_cell_clash(tmp_path):
    path = write_plugin(tmp_path / "a")
    load_plugin(path)
    with pytest.raises(PluginError, match=r"(?s)a plugin `tiny_cells` is loaded already.*rename one"):
        load_plugin(write_plugin(tmp_path / "b", spec=SPEC + "# another\n"))
    with pytest.raises(PluginError, match="is called `blend`, as one of the plugin"):
        load_plugin(write_plugin(tmp_path / "b", name="more_cells.py"))
    write_plugin(tmp_path / "a", keras="")
    with pytest.raises(PluginError, match="its files were changed"):
        load_plugin(path)


def test_nothing_is_executed_where_the_hash_is_another(tmp_path):
    with pytest.raises(PluginError, match="was changed since"):
        load_plugin(write_plugin(tmp_path, spec="raise SystemExit\n" + SPEC), sha256="0" * 64)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return (Weight('kernel', (features, self.unit)),)", r"plans `rnn`: tiny_cells\.py:\d+: AttributeError"),
        ("raise ValueError('too many features')", r"plans `rnn`: tiny_cells\.py:\d+: ValueError: too many features"),
    ],
)
def test_what_a_plan_raises_is_an_error_of_the_plugin(tmp_path, body, words):
    spec = SPEC.partition("        return (Weight")[0] + f"        {body}\n"
    load_plugin(write_plugin(tmp_path, spec=spec))
    with pytest.raises(PluginError, match=words):
        plan_model(validate_experiment(FILE))


def test_states_that_are_named_wrongly_are_told(tmp_path):
    load_plugin(write_plugin(tmp_path, spec=SPEC.replace("    cell:", "    states: ClassVar = ('h', 'c')\n    cell:")))
    with pytest.raises(PluginError, match="`states` of Blend names 2, but `state_size` has 1"):
        plan_model(validate_experiment(FILE))


def install(folder, monkeypatch, *names):
    """Install a package that offers cells, as pip would."""
    write_plugin(folder / "offered", spec=SPEC).rename(folder / "offered" / "cells.py")
    info = folder / "offered-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: offered\nVersion: 1.0\n", encoding="utf-8")
    lines = [f"{name} = offered.cells" for name in names]
    (info / "entry_points.txt").write_text("\n".join(["[rnnlab.plugins]", *lines, ""]), encoding="utf-8")
    monkeypatch.syspath_prepend(folder)


def test_an_installed_plugin_is_loaded_only_when_its_name_is_used(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, "blend")
    validate_experiment(FILE.replace("cell: blend", "cell: gru"))
    assert loaded_plugins() == ()
    assert plan_model(validate_experiment(FILE)).plugins == ("cells",)
    (plugin,) = loaded_plugins()
    assert plugin.spec_file.path == tmp_path / "offered" / "cells.py"


def test_an_installed_plugin_without_its_file_is_refused(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, "blend")
    (tmp_path / "offered" / "cells.py").unlink()
    with pytest.raises(PluginError, match=r"the installed plugin `offered\.cells`, which offers `blend`"):
        validate_experiment(FILE)


def test_nested_states_of_stacked_cells_are_not_given_away(tmp_path):
    nested = "\n    @property\n    def state_size(self):\n        return [self.units, [self.units, self.units]]\n"
    load_plugin(write_plugin(tmp_path, spec=SPEC + nested))
    one = FILE.replace("name: rnn}]", "name: rnn}], outputs: [rnn, rnn.state_1_0]")
    assert list(plan_model(validate_experiment(one)).outputs) == ["rnn", "rnn.state_1_0"]
    two = one.replace("units: 3}]", "units: 3}, {cell: gru, units: 2}]").replace("state_1_0", "state_1_0_0")
    with pytest.raises(InvalidExperimentError, match="lists in lists, which Keras cannot give away"):
        validate_experiment(two)


def test_a_file_is_loaded_with_its_plugin(tmp_path):
    load_plugin(write_plugin(tmp_path))
    (tmp_path / "x.yaml").write_text(FILE, encoding="utf-8")
    assert load_experiment(tmp_path / "x.yaml", overrides=["model.layers.rnn.cells.0.units=5"]).model.layers[0]
