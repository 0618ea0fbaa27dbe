"""The JSON Schema that editors use."""

import json
from pathlib import Path

from rnnlab.experiment import Experiment
from rnnlab.experiment.schema import schema_text

SCHEMA = Path(__file__).parents[1] / "schemas" / "experiment.schema.json"


def test_the_schema_in_the_repository_is_current():
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), "run `make schema`"


def test_every_section_is_described():
    properties = json.loads(SCHEMA.read_text(encoding="utf-8"))["properties"]
    assert list(properties) == list(Experiment.model_fields)
    assert [name for name, section in properties.items() if not section.get("description")] == []


def test_unknown_keys_are_refused_by_every_mapping_with_keys_of_its_own():
    found = []

    def look(node, place):
        if isinstance(node, dict):
            if "properties" in node and node.get("additionalProperties") is not False:
                found.append(place)
            for key, inner in node.items():
                look(inner, f"{place}/{key}")
        elif isinstance(node, list):
            for index, inner in enumerate(node):
                look(inner, f"{place}/{index}")

    look(json.loads(schema_text())["$defs"], "$defs")
    assert found == []


def test_every_reference_leads_somewhere():
    text = schema_text()
    names = set(json.loads(text)["$defs"])
    wanted = {part.split('"')[0] for part in text.split("#/$defs/")[1:]}
    assert wanted
    assert wanted <= names
