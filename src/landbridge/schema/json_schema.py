"""JSON Schema of the tables, one row of a table as an object of text cells turned to values."""

from __future__ import annotations

import math
from typing import Any

from landbridge.schema.catalogue import Field, TableSpec, load_catalogue

_TYPES: dict[str, dict[str, Any]] = {
    "str": {"type": "string"},
    "number": {"type": "number"},
    "int": {"type": "integer"},
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
    "choice": {"type": "string"},
    "list": {"type": "array", "items": {"type": "string"}},
}


def table_json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a row of a table. Raises KeyError where there is no such table.

    >>> table_json_schema("flows")["properties"]["tonnes"]["unit"]
    't/a'
    """
    spec = load_catalogue().tables[name]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": spec.name,
        "description": spec.doc,
        "type": "object",
        "properties": {field.name: _property(field) for field in spec.fields},
        "required": _required(spec),
        "additionalProperties": False,
    }


def _required(spec: TableSpec) -> list[str]:
    return [field.name for field in spec.fields if field.required]


def _property(field: Field) -> dict[str, Any]:
    schema = {**_TYPES[field.type], "description": field.doc}
    if field.choices:
        schema["enum"] = list(field.choices)
    if field.unit:
        schema["unit"] = field.unit
    if field.default:
        schema["default"] = field.default
    if field.type in ("number", "int"):
        schema |= _bounds(field)
    return schema


def _bounds(field: Field) -> dict[str, float]:
    span, bounds = field.span, {}
    if not math.isinf(span.least):
        bounds["exclusiveMinimum" if span.least_open else "minimum"] = span.least
    if not math.isinf(span.most):
        bounds["exclusiveMaximum" if span.most_open else "maximum"] = span.most
    return bounds
