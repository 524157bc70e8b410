"""Reporting words and values that stand for no member of a family of constructs."""

from __future__ import annotations

from ..catalog import catalog
from ..diagnostics.suggest import lacking, remark
from ..syntax import tree
from .expectation import MemberOf
from .report import Report, one_of
from .wording import plain_text

__all__ = ["no_member", "unknown_member"]


def unknown_member(word: tree.Word, family: str, report: Report) -> str | None:
    """Report that a family has no member of that name; what is offered instead."""
    members = catalog().family(family)
    instead = remark(word.text) if family == "layer" else None
    instead = instead or lacking(word.text, family, members)
    # Where a statement can be a call, it can silence a lint too.
    words = ["allow"] if family in ("layer", "transform", "callback") else []
    instead = instead or report.near(word.text, [*members, *words])
    report.error(
        f"unknown-{family}",
        f"there is no {family} called {word.text}",
        word.span,
        expected=one_of(sorted(members)),
        suggestion=instead,
    )
    return instead


def no_member(
    node: tree.Expression, expects: MemberOf, label: str, report: Report
) -> None:
    """Report a value that can stand for no member of a family."""
    members = catalog().family(expects.family)
    quoted = isinstance(node, tree.String) and node.value in members
    fix = plain_text(node).strip('"') if quoted else None
    if expects.family == "source" and isinstance(node, tree.String) and not quoted:
        reads = "npz" if node.value.endswith(".npz") else "csv"
        fix = f"{reads}({plain_text(node)})"
    such = "without quotes" if quoted else f"such as {next(iter(members), '…')}"
    report.error(
        "wrong-type",
        f"{label} cannot be {plain_text(node)}",
        node.span,
        expected=f"{expects}{' ' if quoted else ', '}{such}",
        suggestion=fix,
    )
