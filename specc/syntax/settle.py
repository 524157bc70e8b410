"""What a statement is, as far as the words and blocks around it decide.

``word = value`` names a layer in a block of layers and sets something elsewhere;
``word "text"`` is a statement only after ``import``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..diagnostics.model import Problem
from ..diagnostics.suggest import nearest
from . import tree
from .build_statements import Loose
from .forms import FORMS, misfit

__all__ = ["settle"]

#: Whether the statements of a block are layers; None: as in the block around it.
_LAYERED: dict[str, bool | None] = {
    "model": True,
    "block": True,
    "residual": True,
    "shortcut": True,
    "data": False,
    "train": False,
    "defaults": False,
    "phase": False,
    "augment": False,
}


def settle(
    statements: Iterable[Any],
) -> tuple[tuple[tree.Statement, ...], list[Problem]]:
    """The statements of a file as what they are, and what none of them can be."""
    problems: list[Problem] = []
    return _all(statements, layered=False, problems=problems), problems


def _all(
    statements: Iterable[Any], layered: bool, problems: list[Problem]
) -> tuple[tree.Statement, ...]:
    found: list[tree.Statement] = []
    for statement in statements:
        if isinstance(statement, tree.Setting):
            found.append(_assigned(statement, layered))
        elif isinstance(statement, tree.Block):
            if (problem := misfit(statement)) is not None:
                problems.append(problem)
            found.append(_block(statement, layered, problems))
        elif isinstance(statement, Loose):
            found += _loose(statement, problems)
        else:
            found.append(statement)
    return tuple(found)


def _block(block: tree.Block, layered: bool, problems: list[Problem]) -> tree.Block:
    inside = _LAYERED.get(block.kind.text, layered)
    layered = layered if inside is None else inside
    otherwise = block.otherwise
    return replace(
        block,
        body=_all(block.body, layered, problems),
        otherwise=None if otherwise is None else _all(otherwise, layered, problems),
    )


def _assigned(setting: tree.Setting, layered: bool) -> tree.Statement:
    if setting.kind is not None and setting.kind.text == "reuse":
        return tree.Reuse(setting.span, setting.key, setting.value, None, None, ())
    if layered and isinstance(setting.value, tree.Name | tree.Call):
        return tree.Flow(setting.span, setting.kind, setting.key, (setting.value,))
    return setting


def _loose(loose: Loose, problems: list[Problem]) -> Iterable[tree.Statement]:
    kind, value = loose.kind.text, loose.value
    if kind == "import" and isinstance(value, tree.String):
        return (tree.Import(loose.span, value),)
    if kind == "nnspec" and isinstance(value, tree.Number):
        return (tree.Version(loose.span, value),)
    if kind == "reuse" and loose.key is not None:
        return (_reuse(loose, loose.key, problems),)
    problems.append(_no_statement(loose))
    names = (kind,) if loose.key is None else (kind, loose.key.text)
    return (tree.Broken(loose.span, kind, names),)


def _reuse(loose: Loose, key: tree.Word, problems: list[Problem]) -> tree.Reuse:
    parts: dict[str, Any] = {}
    for name, part in loose.parts:
        if name in parts:
            message = f"reuse says {name} twice"
            problems.append(Problem("syntax", message, loose.span))
        parts[name] = part
    return tree.Reuse(
        loose.span,
        key,
        loose.value,
        parts.get("from"),
        parts.get("to"),
        parts.get("except", ()),
    )


def _no_statement(loose: Loose) -> Problem:
    """``word "text"``, ``word 300`` or ``word key = value to layer``, but not the word."""
    kind = loose.kind.text
    near = nearest(kind, ("import", "nnspec", "reuse"))
    if loose.key is not None:
        message = f"only reuse takes from, to and except, not {kind}"
        return Problem(
            "syntax", message, loose.kind.span, expected=FORMS["reuse"].usage
        )
    if near is not None:
        message, expected = f"{kind} begins no statement", FORMS[near].usage
        return Problem(
            "syntax", message, loose.kind.span, expected=expected, suggestion=near
        )
    written = loose.span.source.text[loose.value.span.start : loose.value.span.end]
    return Problem(
        "syntax",
        f"a value after {kind} stands in brackets, or after =",
        loose.value.span,
        suggestion=f"{kind}({written})"
        if kind[:1].isupper()
        else f"{kind} = {written}",
    )
