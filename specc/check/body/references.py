"""Names of flows where a flow begins, and in the place of arguments."""

from __future__ import annotations

from ...syntax import tree
from ..report import Report, one_of
from ..scope import Reference, Scope
from .calls import Calls
from .unfit import no_flow

__all__ = ["split", "start_of"]


def start_of(scope: Scope, step: tree.Expression) -> Reference | None:
    """The edge that a flow starts from, where its first step names one."""
    if isinstance(step, tree.Name) and step.text in scope.names:
        edge = scope.names[step.text].edge
        return None if edge is None else Reference(edge, step.span)
    return None


def split(
    scope: Scope, call: tree.Call, calls: Calls, report: Report
) -> tuple[tree.Call, list[Reference]]:
    """A joining layer's call without the flows that it names, and these."""
    named: list[Reference] = []
    rest: list[tree.Argument] = []
    for argument in call.arguments:
        if argument.name is not None:
            rest.append(argument)
            continue
        reference = _reference(scope, argument.value, call, report)
        named.append(reference or calls.lost(scope, argument.value.span))
    return tree.Call(call.span, call.name, tuple(rest), call.bare), named


def _reference(
    scope: Scope, value: tree.Expression, call: tree.Call, report: Report
) -> Reference | None:
    if not isinstance(value, tree.Name):
        report.error(
            "wrong-type",
            f"{call.name.text} takes names of flows",
            value.span,
            expected="the name of an input or a flow",
            suggestion="name it first: flow = …",
        )
        return None
    if value.text not in scope.names:
        message = f"there is no input or flow called {value.text}"
        fix = report.near(value.text, scope.names)
        expected = one_of(scope.names)
        report.error(
            "unknown-name", message, value.span, expected=expected, suggestion=fix
        )
        return None
    edge = scope.names[value.text].edge
    if edge is None:
        no_flow(value.text, value.span, report)
        return None
    return Reference(edge, value.span)
