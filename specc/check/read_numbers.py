"""Reading an expression as a number, or as true or false."""

from __future__ import annotations

from typing import Any

from ..diagnostics.model import Edit
from ..syntax import tree
from .expectation import Expectation, Flag, Real, Whole
from .expressions import evaluate
from .report import Report
from .values import ABSENT, Absent, Params, Unknown, kind_of
from .wording import plain_text

__all__ = ["NUMERIC", "NumberReader"]

#: Words of Python for those of the language.
_PYTHON = {"True": "true", "False": "false", "None": "none"}
#: Expressions that are arithmetic by their form.
NUMERIC = (tree.Number, tree.Unary, tree.Binary)
#: The types of values that may stand where arithmetic may.
_SORTS: dict[type, tuple[type, ...]] = {
    Flag: (bool,),
    Whole: (int,),
    Real: (int, float),
}


class NumberReader:
    """Turns expressions into numbers and truths; problems go to the report.

    Every method returns ABSENT where it reported a problem.
    """

    def __init__(self, report: Report, params: Params) -> None:
        self.report = report
        self.params = params

    def wrong(
        self,
        node: tree.Expression,
        expects: Expectation,
        label: str,
        got: str | None = None,
        suggestion: str | None = None,
    ) -> Absent:
        """Report that an expression is of the wrong type."""
        self.report.error(
            "wrong-type",
            f"{label} cannot be {got or plain_text(node)}",
            node.span,
            expected=str(expects),
            suggestion=suggestion,
        )
        return ABSENT

    def _value(self, node: tree.Expression, expects: Expectation, label: str) -> Any:
        """The value of arithmetic; what cannot be arithmetic is of the wrong type."""
        if isinstance(node, tree.Quantity):
            message = f"{label} takes a number without a unit"
            amount = _without_unit(node, isinstance(expects, Whole))
            self.report.error(
                "unexpected-unit",
                message,
                node.unit.span,
                expected="a whole number" if amount is None else None,
                suggestion=amount,
                fix=() if amount is None else (Edit(node.span, amount),),
            )
            return ABSENT
        if isinstance(node, tree.Name) and node.text not in self.params.table:
            why = f" (no param is called {node.text})" if node.text != "none" else ""
            self.report.error(
                "wrong-type",
                f"{label} cannot be {node.text}",
                node.span,
                expected=f"{expects}{why}",
                suggestion=_PYTHON.get(node.text)
                or self.report.near(node.text, self.params.table),
            )
            return ABSENT
        if not isinstance(node, (*NUMERIC, tree.Name, tree.Boolean, tree.String)):
            return self.wrong(node, expects, label)
        value = evaluate(node, self.params, self.report)
        if isinstance(value, Unknown) and not value.may_be(*_SORTS[type(expects)]):
            division = isinstance(node, tree.Binary) and node.operator == "/"
            fix = "// divides whole numbers" if division else None
            got = None if isinstance(node, tree.Name) else kind_of(value)
            return self.wrong(node, expects, label, got, fix)
        return value

    def _flag(self, node: tree.Expression, expects: Flag, label: str) -> Any:
        value = self._value(node, expects, label)
        if isinstance(value, Absent | bool):
            return value
        return self.wrong(node, expects, label)

    def _whole(self, node: tree.Expression, expects: Whole, label: str) -> Any:
        value = self._value(node, expects, label)
        if isinstance(value, Absent) or type(value) is int:
            return value
        if isinstance(value, float):
            got = repr(value)
            plain = isinstance(node, tree.Number) and value.is_integer()
            fix = f"{int(value)}" if plain else None
            if isinstance(node, tree.Binary):
                fix = "// divides whole numbers"
            return self.wrong(node, expects, label, got, fix)
        return self.wrong(node, expects, label)

    def _real(self, node: tree.Expression, expects: Real, label: str) -> Any:
        value = self._value(node, expects, label)
        if isinstance(value, Absent) or type(value) in (int, float):
            return value
        return self.wrong(node, expects, label)


def _without_unit(node: tree.Quantity, whole: bool) -> str | None:
    """The number of a quantity; None for a share where a whole number is wanted."""
    if node.unit.text != "%" or not isinstance(node.value, tree.Number):
        return plain_text(node.value)
    share = node.value.value / 100
    return None if whole and share % 1 else f"{share:g}"
