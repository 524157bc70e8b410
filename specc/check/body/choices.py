"""The statements of a body that count: those that conditions choose, without inputs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ...diagnostics.model import Span
from ...syntax import tree
from ...syntax.gaps import broken
from ..bind import Binder
from ..expressions import evaluate
from ..scope import Unit
from ..statements import as_flow, head
from ..values import Absent, Unknown, kind_of

__all__ = [
    "chosen",
    "enter",
    "every",
    "has_outputs",
    "of_stack",
    "unread",
    "without_inputs",
]


def without_inputs(unit: Unit) -> list[tree.Statement]:
    """The statements of a unit but for its inputs."""
    return [statement for statement in unit.body if statement not in unit.inputs]


def chosen(
    statements: Iterable[tree.Statement], binder: Binder
) -> Iterator[tree.Statement]:
    """The statements with those of each ``if`` in its place that its condition chooses."""

    def branch(block: tree.Block, value: object) -> Iterable[tree.Statement]:
        if isinstance(value, bool):
            enter(block.body if value else block.otherwise or (), binder)
            return block.body if value else block.otherwise or ()
        enter(block.body, binder)
        enter(block.otherwise or (), binder)
        gap = broken(block)
        binder.report.gaps.names |= frozenset(gap.names)
        if not isinstance(value, Absent):
            _no_condition(block, value, binder)
        return (gap,)

    return _opened(statements, binder, branch)


def every(
    statements: Iterable[tree.Statement], binder: Binder
) -> Iterator[tree.Statement]:
    """The statements with all of each ``if`` in its place, whatever its condition is."""

    def branches(block: tree.Block, value: object) -> Iterable[tree.Statement]:
        strange = isinstance(value, Unknown) and not value.may_be(bool)
        if strange or not isinstance(value, bool | Absent):
            _no_condition(block, value, binder)
        return (*block.body, *(block.otherwise or ()))

    return _opened(statements, binder, branches)


def enter(body: tuple[tree.Statement, ...], binder: Binder) -> None:
    """Note that a body is read."""
    if body:
        binder.entered.add(_place(body))


def unread(unit: tree.Block, binder: Binder) -> Iterator[Span]:
    """The bodies in a unit that no choice and no repetition has led to."""
    todo: list[tree.Statement] = [*unit.body]
    while todo:
        block = todo.pop()
        if not isinstance(block, tree.Block):
            continue
        depends = block.kind.text in ("if", "repeat")
        for body in (block.body, block.otherwise or ()):
            if depends and body and _place(body) not in binder.entered:
                yield body[0].span.to(body[-1].span)
            else:
                todo += body


def _place(body: tuple[tree.Statement, ...]) -> tuple[str, int]:
    return body[0].span.source.name, body[0].span.start


def _opened(
    statements: Iterable[tree.Statement],
    binder: Binder,
    branches: Callable[[tree.Block, object], Iterable[tree.Statement]],
) -> Iterator[tree.Statement]:
    """The statements with what `branches` gives, by its condition, for each ``if``."""
    todo = list(statements)[::-1]
    while todo:
        statement = todo.pop()
        if not isinstance(statement, tree.Block) or statement.kind.text != "if":
            yield statement
        elif statement.subject is None:
            _needs_condition(statement, binder)
        else:
            value = evaluate(statement.subject, binder.params, binder.report)
            todo += [*branches(statement, value)][::-1]


def _needs_condition(block: tree.Block, binder: Binder) -> None:
    message, fix = "if needs a condition", "if depth > 2 { … }"
    binder.report.error("missing-argument", message, head(block), suggestion=fix)


def _no_condition(block: tree.Block, value: object, binder: Binder) -> None:
    assert block.subject is not None
    binder.report.error(
        "wrong-type",
        f"the condition of if is {kind_of(value)}",
        block.subject.span,
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


def of_stack(unit: Unit) -> tree.Flow | None:
    """The output statement of a model that is written as a stack of layers otherwise.

    That is the only one of a model with one input that no flow is made of.
    """
    if len(unit.inputs) != 1:
        return None
    flows = [item for item in unit.body if isinstance(item, tree.Flow)]
    outputs = [flow for flow in flows if flow.kind and flow.kind.text == "output"]
    others = [item for item in unit.body if item not in outputs]
    if len(outputs) != 1 or outputs[0].target is None or has_outputs(others):
        return None
    word = re.compile(rf"\b{re.escape(unit.inputs[0].name.text)}\b")
    text = unit.span.source.text
    spans = [item.span for item in unit.body if item not in unit.inputs]
    used = any(word.search(text, span.start, span.end) for span in spans)
    return None if used else outputs[0]
