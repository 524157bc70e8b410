"""Arguments that are constructs themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from .construct import Construct

__all__ = ["Member", "is_number"]


def is_number(value: Any) -> bool:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True)
class Member:
    """Marks an argument that takes a construct of `family`.

    With `number`, a plain number stands for that member with it as its ``value``.
    """

    family: str
    number: str | None = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            self._construct, handler(source)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        # `specc schema` turns the mark into a reference to the family's members.
        return {"type": "object", "x-specc-family": self.family}

    def _construct(self, value: Any) -> Any:
        from .registry import catalog

        if isinstance(value, Construct):
            if value.family != self.family:
                raise ValueError(f"{value.keyword} is no {self.family}")
            return value
        if self.number and is_number(value):
            kind = catalog().find(self.family, self.number)
            return kind.model_validate({"value": value})
        if isinstance(value, dict) and "kind" in value:
            fields: dict[str, Any] = dict(value)  # pyright: ignore[reportUnknownArgumentType]
            kind = catalog().find(self.family, str(fields.pop("kind")))
            return kind.model_validate(fields)
        raise ValueError(f"must be one of the family {self.family}")
