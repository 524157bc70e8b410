"""The inputs that a model declares: their types and shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from ..catalog.types import MOST_AXES, REAL, Dim, DType, Shape
from ..diagnostics.model import Note, Span
from ..syntax import tree
from .bind import Binder
from .expressions import evaluate
from .report import one_of
from .values import Absent

__all__ = ["DeclaredInput", "read_input"]

#: The types that an input may have.
TYPES: tuple[DType, ...] = get_args(DType)
#: Names in a batch that no input can have.
_BATCH_WORDS = ("ids",)


@dataclass(frozen=True)
class DeclaredInput:
    """An input of a model; no shape where that is wrong."""

    name: str
    span: Span
    shape: Shape | None
    dtype: DType = REAL


def read_input(decl: tree.InputDecl, binder: Binder) -> DeclaredInput:
    """An input as it is declared; problems go to the binder's report."""
    report, name = binder.report, decl.name.text
    if name in _BATCH_WORDS:
        message = f"{name} is the name of the row numbers in a batch"
        report.error("reserved-name", message, decl.name.span)
    if decl.default is not None:
        message = f"the input {name} cannot have a default"
        report.error("misplaced-statement", message, decl.default.span)
    word = decl.type.name
    shape = _shape(decl.type, binder)
    if word.text not in TYPES:
        report.error(
            "unknown-type",
            f"{word.text} is not a type of inputs",
            word.span,
            expected=f"{one_of(TYPES)}, with sizes: float32[28, 28]",
            suggestion=report.near(word.text, TYPES),
        )
        shape = None
    known: dict[str, DType] = {name: name for name in TYPES}
    dtype = known.get(word.text, REAL)
    return DeclaredInput(name, decl.span, shape, dtype)


def _shape(node: tree.TypeExpr, binder: Binder) -> Shape | None:
    if len(node.dims or ()) > MOST_AXES:
        message = f"an input has at most {MOST_AXES} axes, not {len(node.dims or ())}"
        binder.report.error("out-of-range", message, node.span)
        return None
    sizes: list[Dim] = []
    for dim in node.dims or ():
        if isinstance(dim, tree.Name) and dim.text in ("none", "None", "batch"):
            named = "a name for a size known only at run time, such as time"
            binder.report.error(
                "wrong-type",
                f"{dim.text} is no size",
                dim.span,
                expected="the sizes of one example; the batch is never written",
                suggestion=None if dim.text == "batch" else named,
            )
            continue
        if isinstance(dim, tree.Name) and dim.text not in binder.params.table:
            if _is_name_of_size(dim, binder):
                sizes.append(dim.text)
            continue
        value = evaluate(dim, binder.params, binder.report)
        if isinstance(value, Absent):
            continue
        if type(value) is not int:
            message = "a size must be a whole number"
            binder.report.error("wrong-type", message, dim.span)
        elif value < 1:
            message = f"a size must be at least 1, and this is {value}"
            binder.report.error("out-of-range", message, dim.span)
        else:
            sizes.append(value)
    return tuple(sizes) if len(sizes) == len(node.dims or ()) else None


def _is_name_of_size(dim: tree.Name, binder: Binder) -> bool:
    """Whether a word that is no param names a size, rather than a param misspelt."""
    near = binder.report.near(dim.text, binder.params.table)
    if near is None:
        return True
    binder.report.error(
        "ambiguous-size",
        f"{dim.text} is no param, and close to the param {near}",
        dim.span,
        expected="a param, or a name unlike those of params for a size that is known"
        " only at run time",
        notes=(Note(f"{near} is declared here", binder.params.table[near].span),),
        suggestion=near,
    )
    return False
