"""What `rnnlab explain` says."""

import re

import pytest

from rnnlab.errors import CallError
from rnnlab.experiment import Experiment
from rnnlab.experiment.explain import explain, specs, topics
from rnnlab.layers import LAYERS
from rnnlab.source import CODES
from rnnlab.spec import DISCRIMINATORS, key_docs, keys_of


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained_by_title_and_text(code):
    assert explain(code.lower()) == f"{code}: {CODES[code].title}\n\n{CODES[code].text.rstrip()}"


@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.__name__)
def test_every_key_of_every_spec_is_documented(spec):
    undocumented = set(keys_of(spec)) - set(key_docs(spec)) - set(DISCRIMINATORS)
    assert undocumented == set()


@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.__name__)
def test_every_spec_says_what_it_is(spec):
    assert "__doc__" in vars(spec)
    assert spec.__doc__


@pytest.mark.parametrize("topic", topics())
def test_every_topic_has_a_page_with_its_name_and_place(topic):
    page = explain(topic)
    assert page.startswith(f"{topic} (")
    assert max(map(len, page.splitlines())) <= 140


def test_all_sections_and_layers_are_topics():
    plain = {"rnnlab", "name", "description", "tags", "extends", "seed", "seeds"}
    assert set(Experiment.model_fields) - plain <= set(topics())
    assert set(LAYERS) | {"adam", "early_stopping", "catalog", "tpe"} <= set(topics())


def test_a_key_has_type_default_and_documentation():
    (row,) = [line for line in explain("early_stopping").splitlines() if line.startswith("patience ")]
    documentation = "Epochs without improvement before stopping."
    assert re.split(r"  +", row) == ["patience", "whole number ≥ 0", "0", documentation]


def test_a_name_of_several_kinds_has_all_their_pages():
    assert explain("random").count("random (") == 2


def test_a_choice_lists_its_kinds():
    assert "\nsgd       Gradient descent, with momentum if wanted.\n" in explain("optimizer")


def test_an_unknown_topic_gets_the_nearest_one_and_the_list():
    with pytest.raises(CallError, match=r"nothing is called `lstmm`; did you mean `lstm`\? known: .*`training`"):
        explain("lstmm")


@pytest.mark.parametrize(("path", "page"), [("training.checkpoint", "checkpoint"), ("training.epochs", "training")])
def test_a_path_leads_to_its_page(path, page):
    assert explain(path) == explain(page)
