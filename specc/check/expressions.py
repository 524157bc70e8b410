"""Arithmetic on numbers and params: exact for integers, bounded in size, never recursive."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

from ..catalog.types import Shape
from ..diagnostics.model import Problem, Span
from ..syntax import tree
from .report import Report
from .values import (
    ABSENT,
    LARGEST,
    UNITS,
    Absent,
    Number,
    Params,
    Size,
    Unknown,
    Value,
    kind_of,
)

__all__ = ["evaluate", "names_in"]

#: What evaluation goes on with.
_Result = Value | Shape | Unknown


class _Stop(Exception):
    """Ends an evaluation; the problem is None where it has been reported before."""

    def __init__(self, problem: Problem | None) -> None:
        super().__init__()
        self.problem = problem


def _number(node: tree.Number) -> Number:
    if isinstance(node.value, int) and node.value > LARGEST:
        raise _Stop(_too_large(node.text if len(node.text) < 30 else "it", node.span))
    if isinstance(node.value, float) and not math.isfinite(node.value):
        raise _Stop(_too_large(node.text if len(node.text) < 30 else "it", node.span))
    return node.value


def _too_large(what: str, span: Span) -> Problem:
    expected = "whole numbers up to 2**63 − 1, and finite numbers"
    return Problem("number-too-large", f"{what} is too large", span, expected=expected)


def _name(node: tree.Name, params: Params, report: Report) -> _Result:
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
    if isinstance(found.value, Unknown) and not isinstance(found.value.sort, str):
        return found.value
    if isinstance(found.value, Absent) and not isinstance(found.value, Unknown):
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


def _known(value: _Result, node: tree.Expression) -> Number | Unknown:
    """A number, or what may be one."""
    strange = isinstance(value, Unknown) and not value.may_be(int, float)
    if strange or isinstance(value, bool | str | tuple):
        message = f"arithmetic is on numbers, and this is {kind_of(value)}"
        raise _Stop(Problem("wrong-type", message, node.span, expected="a number"))
    return value


def _numeric(value: _Result, node: tree.Expression) -> Number:
    found = _known(value, node)
    if isinstance(found, Unknown):
        raise _Stop(None)
    return found


def _sort(value: Value | Unknown) -> type | str | None:
    return value.sort if isinstance(value, Unknown) else type(value)


def _guess(node: tree.Binary, left: Value | Unknown, right: Value | Unknown) -> Unknown:
    """What is known of a result where a value is not."""
    sign, sorts = node.operator, (_sort(left), _sort(right))
    if sign in _COMPARISONS:
        strange = any((sorts[0] is k) != (sorts[1] is k) for k in (bool, str))
        if strange and None not in sorts:
            message = f"{kind_of(left)} and {kind_of(right)} cannot be compared"
            raise _Stop(Problem("wrong-type", message, node.span))
        return Unknown(bool)
    if sign not in _ARITHMETIC:
        raise _Stop(Problem("arithmetic", f"{sign} is no operator", node.span))
    _known(left, node.left)
    _known(right, node.right)
    if sign == "/" or float in sorts:
        return Unknown(float)
    # A power of whole numbers is none where the exponent is negative.
    return Unknown(int if sorts == (int, int) and sign != "**" else None)


def _combine(node: tree.Binary, left: _Result, right: _Result) -> Value | Unknown:
    sign = node.operator
    if isinstance(left, tuple) or isinstance(right, tuple):
        return _same_shape(node, left, right)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return _guess(node, left, right)
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


def _same_shape(node: tree.Binary, left: _Result, right: _Result) -> bool:
    if node.operator not in ("==", "!="):
        message = f"shapes are compared by == and !=, not by {node.operator}"
        raise _Stop(Problem("wrong-type", message, node.span))
    for value, other in ((left, node.right), (right, node.left)):
        if not isinstance(value, tuple):
            if isinstance(value, Unknown):
                raise _Stop(None)
            message = f"{kind_of(value)} and a shape cannot be compared"
            expected = "a shape, such as [10]"
            raise _Stop(Problem("wrong-type", message, other.span, expected=expected))
    return (left == right) == (node.operator == "==")


def _turn(node: tree.Unary, value: _Result) -> Value | Unknown:
    unknown = isinstance(value, Unknown)
    if node.operator == "not":
        if unknown and value.may_be(bool):
            return Unknown(bool)
        if not isinstance(value, bool):
            message = f"not is for true and false, and this is {kind_of(value)}"
            raise _Stop(Problem("wrong-type", message, node.operand.span))
        return not value
    number = _known(value, node.operand)
    if isinstance(number, Unknown) or node.operator != "-":
        return number
    return -number


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


def _leaf(node: tree.Expression, params: Params, report: Report) -> _Result:
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


def _run(root: tree.Expression, params: Params, report: Report) -> _Result:
    """Evaluate with a stack of our own: a long sum is a deep tree."""
    todo: list[tuple[tree.Expression, bool]] = [(root, False)]
    values: list[_Result] = []
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
