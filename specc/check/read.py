"""Reading an expression as the place that it stands in expects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from ..catalog import Model
from ..catalog.schedules import Piece
from ..catalog.transforms.rows import Comparison
from ..catalog.types import Duration
from ..syntax import tree
from .assign import Given
from .expectation import (
    Anything,
    Choice,
    Compared,
    Expectation,
    Flag,
    Maybe,
    Measure,
    MemberOf,
    Real,
    Sequence,
    Spell,
    Text,
    Whole,
)
from .expressions import evaluate
from .faults import explain
from .read_numbers import NUMERIC, NumberReader
from .report import Report
from .values import ABSENT, Absent, Params, Unknown, kind_of
from .wording import plain_text, with_units

__all__ = ["Reader"]

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_DURATION = Measure(Duration, ("steps", "epochs"))


class Reader(NumberReader):
    """Turns expressions into values for fields; problems go to the report.

    `member` makes constructs (it is the binder's). Every method returns ABSENT where it
    reported a problem.
    """

    def __init__(
        self,
        report: Report,
        params: Params,
        member: Callable[[tree.Expression, MemberOf, str], Any],
    ) -> None:
        super().__init__(report, params)
        self._readers: dict[type, Callable[[Any, Any, str], Any]] = {
            Flag: self._flag,
            Whole: self._whole,
            Real: self._real,
            Text: self._text,
            Choice: self._choice,
            MemberOf: member,
            Measure: self._measure,
            Spell: self._piece,
            Compared: self._comparison,
            Sequence: self._sequence,
            Maybe: self._maybe,
            Anything: self._anything,
        }

    def read(self, node: tree.Expression, expects: Expectation, label: str) -> Any:
        """The value of an expression in a place called `label`, or ABSENT."""
        return self._readers[type(expects)](node, expects, label)

    def _string_param(self, node: tree.Expression) -> str | None:
        """The text of a param, where a word names one that holds a text."""
        if isinstance(node, tree.Name) and node.text in self.params.table:
            found = self.params.find(node.text)
            if found is not None and isinstance(found.value, str):
                return found.value
        return None

    def _may_be_text(self, node: tree.Expression) -> bool:
        """Whether a word names a text that is not known yet."""
        found = None
        if isinstance(node, tree.Name) and node.text in self.params.table:
            found = self.params.find(node.text)
        value = found.value if found is not None else None
        return isinstance(value, Unknown) and value.may_be(str)

    def _text(self, node: tree.Expression, expects: Text, label: str) -> Any:
        if isinstance(node, tree.String):
            return node.value
        given = self._string_param(node)
        if given is not None:
            return given
        if self._may_be_text(node):
            return ABSENT
        if isinstance(node, tree.Name):
            if expects.thing is not None:
                return node.text
            return self.wrong(node, expects, label, suggestion=f'"{node.text}"')
        path = isinstance(node, tree.Binary) and node.operator in ("/", "*")
        text = node.span.source.text[node.span.start : node.span.end]
        fix = f'"{"".join(text.split())}"' if path else None
        return self.wrong(node, expects, label, text if path else None, fix)

    def _choice(self, node: tree.Expression, expects: Choice, label: str) -> Any:
        if isinstance(node, tree.Name):
            if node.text in expects.words:
                return node.text
            given = self._string_param(node)
            if given in expects.words:
                return given
            if self._may_be_text(node):
                return ABSENT
            self.report.error(
                "unknown-value",
                f"{label} cannot be {given or node.text}",
                node.span,
                expected=str(expects),
                suggestion=self.report.near(given or node.text, expects.words),
            )
            return ABSENT
        if isinstance(node, tree.String) and node.value in expects.words:
            self.report.error(
                "wrong-type",
                f"{label} cannot be {plain_text(node)}",
                node.span,
                expected=f"{expects}, without quotes",
                suggestion=node.value,
            )
            return ABSENT
        return self.wrong(node, expects, label)

    def _measure(self, node: tree.Expression, expects: Measure, label: str) -> Any:
        node = _with_sign(node)
        if not isinstance(node, tree.Quantity):
            return self._missing_unit(node, expects, label)
        amount = self._real(node.value, Real(), label)
        word = node.unit.text
        unit = next((u for u in expects.units if word in (u, u.removesuffix("s"))), "")
        if not unit:
            self.report.error(
                "wrong-unit",
                f"{label} is not measured in {word}",
                node.unit.span,
                expected=" or ".join(expects.units),
                suggestion=self.report.near(word, expects.units),
            )
        if isinstance(amount, Absent) or not unit:
            return ABSENT
        return self.record(expects.kind, {"value": amount, "unit": unit}, node, label)

    def _missing_unit(
        self, node: tree.Expression, expects: Measure, label: str
    ) -> Absent:
        if not isinstance(node, (*NUMERIC, tree.Name)):
            return self.wrong(node, expects, label)
        value = evaluate(node, self.params, self.report)
        if isinstance(value, Absent):
            return ABSENT
        if type(value) not in (int, float):
            return self.wrong(node, expects, label, kind_of(value))
        self.report.error(
            "missing-unit",
            f"{label} needs a unit",
            node.span,
            expected=str(expects),
            suggestion=with_units(value, expects.units, expects.least),
        )
        return ABSENT

    def record(
        self, kind: type[Model], values: dict[str, Any], node: tree.Node, label: str
    ) -> Any:
        """A record of these values, or ABSENT; `label` is what they are called."""
        try:
            return kind(**values)
        except ValidationError as error:
            given = {"value": Given(node, node.span)}  # pyright: ignore[reportArgumentType]
            explain(
                error,
                label,
                given,
                node.span,
                node.span,
                set(),
                self.report,
                label=label,
            )
            return ABSENT

    def _piece(self, node: tree.Expression, expects: Spell, label: str) -> Any:
        if isinstance(node, tree.ListExpr):
            return self.wrong(node, expects, label)
        if not isinstance(node, tree.For):
            value = self._real(node, Real(), label)
            if isinstance(value, Absent):
                return ABSENT
            return self.record(Piece, {"value": value}, node, label)
        value = self._real(node.value, Real(), label)
        span = self._measure(node.duration, _DURATION, label)
        if isinstance(value, Absent) or isinstance(span, Absent):
            return ABSENT
        return self.record(Piece, {"value": value, "span": span}, node, label)

    def _comparison(self, node: tree.Expression, expects: Compared, label: str) -> Any:
        if not isinstance(node, tree.Binary) or node.operator not in _FLIPPED:
            return self.wrong(node, expects, label)
        left, right, sign = node.left, node.right, node.operator
        if isinstance(right, tree.Name | tree.String) and isinstance(left, NUMERIC):
            left, right, sign = right, left, _FLIPPED[sign]
        if not isinstance(left, tree.Name | tree.String):
            return self.wrong(node, expects, label)
        number = self._real(right, Real(), label)
        if isinstance(number, Absent):
            return ABSENT
        field = left.text if isinstance(left, tree.Name) else left.value
        return Comparison(field=field, operator=sign, value=number)  # pyright: ignore[reportArgumentType]

    def _sequence(self, node: tree.Expression, expects: Sequence, label: str) -> Any:
        if not isinstance(node, tree.ListExpr):
            if not expects.single:
                return self.wrong(node, expects, label)
            value = self.read(node, expects.item, label)
            if isinstance(value, Absent):
                return ABSENT
            return (value,) * (expects.length or 1)
        if expects.length not in (None, len(node.items)):
            got = f"a list of {len(node.items)}"
            return self.wrong(node, expects, label, got)
        values = tuple(self.read(item, expects.item, label) for item in node.items)
        return ABSENT if any(isinstance(v, Absent) for v in values) else values

    def _maybe(self, node: tree.Expression, expects: Maybe, label: str) -> Any:
        if isinstance(node, tree.Name) and self._is_none(node):
            return None
        return self.read(node, expects.inner, label)

    def _is_none(self, node: tree.Name) -> bool:
        """Whether a word is ``none``, or an argument of a block that is."""
        if node.text == "none":
            return True
        found = self.params.table.get(node.text)
        if found is None or found.value is not None:
            return False
        found.used = True
        return True

    def _anything(self, node: tree.Expression, expects: Anything, label: str) -> Any:
        if isinstance(node, tree.ListExpr):
            items = tuple(self._anything(item, expects, label) for item in node.items)
            return ABSENT if any(isinstance(v, Absent) for v in items) else items
        return evaluate(node, self.params, self.report)


def _with_sign(node: tree.Expression) -> tree.Expression:
    """``-5%`` as a quantity of -5, not as the negative of a quantity."""
    if isinstance(node, tree.Unary) and isinstance(node.operand, tree.Quantity):
        signed = tree.Unary(node.span, node.operator, node.operand.value)
        return tree.Quantity(node.span, signed, node.operand.unit)
    return node
