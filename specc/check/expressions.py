"""Arithmetic on numbers and params: exact for integers, bounded in size, never recursive."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from ..catalog.construct import Construct
from ..catalog.types import Shape
from ..diagnostics.model import Problem, Span
from ..syntax import tree
from .report import Report

__all__ = [
    "ABSENT",
    "LARGEST",
    "UNITS",
    "Absent",
    "Held",
    "Param",
    "Params",
    "Size",
    "Value",
    "evaluate",
    "kind_of",
    "names_in",
]

Number = int | float
Value = int | float | bool | str
#: What a name may stand for besides a value: a construct, ``none``, a shape.
Held = Value | Construct | Shape | None
#: Bytes of each unit of memory.
UNITS: Final = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
#: No whole number of a spec may be larger.
LARGEST: Final = 2**63 - 1


class Size(str):
    """A size that is known only at run time, by its name."""


class Absent:
    """Stands for a value that could not be had; the reason is reported already."""


ABSENT: Final = Absent()


@dataclass
class Param:
    """A name for a value: a param of the file, an argument of a block, a loop's variable.

    The value is ABSENT where it is wrong.
    """

    name: str
    span: Span
    value: Held | Absent
    used: bool = False


@dataclass
class Params:
    """The params in force, and how many more expressions may be evaluated."""

    table: dict[str, Param] = field(default_factory=dict[str, Param])
    work: int = 500_000
    #: Whether shapes and amounts of memory are values, as in assertions.
    amounts: bool = False
    #: Whether it has been reported that there is no more work.
    exhausted: bool = False

    def spend(self, amount: int, span: Span, report: Report) -> bool:
        """Whether there is that much work left; what goes beyond is reported once."""
        self.work -= amount
        if self.work < 0 and not self.exhausted:
            self.exhausted = True
            report.error("too-much-work", "this file asks for too much work", span)
        return self.work >= 0

    @contextmanager
    def within(
        self, table: Mapping[str, Param], amounts: bool = False
    ) -> Generator[None]:
        """These params are in force instead."""
        before = self.table, self.amounts
        self.table, self.amounts = dict(table), amounts
        try:
            yield
        finally:
            self.table, self.amounts = before

    def find(self, name: str) -> Param | None:
        """The param of that name, marked as used."""
        found = self.table.get(name)
        if found is not None:
            found.used = True
        return found


class _Stop(Exception):
    """Ends an evaluation; the problem is None where it has been reported before."""

    def __init__(self, problem: Problem | None) -> None:
        super().__init__()
        self.problem = problem


def kind_of(value: object) -> str:
    """What sort of value it is, in words."""
    names: dict[type, str] = {
        tuple: "a shape",
        bool: "true or false",
        Size: "a size that is known only at run time",
        int: "a whole number",
        float: "a number",
    }
    return names.get(type(value), "a text")


def _number(node: tree.Number) -> Number:
    if isinstance(node.value, int) and node.value > LARGEST:
        raise _Stop(_too_large(node.text if len(node.text) < 30 else "it", node.span))
    if isinstance(node.value, float) and not math.isfinite(node.value):
        raise _Stop(_too_large(node.text if len(node.text) < 30 else "it", node.span))
    return node.value


def _too_large(what: str, span: Span) -> Problem:
    expected = "whole numbers up to 2**63 − 1, and finite numbers"
    return Problem("number-too-large", f"{what} is too large", span, expected=expected)


def _name(node: tree.Name, params: Params, report: Report) -> Value | Shape:
    found = params.find(node.text)
    if found is None:
        raise _Stop(
            Problem(
                "unknown-param",
                f"there is no param called {node.text}",
                node.span,
                expected="a number, or the name of a param of this file",
                suggestion=report.near(node.text, params.table),
            )
        )
    if isinstance(found.value, Absent):
        raise _Stop(None)
    if isinstance(found.value, tuple) and params.amounts:
        return found.value
    if not isinstance(found.value, Value):
        message = f"{node.text} is no number"
        raise _Stop(Problem("wrong-type", message, node.span, expected="a number"))
    return found.value


_ARITHMETIC: dict[str, Callable[[Number, Number], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
}
_COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def _huge(sign: str, left: Number, right: Number) -> bool:
    """Whether a power would be a whole number too large to even compute."""
    if sign != "**" or not isinstance(left, int) or not isinstance(right, int):
        return False
    return right > 0 and (abs(left).bit_length() - 1) * right > 64


def _checked(value: Number | complex, span: Span) -> Number:
    """The value of a sum or product, unless it is too large or no number at all."""
    if isinstance(value, complex):
        message = "a root of a negative number is no number"
        raise _Stop(Problem("arithmetic", message, span))
    if isinstance(value, int) and abs(value) > LARGEST:
        raise _Stop(_too_large("the result", span))
    if isinstance(value, float) and not math.isfinite(value):
        raise _Stop(_too_large("the result", span))
    return value


def _numeric(value: Value | Shape, node: tree.Expression) -> Number:
    if isinstance(value, bool | str | tuple):
        message = f"arithmetic is on numbers, and this is {kind_of(value)}"
        raise _Stop(Problem("wrong-type", message, node.span, expected="a number"))
    return value


def _combine(node: tree.Binary, left: Value | Shape, right: Value | Shape) -> Value:
    sign = node.operator
    if isinstance(left, tuple) or isinstance(right, tuple):
        return _same_shape(node, left, right)
    if sign in _COMPARISONS:
        if any(isinstance(left, k) != isinstance(right, k) for k in (bool, str)):
            message = f"{kind_of(left)} and {kind_of(right)} cannot be compared"
            raise _Stop(Problem("wrong-type", message, node.span))
        return _COMPARISONS[sign](left, right)
    if sign not in _ARITHMETIC:
        raise _Stop(Problem("arithmetic", f"{sign} is no operator", node.span))
    first, second = _numeric(left, node.left), _numeric(right, node.right)
    if _huge(sign, first, second):
        raise _Stop(_too_large("the result", node.span))
    try:
        return _checked(_ARITHMETIC[sign](first, second), node.span)
    except ZeroDivisionError:
        message = "this divides by zero"
        expected = "a divisor other than 0"
        raise _Stop(
            Problem("arithmetic", message, node.right.span, expected=expected)
        ) from None
    except OverflowError:
        raise _Stop(_too_large("the result", node.span)) from None


def _same_shape(node: tree.Binary, left: Value | Shape, right: Value | Shape) -> bool:
    if node.operator not in ("==", "!="):
        message = f"shapes are compared by == and !=, not by {node.operator}"
        raise _Stop(Problem("wrong-type", message, node.span))
    for value, other in ((left, node.right), (right, node.left)):
        if not isinstance(value, tuple):
            message = f"{kind_of(value)} and a shape cannot be compared"
            expected = "a shape, such as [10]"
            raise _Stop(Problem("wrong-type", message, other.span, expected=expected))
    return (left == right) == (node.operator == "==")


def _turn(node: tree.Unary, value: Value | Shape) -> Value:
    if node.operator == "not":
        if not isinstance(value, bool):
            message = f"not is for true and false, and this is {kind_of(value)}"
            raise _Stop(Problem("wrong-type", message, node.operand.span))
        return not value
    number = _numeric(value, node.operand)
    return -number if node.operator == "-" else number


def _amount(
    node: tree.Expression, params: Params, report: Report
) -> Value | Shape | None:
    """An amount of memory in bytes, or a shape; None for anything else."""
    if isinstance(node, tree.Quantity) and node.unit.text in UNITS:
        number = _numeric(_run(node.value, params, report), node.value)
        return _checked(number * UNITS[node.unit.text], node.span)
    if isinstance(node, tree.ListExpr):
        sizes = [_run(item, params, report) for item in node.items]
        return tuple(
            size if isinstance(size, Size) else int(_numeric(size, node))
            for size in sizes
        )
    return None


def _leaf(node: tree.Expression, params: Params, report: Report) -> Value | Shape:
    amount = _amount(node, params, report) if params.amounts else None
    if amount is not None:
        return amount
    match node:
        case tree.Number():
            return _number(node)
        case tree.Name():
            return _name(node, params, report)
        case tree.Boolean() | tree.String():
            return node.value
        case tree.Quantity():
            message = "a number with a unit does not fit here"
            expected = "a number without a unit"
        case _:
            message = "arithmetic is on numbers and params only"
            expected = "a number, a param, or arithmetic on them"
    raise _Stop(Problem("wrong-type", message, node.span, expected=expected))


def _run(root: tree.Expression, params: Params, report: Report) -> Value | Shape:
    """Evaluate with a stack of our own: a long sum is a deep tree."""
    todo: list[tuple[tree.Expression, bool]] = [(root, False)]
    values: list[Value | Shape] = []
    while todo:
        node, ready = todo.pop()
        if not params.spend(1, node.span, report):
            raise _Stop(None)
        if isinstance(node, tree.Binary) and ready:
            right, left = values.pop(), values.pop()
            values.append(_combine(node, left, right))
        elif isinstance(node, tree.Binary):
            todo += [(node, True), (node.right, False), (node.left, False)]
        elif isinstance(node, tree.Unary) and ready:
            values.append(_turn(node, values.pop()))
        elif isinstance(node, tree.Unary):
            todo += [(node, True), (node.operand, False)]
        else:
            values.append(_leaf(node, params, report))
    return values[0]


def evaluate(node: tree.Expression, params: Params, report: Report) -> Value | Absent:
    """The value of an expression; ABSENT, and a problem, where it has none."""
    if isinstance(node, tree.Number) and -LARGEST <= node.value <= LARGEST:
        return node.value
    try:
        value = _run(node, params, report)
        if isinstance(value, tuple):
            raise _Stop(Problem("wrong-type", "this is a shape", node.span))
        return value
    except _Stop as stop:
        if stop.problem is not None:
            report.follow(stop.problem)
        return ABSENT


def names_in(root: tree.Expression) -> Iterator[tree.Name]:
    """The bare words of an arithmetic expression."""
    todo: list[tree.Expression] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, tree.Name):
            yield node
        elif isinstance(node, tree.Binary):
            todo += [node.right, node.left]
        elif isinstance(node, tree.Range):
            todo += [node.high, node.low]
        elif isinstance(node, tree.ListExpr):
            todo += node.items[::-1]
        elif isinstance(node, tree.Quantity):
            todo.append(node.value)
        elif isinstance(node, tree.Unary):
            todo.append(node.operand)
