"""The JSON Schema of a catalogue file, so that an editor completes and checks while a person types."""

from __future__ import annotations

from typing import Any

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.checks.wording import most_letters
from riskassess.engine.conditions import DEEPEST, OPERATORS, SCOPES
from riskassess.engine.translating import FIELDS

CONDITION = "#/$defs/Condition"
DERIVED = {"sha256", "base_sha256"}


def json_schema() -> dict[str, Any]:
    """The schema (2020-12) of one file of a release. The files are read as one, so that each may hold any of the names;
    `catalogue.yaml` holds all that is no list."""
    schema = Catalogue.model_json_schema(ref_template="#/$defs/{model}")
    properties = {name: part for name, part in schema["properties"].items() if name not in DERIVED}
    definitions = schema["$defs"]
    for shape in ("Question", "Row", "Rule"):
        definitions[shape]["properties"]["when"] = {"$ref": CONDITION}
    definitions["Section"]["properties"]["row_needed_when"] = {"$ref": CONDITION}
    definitions["Condition"] = _condition()
    _limit_texts(properties, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of a RiskAssess catalogue release",
        "description": f"Conditions nest at most {DEEPEST} levels. Write yes and no in quotes.",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "$defs": definitions,
    }


def _limit_texts(properties: dict[str, Any], definitions: dict[str, Any]) -> None:
    """Texts are as short here as the check wants them, so that an editor marks them while they are typed."""
    for part, fields in FIELDS.items():
        shape = _shape_of(properties[part])
        for field in fields:
            outer, _dot, inner = field.partition(".")
            holder = definitions[shape]["properties"]
            text = definitions[_shape_of(holder[outer])]["properties"][inner] if inner else holder[outer]
            text["maxLength"] = min(most_letters(part, field), text.get("maxLength", most_letters(part, field)))


def _shape_of(described: dict[str, Any]) -> str:
    """The name of the shape that a list, or one value, is made of."""
    inner = described.get("items", described)
    found: str = next(each["$ref"] for each in (inner, *inner.get("anyOf", [])) if "$ref" in each)
    return found.rpartition("/")[2]


def _condition() -> dict[str, Any]:
    one = {"$ref": CONDITION}
    several = {"type": "array", "items": one, "minItems": 1}
    rows = {"enum": list(SCOPES)}
    text = {"type": "string"}
    value = {"type": ["string", "integer", "array"], "items": text}

    def exactly(**properties: Any) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "required": sorted(properties),
            "properties": properties,
        }

    leaves = [
        exactly(**{kind: text, test: value})
        for kind in ("answer", "fact")
        for test in OPERATORS
        if (kind, test) != ("fact", "in_group")
    ]
    return {
        "description": "What must be the case: all, any or not of conditions, rows that meet one, or a single test.",
        "oneOf": [
            exactly(all=several),
            exactly(any=several),
            exactly(**{"not": one}),
            exactly(any=rows, where=one),
            exactly(every=rows, where=one),
            exactly(count=rows, where=one, at_least={"type": "integer", "minimum": 1}),
            exactly(unsure=text),
            *leaves,
        ],
    }
