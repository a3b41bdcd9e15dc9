"""The JSON Schema (2020-12) of each kind of record."""

from typing import Any

from contrechamp.dossier.records.schema import Shape, members


def json_schema(cls: type, *, kind: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the fields of a kind of record."""
    definitions: dict[str, Any] = {}
    schema = _object_schema(cls, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind,
        **schema,
        "$defs": dict(sorted(definitions.items())),
    }


def _object_schema(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    required = [member.name for member in members(cls) if member.shape.required]
    closable = any(member.name == "closed" for member in members(cls))
    closed_part = {"properties": {"closed": {"const": True}}, "required": ["closed"]}
    return {
        "type": "object",
        "description": cls.__doc__,
        "properties": {
            member.name: {
                **_place_schema(member.shape, definitions),
                "description": member.help,
            }
            for member in members(cls)
        },
        # Only the key of a closed part is exported.
        **(
            {"required": ["key"], "anyOf": [{"required": required}, closed_part]}
            if closable
            else {"required": required}
        ),
        "additionalProperties": False,
    }


def _place_schema(shape: Shape, definitions: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any]
    if shape.holds == "object":
        assert shape.cls is not None  # noqa: S101
        name = shape.cls.__name__
        if name not in definitions:
            definitions[name] = {}  # before its fields: a part may hold parts of its own kind
            definitions[name] = _object_schema(shape.cls, definitions)
        schema = {"$ref": f"#/$defs/{name}"}
    elif shape.holds == "list":
        assert shape.inner is not None  # noqa: S101
        schema = {"type": "array", "items": _place_schema(shape.inner, definitions)}
        if shape.required:
            schema["minItems"] = 1
    elif shape.holds == "choice":
        schema = {"enum": list(shape.choices)}
    elif shape.holds == "flag":
        schema = {"type": "boolean"}
    elif shape.holds == "whole":
        schema = {"type": "integer"}
    elif shape.holds == "number":
        schema = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
    else:
        schema = {"type": "string"}
        if shape.form is not None:
            schema["pattern"] = f"^(?:{shape.form.pattern})$"
        if shape.refers_to is not None:
            key = "(#[a-z0-9][a-z0-9-]{0,39})?" if shape.refers_to.parts else ""
            schema["pattern"] = f"^(record|item)/[0-9a-f]{{16}}{key}$"
            schema["x-points-to"] = list(shape.refers_to.kinds)
        elif shape.required:
            schema["minLength"] = 1
    if shape.closed:
        schema["x-closed"] = True
    return schema
