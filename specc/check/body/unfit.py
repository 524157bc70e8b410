"""What is wrong about a step of a flow, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ...catalog import catalog
from ...diagnostics.model import Edit, Note, Span
from ...syntax import tree
from ..bind import Binder
from ..report import Report, one_of
from ..scope import Outline, Reference, Scope
from ..unknown import of_another_family

__all__ = [
    "no_flow",
    "no_kind",
    "no_layer",
    "no_output",
    "no_source",
    "no_step",
    "passes_flow",
]


def no_kind(
    scope: Scope,
    call: tree.Call,
    step: tree.Expression,
    first: bool,
    automatic: Iterable[str],
    units: Iterable[str],
    binder: Binder,
) -> None:
    """Report a step that is no layer.

    Args:
        scope: where it stands.
        call: the step as a call.
        step: as it was written.
        first: whether the flow could begin with it.
        automatic: the names made for layers without one.
        units: the names of blocks and models.
        binder: has the report.
    """
    word, report = call.name.text, binder.report
    if scope.path + word in automatic:
        report.error(
            "unknown-name",
            f"{word} is a name made for a layer without one",
            step.span,
            suggestion="give that layer a name of your own and use that",
        )
    elif (
        first
        and not scope.sequential
        and isinstance(step, tree.Name)
        and of_another_family(word, "layer") is None
    ):
        report.error(
            "unknown-name",
            f"there is no input or flow called {word}",
            step.span,
            expected=one_of(scope.names),
            suggestion=report.near(word, scope.names),
        )
    else:
        _unknown(call, units, binder)


def _unknown(call: tree.Call, units: Iterable[str], binder: Binder) -> None:
    """Report a word that is neither a layer nor a block or a model of the file."""
    word, others = call.name, [*units, *catalog().family("wrapper")]
    near = binder.report.near(word.text, others)
    if near is None:
        binder.unknown_call(call, "layer")
        return
    binder.report.error(
        "unknown-layer",
        f"there is no layer called {word.text}",
        word.span,
        expected="a layer, or a block or a model of this file",
        suggestion=near,
    )


def no_layer(scope: Scope, call: tree.Call, outline: Outline, report: Report) -> None:
    """Report a name in the place of a layer that is the name of a flow."""
    word, named = call.name.text, scope.names[call.name.text]
    if named.edge is not None and named.edge == scope.full(word):
        pending = named.edge not in outline.calls
        alias = named.edge in outline.aliases
        if pending and not alias and named.span.start > call.span.start:
            report.error(
                "unknown-name",
                f"{word} is called here and named only below",
                call.span,
                expected="a layer that is named above",
                notes=(Note("it is named here", named.span),),
            )
            return
    report.error(
        "unknown-layer",
        f"{word} is a flow, not a layer that can be called",
        call.span,
        notes=(Note("it is named here", named.span),),
        suggestion=f"Concatenate({word}) joins flows",
    )


def no_flow(word: str, span: Span, report: Report) -> None:
    """Report a layer with a name where nothing flows into it."""
    report.error(
        "missing-source",
        f"{word} is a layer, and nothing flows into it here",
        span,
        suggestion=f"flow -> {word}",
    )


def passes_flow(scope: Scope, call: tree.Call, binder: Binder) -> bool:
    """Report a flow among the arguments of a layer that takes one tensor."""
    for argument in call.arguments:
        value = argument.value
        if (
            argument.name is None
            and isinstance(value, tree.Name)
            and value.text in scope.names
            and value.text not in binder.params.table
        ):
            binder.report.error(
                "wrong-type",
                f"{value.text} is a flow, which {call.name.text} does not take as"
                " an argument",
                value.span,
                suggestion=f"{value.text} -> {call.name.text}",
            )
            return True
    return False


def no_step(scope: Scope, end: Reference, report: Report) -> None:
    """Report a statement that is the name of an edge and nothing else."""
    named, fix = scope.names.get(end.name), f"{end.name} -> Dense(10)"
    if scope.sequential and named is not None and named.layer is not None:
        fix = f"… -> {end.name} calls that layer once more"
    report.error(
        "misplaced-statement",
        f"{end.name} by itself does nothing",
        end.span,
        expected="a layer that it leads to",
        suggestion=fix,
    )


def no_source(scope: Scope, call: tree.Call, report: Report) -> None:
    """Report a layer that nothing flows into."""
    if scope.sequential:
        return  # the model has no input, which is reported at its head
    flows = (name for name, named in scope.names.items() if named.edge is not None)
    first = next(flows, "flow")
    report.error(
        "missing-source",
        f"nothing flows into {call.name.text}",
        call.span,
        expected="a flow that starts from a name, because the model has several"
        " inputs or an output statement",
        suggestion=f"{first} -> {call.name.text}",
    )


def no_output(
    body: list[tree.Statement], output: tree.Flow, report: Report
) -> list[tree.Statement]:
    """Report the output statement of a stack of layers; the body as it is meant."""
    target, place = output.target, body.index(output)
    assert output.kind is not None
    assert target is not None
    before = body[place - 1] if place else None
    named = before.target if isinstance(before, tree.Flow) else None
    only = output.steps[0] if len(output.steps) == 1 else None
    ends = isinstance(only, tree.Name) and named and only.text == named.text
    span = output.span
    text = "" if ends else span.source.text[target.span.start : span.end]
    report.error(
        "misplaced-statement",
        "a stack of layers has no output statement: its last layer is the output",
        output.kind.span.to(target.span),
        expected="layers one below the other, or flows that begin at the input",
        suggestion="no output statement" if ends else text,
        fix=(Edit(span, text),),
    )
    meant = [] if ends else [replace(output, kind=None)]
    return [*body[:place], *meant, *body[place + 1 :]]
