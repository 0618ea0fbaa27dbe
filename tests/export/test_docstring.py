"""Whatever the description says, the exported script stays the script."""

import ast

import pytest

from rnnlab.export import model_script

from .test_script import HEAD, LSTM, checked, layers_of

DESCRIPTIONS = ['"""\nimport os\n"""', "a \\ at the end \\", 'quotes """" and \\"""', "coding: latin-1"]


@pytest.mark.parametrize("description", [*DESCRIPTIONS, "right to left \u202e and \u2028 lines"])
def test_a_description_stays_inside_its_docstring(description):
    plan, experiment = checked(layers_of("{layer: embedding, output_dim: 3}", LSTM, HEAD))
    script = model_script(plan, experiment.model_copy(update={"description": description}))
    without = model_script(plan, experiment)
    tree, bare = ast.parse(script.encode()), ast.parse(without)
    assert ast.dump(ast.Module(tree.body[1:], [])) == ast.dump(ast.Module(bare.body[1:], []))
    assert all(each.isprintable() for each in script.replace("\n", ""))
    if description.isprintable():
        assert " ".join(description.split()) in " ".join(ast.get_docstring(tree).split())
