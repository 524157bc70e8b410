"""What every construct of the language is: a frozen, validated declaration.

A construct is declared once, as one class. From the class come argument checking,
the node of the intermediate form and its JSON, the reference page, completion, and
the tests that loop over the catalogue.

Modules of constructs do without `from __future__ import annotations`: annotations as
texts would be evaluated again for every class that inherits them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    model_serializer,
)
from pydantic.fields import FieldInfo

__all__ = ["Construct", "Model"]


class Model(BaseModel):
    """A frozen, strictly validated record."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        # A class is made ready when it is first used: a spec uses few of them.
        defer_build=True,
    )

    def model_copy(
        self, *, update: Mapping[str, Any] | None = None, deep: bool = False
    ) -> Self:
        """A copy with other values, without what was found out about those before."""
        copied = super().model_copy(update=update, deep=deep)
        for name in vars(copied).keys() - type(self).model_fields.keys():
            del vars(copied)[name]
        return copied


class Construct(Model):
    """Base of all constructs.

    Class attributes:
        keyword: the word a spec writes (``Dense``, ``he_normal``).
        family: the kind of construct (``layer``, ``initializer`` …).
        formula: its definition, in plain mathematical text.
        reference: the paper or standard that defines it.
        example: a line of a spec that uses it, for the reference and the tests.
        positional: fields that may be given without their name, in this order.
        variadic: the field that takes all unnamed arguments, if there is one.
        vary: for a field, a second valid value that changes what the construct
            does; the laws use it where the type alone does not suggest one.
    """

    keyword: ClassVar[str]
    family: ClassVar[str]
    formula: ClassVar[str] = ""
    reference: ClassVar[str] = ""
    example: ClassVar[str] = ""
    positional: ClassVar[tuple[str, ...]] = ()
    variadic: ClassVar[str | None] = None
    vary: ClassVar[dict[str, Any]] = {}

    @model_serializer(mode="wrap")
    def _with_kind(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {"kind": self.keyword, **handler(self)}

    @classmethod
    def summary(cls) -> str:
        """The first sentence of the class's documentation."""
        return (cls.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")

    @classmethod
    def idle(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Arguments that have no effect beside these values of other arguments."""
        return ()

    @classmethod
    def fields(cls) -> Iterator[tuple[str, FieldInfo]]:
        """Name and declaration of each argument, in order."""
        yield from cls.model_fields.items()
