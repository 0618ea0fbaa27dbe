"""The JSON Schema of the file, for editors: generated from the specs, keys documented from their docstrings."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from rnnlab.experiment.experiment import Experiment
from rnnlab.spec import DISCRIMINATORS, key_docs


class SchemaGenerator(GenerateJsonSchema):
    """JSON Schema with every key's documentation."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Return a model's schema, its properties described and the discriminating key required."""
        result = super().model_schema(schema)
        spec: type[BaseModel] = schema["cls"]
        docs = key_docs(spec)
        for name, field_schema in result.get("properties", {}).items():
            if name in docs:
                field_schema["description"] = docs[name]
            if name in DISCRIMINATORS and "const" in field_schema:
                result["required"] = [name, *result.get("required", ())]
        return result

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Return False: a title that repeats the key says nothing."""
        return False


def experiment_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an experiment's file."""
    schema = Experiment.model_json_schema(schema_generator=SchemaGenerator)
    definitions = schema.pop("$defs", {})
    named: dict[str, Any] = {}
    schema["properties"] = _hoist(schema["properties"], named)
    schema["$defs"] = {name: _hoist_inside(found, named) for name, found in definitions.items()} | named
    schema["$defs"] = dict(sorted(schema["$defs"].items()))
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "rnnlab experiment"
    return schema


def schema_text() -> str:
    """Return the schema as it stands in schemas/experiment.schema.json."""
    return json.dumps(experiment_schema(), indent=2, ensure_ascii=False) + "\n"


def _hoist(node: Any, named: dict[str, Any]) -> Any:
    """Return the schema with every spec written once, in `named`, and referred to."""
    if isinstance(node, list):
        return [_hoist(item, named) for item in node]
    if not isinstance(node, dict):
        return node
    inside = _hoist_inside(node, named)
    if node.get("additionalProperties") is False and "title" in node:
        named[node["title"]] = inside
        return {"$ref": f"#/$defs/{node['title']}"}
    return inside


def _hoist_inside(node: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    return {key: _hoist(value, named) for key, value in node.items()}
