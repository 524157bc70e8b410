"""Reporting words and values that stand for no member of a family of constructs."""

from __future__ import annotations

from collections.abc import Mapping

from ..catalog import catalog
from ..catalog.construct import Construct
from ..diagnostics.suggest import lacking, remark
from ..syntax import tree
from .expectation import MemberOf
from .report import Report, one_of
from .wording import plain_text

__all__ = ["belongs", "no_member", "of_another_family", "unknown_member"]

#: Where the members of a family stand, with an empty place for the word.
_PLACES = {
    "activation": "activation = {} of a layer",
    "callback": "{} in a train block",
    "constraint": "kernel_constraint = {} of a layer",
    "initializer": "kernel_initializer = {} of a layer",
    "layer": "{} in a model",
    "loss": "loss = {} in a train block",
    "metric": "metrics = [{}] in a train block",
    "optimizer": "optimizer = {} in a train block",
    "regularizer": "kernel_regularizer = {} of a layer",
    "schedule": "learning_rate = {} of an optimizer",
    "source": "source = {} in a data block",
    "transform": "{} in a data block",
    "wrapper": "{} in a model",
}


def belongs(word: str) -> str | None:
    """Where a construct of that name belongs; None where there is none."""
    found = (place for family, place in _PLACES.items() if word in _family(family))
    place = next(found, None)
    return place and place.replace("{}", word)


def of_another_family(word: str, family: str) -> tuple[str, str] | None:
    """What is said of a member of another family, and where that belongs."""
    other = next((name for name in _PLACES if word in _family(name)), family)
    if other == family or word in _family(family):
        return None
    message = f"{word} is {_article(other)}, not {_article(family)}"
    if (other, family) == ("activation", "layer"):
        return message, f"Activation({word})"
    return message, belongs(word) or ""


def _family(name: str) -> Mapping[str, type[Construct]]:
    return catalog().family(name)


def _article(family: str) -> str:
    return f"{'an' if family[0] in 'aeiou' else 'a'} {family}"


def unknown_member(word: tree.Word, family: str, report: Report) -> str | None:
    """Report that a family has no member of that name; what is offered instead."""
    members = catalog().family(family)
    if (other := of_another_family(word.text, family)) is not None:
        message, instead = other
        expected = None if family == "layer" else one_of(sorted(members))
        report.error(
            f"unknown-{family}",
            message,
            word.span,
            expected=expected,
            suggestion=instead,
        )
        return None
    instead = remark(word.text) if family in ("layer", "schedule") else None
    instead = instead or lacking(word.text, family, members)
    # Where a statement can be a call, it can silence a lint too.
    words = ["allow"] if family in ("layer", "transform", "callback") else []
    instead = instead or report.near(word.text, [*members, *words])
    instead = instead or (remark(word.text) if family == "callback" else None)
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
