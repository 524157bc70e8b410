"""The statements of a body that count: those that conditions choose, without inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...syntax import tree
from ...syntax.gaps import broken
from ..bind import Binder
from ..expressions import Absent, Unknown, evaluate, kind_of
from ..scope import Unit
from ..statements import as_flow, head

__all__ = ["chosen", "every", "has_outputs", "without_inputs"]


def without_inputs(unit: Unit) -> list[tree.Statement]:
    """The statements of a unit but for its inputs."""
    return [statement for statement in unit.body if statement not in unit.inputs]


def chosen(
    statements: Iterable[tree.Statement], binder: Binder
) -> Iterator[tree.Statement]:
    """The statements with those of each ``if`` in its place that its condition chooses."""
    todo = list(statements)[::-1]
    while todo:
        statement = todo.pop()
        if not isinstance(statement, tree.Block) or statement.kind.text != "if":
            yield statement
            continue
        if statement.subject is None:
            _needs_condition(statement, binder)
            continue
        value = evaluate(statement.subject, binder.params, binder.report)
        if not isinstance(value, bool):
            gap = broken(statement)
            binder.report.gaps.names |= frozenset(gap.names)
            yield gap
        if isinstance(value, Absent):
            continue
        if not isinstance(value, bool):
            _no_condition(statement.subject, value, binder)
            continue
        todo += (statement.body if value else statement.otherwise or ())[::-1]


def every(
    statements: Iterable[tree.Statement], binder: Binder
) -> Iterator[tree.Statement]:
    """The statements with all of each ``if`` in its place, whatever its condition is."""
    todo = list(statements)[::-1]
    while todo:
        statement = todo.pop()
        if not isinstance(statement, tree.Block) or statement.kind.text != "if":
            yield statement
            continue
        if statement.subject is None:
            _needs_condition(statement, binder)
            continue
        value = evaluate(statement.subject, binder.params, binder.report)
        strange = isinstance(value, Unknown) and not value.may_be(bool)
        if strange or not isinstance(value, bool | Absent):
            _no_condition(statement.subject, value, binder)
        todo += [*statement.body, *(statement.otherwise or ())][::-1]


def _needs_condition(block: tree.Block, binder: Binder) -> None:
    message, fix = "if needs a condition", "if depth > 2 { … }"
    binder.report.error("missing-argument", message, head(block), suggestion=fix)


def _no_condition(subject: tree.Expression, value: object, binder: Binder) -> None:
    binder.report.error(
        "wrong-type",
        f"the condition of if is {kind_of(value)}",
        subject.span,
        expected="a comparison, or a param that is true or false",
    )


def has_outputs(statements: Iterable[tree.Statement]) -> bool:
    """Whether a model says what its outputs are, in whatever choice or repetition."""
    todo = list(statements)
    while todo:
        statement = todo.pop()
        if isinstance(statement, tree.Block):
            if statement.kind.text in ("if", "repeat"):
                todo += [*statement.body, *(statement.otherwise or ())]
            continue
        flow = as_flow(statement)
        if flow is not None and flow.kind is not None and flow.kind.text == "output":
            return True
    return False
