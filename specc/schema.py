"""The JSON Schema of the intermediate form, with the members of each family spelled out."""

from __future__ import annotations

from typing import Any

from .catalog import Construct, catalog
from .ir import IR_VERSION, Program

__all__ = ["program_schema"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MARK = "x-specc-family"


def program_schema() -> dict[str, Any]:
    """The schema of `specc dump --stage ir`.

    Where the form holds a construct, the schema refers to the union of its family's
    members, told apart by their ``kind``.
    """
    schema = Program.model_json_schema()
    definitions: dict[str, Any] = schema.pop("$defs", {})
    for family in catalog().families():
        members = catalog().family(family).values()
        for kind in members:
            definitions |= _construct(kind)
        definitions[family] = {
            "oneOf": [{"$ref": _place(kind)} for kind in members],
            "discriminator": {"propertyName": "kind"},
        }
    head = {"$schema": _DIALECT, "$comment": f"ir_version {IR_VERSION}"}
    return {**head, **_linked(schema), "$defs": _linked(definitions)}


def _name(kind: type[Construct]) -> str:
    return f"{kind.family}.{kind.keyword}"


def _place(kind: type[Construct]) -> str:
    return f"#/$defs/{_name(kind)}"


def _construct(kind: type[Construct]) -> dict[str, Any]:
    """The construct's own definition, and those of the records that it holds."""
    schema = kind.model_json_schema()
    nested: dict[str, Any] = schema.pop("$defs", {})
    properties = {"kind": {"const": kind.keyword}, **schema.get("properties", {})}
    required = ["kind", *schema.get("required", [])]
    own = {**schema, "properties": properties, "required": required}
    return {**nested, _name(kind): own}


def _linked(schema: Any) -> Any:
    """The schema with every mark of a family replaced by a reference to its union."""
    if isinstance(schema, list):
        return [_linked(item) for item in schema]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(schema, dict):
        return schema
    if _MARK in schema:
        return {"$ref": f"#/$defs/{schema[_MARK]}"}
    return {key: _linked(value) for key, value in schema.items()}  # pyright: ignore[reportUnknownVariableType]
