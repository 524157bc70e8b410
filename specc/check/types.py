"""Types of params and of the arguments of blocks: ``int``, ``float[0..1]``, ``activation``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Optional

from pydantic import AfterValidator, Field

from ..catalog.types import (
    ActivationArg,
    ConstraintArg,
    InitializerArg,
    RegularizerArg,
)
from ..syntax import tree
from .expressions import evaluate
from .report import Report, one_of, quoted_list
from .values import Absent, Params, Value
from .wording import plain_text

__all__ = ["CONSTRUCTS", "OPTIONAL", "PLAIN", "ParamType", "read_type"]

PLAIN: dict[str, type] = {"int": int, "float": float, "bool": bool, "str": str}
#: Types whose values are constructs; those that a layer can do without may be ``none``.
CONSTRUCTS: dict[str, Any] = {
    "activation": ActivationArg,
    "initializer": InitializerArg,
    "regularizer": Optional[RegularizerArg],  # noqa: UP045 (the operator is for classes)
    "constraint": Optional[ConstraintArg],  # noqa: UP045
}
OPTIONAL = ("regularizer", "constraint")
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a text in quotes",
}


@dataclass(frozen=True)
class ParamType:
    """A type with what it is limited to: the ends of a range, both included, or texts."""

    name: str
    low: int | float | None = None
    high: int | float | None = None
    texts: tuple[str, ...] = ()

    @property
    def kind(self) -> type | None:
        """The Python type of its values; None for constructs."""
        return PLAIN.get(self.name)

    def __str__(self) -> str:
        if self.texts:
            return one_of([f'"{text}"' for text in self.texts])
        limits = "" if self.low is None else f" from {self.low} to {self.high}"
        return f"{self.described()}{limits}"

    def described(self) -> str:
        """The type without its limits, in words."""
        article = "an" if self.name[0] in "aeiou" else "a"
        return _WORDS.get(self.name, f"{article} {self.name}")

    def annotation(self) -> Any:
        """The type for a field of a construct."""
        if self.name in CONSTRUCTS:
            return CONSTRUCTS[self.name]
        if self.texts:
            return Annotated[str, AfterValidator(self._known)]
        if self.low is None:
            return self.kind
        return Annotated[self.kind, Field(ge=self.low, le=self.high)]

    def _known(self, text: str) -> str:
        if text not in self.texts:
            raise ValueError(f"must be {self}")
        return text

    def holds(self, value: Value) -> bool:
        """Whether a value of the right Python type is within the limits."""
        if self.texts:
            return value in self.texts
        if self.low is None or self.high is None or isinstance(value, str):
            return True
        return self.low <= value <= self.high


def read_type(
    node: tree.TypeExpr, params: Params, report: Report, constructs: bool = False
) -> ParamType | None:
    """The type that is written; None, and a problem, where it is none.

    Args:
        node: what is written.
        params: for the ends of ranges.
        report: takes problems.
        constructs: whether values may be constructs.
    """
    word = node.name.text
    known = (*PLAIN, *CONSTRUCTS) if constructs else tuple(PLAIN)
    if word not in known:
        report.error(
            "unknown-type",
            f"{word} is not a type of {'arguments' if constructs else 'params'}",
            node.name.span,
            expected=one_of(known),
            suggestion=report.near(word, known),
        )
        return None
    if node.dims is None:
        return ParamType(word)
    if word in ("int", "float"):
        return _range(word, node, params, report)
    if word == "str":
        return _texts(node, report)
    message = f"{word} has no limits"
    report.error("wrong-type", message, node.span, suggestion=word)
    return None


def _limits(dims: tuple[tree.Expression, ...]) -> str:
    """The range that two numbers probably mean, or any."""
    if len(dims) == 2 and all(isinstance(end, tree.Number) for end in dims):
        return "..".join(plain_text(end) for end in dims)
    return "1..100"


def _range(
    word: str, node: tree.TypeExpr, params: Params, report: Report
) -> ParamType | None:
    dims = node.dims or ()
    if len(dims) != 1 or not isinstance(dims[0], tree.Range):
        report.error(
            "wrong-type",
            f"{word} is limited by one range",
            node.span,
            suggestion=f"{word}[{_limits(dims)}]",
        )
        return None
    ends = [evaluate(end, params, report) for end in (dims[0].low, dims[0].high)]
    if any(isinstance(end, Absent) for end in ends):
        return None
    fits = (int,) if word == "int" else (int, float)
    low, high = ends
    if type(low) not in fits or type(high) not in fits:
        message = (
            f"the ends of the range must be {'whole ' if word == 'int' else ''}numbers"
        )
        report.error("wrong-type", message, dims[0].span)
        return None
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    if low > high:
        message = f"the range is empty: {low} is more than {high}"
        report.error("out-of-range", message, dims[0].span, suggestion=f"{high}..{low}")
        return None
    return ParamType(word, low, high)


def _texts(node: tree.TypeExpr, report: Report) -> ParamType | None:
    found = [dim.value for dim in node.dims or () if isinstance(dim, tree.String)]
    if found and len(found) == len(node.dims or ()):
        return ParamType("str", texts=tuple(dict.fromkeys(found)))
    shown = quoted_list(['"a"', '"b"'], "or")
    report.error(
        "wrong-type",
        "str is limited by the texts that it may be",
        node.span,
        expected=f"texts in quotes, such as {shown}",
        suggestion='str["a", "b"]',
    )
    return None
