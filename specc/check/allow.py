"""``allow(slug, "reason")``: silences one rule in the block where it stands."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import chain

from ..diagnostics.model import Level, Problem, Span
from ..diagnostics.rules import RULES
from ..syntax import tree
from .lint.fixes import removed_line
from .report import Report
from .statements import statement_call

__all__ = ["Allowance", "Scope", "find_allowances", "is_allow", "silence"]


@dataclass
class Allowance:
    """One ``allow``: its rule, its place, and how many problems it silenced."""

    slug: str
    span: Span
    silenced: int = 0


@dataclass
class Scope:
    """A block and its allowances; the blocks of a file lie within one another."""

    span: Span
    parent: Scope | None
    allowances: dict[str, list[Allowance]] = field(
        default_factory=dict[str, list[Allowance]]
    )


def is_allow(statement: tree.Statement) -> bool:
    """Whether a statement is an ``allow``."""
    call = statement_call(statement)
    return call is not None and call.name.text == "allow"


def find_allowances(file: tree.File, report: Report) -> list[Scope]:
    """The blocks of a file with their ``allow`` statements, in the order they begin."""
    scopes: list[Scope] = []
    todo: list[tuple[tuple[tree.Statement, ...], Scope]] = []
    scope = Scope(file.span, None)
    todo.append((file.statements, scope))
    while todo:
        statements, scope = todo.pop()
        scopes.append(scope)
        for statement in statements:
            if isinstance(statement, tree.Block):
                todo.append((statement.body, Scope(statement.span, scope)))
            call = statement_call(statement)
            if call is not None and call.name.text == "allow":
                allowance = _read(call, report)
                if allowance is not None:
                    scope.allowances.setdefault(allowance.slug, []).append(allowance)
    return sorted(scopes, key=lambda item: (item.span.start, -item.span.end))


def _read(call: tree.Call, report: Report) -> Allowance | None:
    values = [argument.value for argument in call.arguments]
    slug = values[0] if values else None
    if not isinstance(slug, tree.Name | tree.String):
        message = "allow needs a rule and a reason"
        fix = 'allow(bias-before-batch-normalization, "why it is right here")'
        report.error("missing-argument", message, call.span, suggestion=fix)
        return None
    word = slug.text if isinstance(slug, tree.Name) else slug.value
    if len(values) != 2 or not _is_reason(values[1]):
        message = f"allow({word}) needs a reason in quotes"
        fix = f'allow({word}, "why it is right here")'
        report.error("missing-argument", message, call.span, suggestion=fix)
    rule = RULES.get(word)
    lints = [slug for slug, rule in RULES.items() if rule.level is not Level.ERROR]
    if rule is None:
        message = f"there is no rule called {word}"
        fix = report.near(word, lints)
        report.error("unknown-rule", message, slug.span, suggestion=fix)
        return None
    if rule.level is Level.ERROR:
        message = f"{word} is an error, which cannot be allowed"
        expected = "a rule that warns or notes"
        report.error("unknown-rule", message, slug.span, expected=expected)
        return None
    return Allowance(word, call.span)


def _is_reason(value: tree.Expression) -> bool:
    return isinstance(value, tree.String) and bool(value.value.strip())


def silence(problems: list[Problem], scopes: list[Scope], idle: bool) -> list[Problem]:
    """The problems that no ``allow`` covers; with `idle`, a warning for each unused one."""
    kept: list[Problem] = []
    starts = [scope.span.start for scope in scopes]
    for problem in problems:
        covering = _covering(problem, scopes, starts)
        for allowance in covering:
            allowance.silenced += 1
        if not covering:
            kept.append(problem)
    if not idle:
        return kept
    for scope in scopes:
        for allowance in chain.from_iterable(scope.allowances.values()):
            if not allowance.silenced:
                message = f"allow({allowance.slug}) silences nothing here"
                span, fix = allowance.span, removed_line(allowance.span)
                kept.append(
                    Problem("unused-allow", message, span, Level.WARNING, fix=fix)
                )
    return kept


def _covering(
    problem: Problem, scopes: list[Scope], starts: list[int]
) -> list[Allowance]:
    """The allowances of the blocks around a problem."""
    span = problem.span
    if span is None or problem.level is Level.ERROR or not scopes:
        return []
    if span.source is not scopes[0].span.source:
        return []
    scope: Scope | None = scopes[max(bisect_right(starts, span.start) - 1, 0)]
    found: list[Allowance] = []
    while scope is not None:
        if scope.span.start <= span.start and span.end <= scope.span.end:
            found += scope.allowances.get(problem.rule, [])
        scope = scope.parent
    return found
