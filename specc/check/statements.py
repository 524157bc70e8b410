"""Statements by what they are in their block, however they were parsed.

``word = value`` names a layer in a model and sets something elsewhere; the block that
reads a statement says which.
"""

from __future__ import annotations

from ..diagnostics.model import Span
from ..syntax import tree
from ..syntax.forms import FORMS
from .report import Report
from .unknown import belongs

__all__ = [
    "as_call",
    "as_flow",
    "as_setting",
    "head",
    "means_input",
    "misplaced",
    "not_yet",
    "statement_call",
]


def as_call(node: tree.Expression) -> tree.Call | None:
    """A call; a bare word is a call without arguments."""
    if isinstance(node, tree.Call):
        return node
    if isinstance(node, tree.Name):
        return tree.Call(node.span, tree.Word(node.span, node.text), (), bare=True)
    return None


def as_flow(statement: tree.Statement) -> tree.Flow | None:
    """The statement as a chain of layers, if it can be one."""
    if isinstance(statement, tree.Setting):
        steps = (statement.value,)
        return tree.Flow(statement.span, statement.kind, statement.key, steps)
    return statement if isinstance(statement, tree.Flow) else None


def as_setting(statement: tree.Statement) -> tree.Setting | None:
    """The statement as ``key = value``, if it can be one."""
    if isinstance(statement, tree.Setting):
        return statement
    if (
        isinstance(statement, tree.Flow)
        and statement.target is not None
        and len(statement.steps) == 1
    ):
        return tree.Setting(
            statement.span, statement.kind, statement.target, statement.steps[0]
        )
    return None


def statement_call(statement: tree.Statement) -> tree.Call | None:
    """The call that a statement consists of: ``allow(…)``, ``standardize(image)``."""
    if (
        isinstance(statement, tree.Flow)
        and statement.kind is None
        and statement.target is None
        and len(statement.steps) == 1
    ):
        return as_call(statement.steps[0])
    return None


def means_input(statement: tree.Statement) -> bool:
    """Whether a statement is no input, and was probably meant to be one.

    ``input x = 4``, ``inputs x: float32[4]``, ``Input(4)``.
    """
    match statement:
        case tree.InputDecl():
            return statement.kind.text not in ("input", "param")
        case tree.Setting():
            return statement.kind is not None and statement.kind.text == "input"
        case tree.Flow():
            call = statement_call(statement)
            return call is not None and call.name.text in (
                "input",
                "Input",
                "InputLayer",
            )
        case _:
            return False


def head(block: tree.Block) -> Span:
    """The head of a block: its kind and what names it."""
    if block.bindings is not None:
        return block.kind.span.to(block.bindings.span)
    return block.kind.span.to(block.name.span) if block.name else block.kind.span


#: Statements of the language that this version does not compile yet, and what to do.
_NOT_YET = {
    "augment": "leave it out",
}


#: Where statements stand that have a place of their own.
_INSIDE = {
    "if": "a model, or a block",
    "input": "a model, or a data block",
    "loss": "a train block",
    "metrics": "a train block",
    "output": "a model",
    "phase": "a train block",
    "repeat": "a model, or a block",
    "residual": "a model, or a block",
    "reuse": "a model",
    "sample_weight": "a data block",
    "shortcut": "a residual",
    "target": "a data block",
}
#: The words that begin blocks.
_BLOCKS = tuple(word for word, form in FORMS.items() if form.head is not None)
#: The words that begin statements.
_WORDS = (*FORMS, "output", "target", "sample_weight", "loss", "metrics")


def _word(statement: tree.Statement) -> tuple[str, Span]:
    match statement:
        case tree.Block():
            return statement.kind.text, head(statement)
        case tree.Broken():
            return statement.kind, statement.span
        case tree.Import():
            return "import", statement.span
        case tree.Reuse():
            return "reuse", statement.span
        case tree.Assertion():
            return "assert", statement.span
        case tree.InputDecl():
            return statement.kind.text, statement.span
        case tree.Version():
            return "nnspec", statement.span
        case tree.Flow():
            call = statement_call(statement)
            kind = statement.kind or statement.target or (call and call.name)
            return (kind.text if kind else "a flow"), statement.span
        case tree.Setting():
            return (statement.kind or statement.key).text, statement.span


def not_yet(statement: tree.Statement, report: Report) -> bool:
    """Report a construct of the language that is not compiled yet, if it is one."""
    word, span = _word(statement)
    if not isinstance(statement, tree.Block) or word not in _NOT_YET:
        return False
    report.error(
        "not-yet",
        f"{word} is not compiled yet",
        span,
        suggestion=_NOT_YET[word],
    )
    return True


def misplaced(
    statement: tree.Statement, where: str, expected: str, report: Report
) -> None:
    """Report a statement that does not belong where it stands; a broken one is reported."""
    if isinstance(statement, tree.Broken) or not_yet(statement, report):
        return
    word, span = _word(statement)
    message, fix = f"{word} does not belong in {where}", None
    if isinstance(statement, tree.Block) and word not in FORMS:
        message, fix = f"{word} begins no block", report.near(word, _BLOCKS)
    elif word not in _WORDS:
        near = report.near(word, _WORDS) if word.isidentifier() else None
        fix = belongs(word) or near
    elif word in ("input", "param") and not isinstance(statement, tree.InputDecl):
        message, expected = f"the {word} has no type", FORMS[word].usage
    elif word in _INSIDE and where not in _INSIDE[word]:
        fix = f"{word} in {_INSIDE[word]}"
    report.error(
        "misplaced-statement", message, span, expected=expected, suggestion=fix
    )
