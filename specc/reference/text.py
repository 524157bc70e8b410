"""Explanations as plain text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill, indent

from ..catalog import Construct, catalog
from ..diagnostics import RULES, Rule
from .facts import docstring, family_of, heading, lowerings, unnamed
from .statements import STATEMENTS, Statement
from .values import spell, takes

__all__ = ["explanations"]

_WIDTH = 88


def explanations(word: str) -> list[str]:
    """The pages about a word: of the constructs, statement, family, setting, arguments
    and rule that are called so."""
    pages = [_construct(kind) for kind in catalog() if kind.keyword == word]
    if word in STATEMENTS:
        pages.append(_statement(STATEMENTS[word]))
    family = family_of(word)
    if family is not None:
        pages.append(_family(family))
    pages += _uses(word)
    return pages + ([_rule(RULES[word])] if word in RULES else [])


def _statement(item: Statement) -> str:
    parts = [f"{item.word} ({item.place})", fill(item.meaning, _WIDTH)]
    return "\n\n".join([*parts, f"Example:\n{indent(item.example, '    ')}"]) + "\n"


def _family(family: str) -> str:
    members = catalog().family(family)
    width = max(map(len, members))
    listed = "\n".join(
        f"  {k:{width}}  {kind.summary()}" for k, kind in members.items()
    )
    return f"{heading(family)}\n\n{listed}\n"


def _uses(word: str) -> list[str]:
    """Where a word is a setting of a block, and where an argument of a construct."""
    kinds = [kind for kind in catalog() if word in dict(kind.fields())]
    pages: list[str] = []
    for kind in kinds:
        if kind.family == "settings":
            pages.append(
                f"{word} (setting of a {kind.keyword} block)\n\n{_argument(kind, word)}\n"
            )
    others = [kind for kind in kinds if kind.family != "settings"]
    if others:
        listed = "\n".join(
            f"  {kind.keyword}: {_argument(kind, word)}" for kind in others
        )
        pages.append(f"{word} (argument)\n\n{listed}\n")
    return pages


def _argument(kind: type[Construct], name: str) -> str:
    field = dict(kind.fields())[name]
    default = "" if field.is_required() else f", default {spell(field.default)}"
    return f"{takes(kind, name)}{default}; {field.description}"


def _construct(kind: type[Construct]) -> str:
    parts = [f"{kind.keyword} ({kind.family})", docstring(kind)]
    if kind.formula:
        parts.append(indent(fill(kind.formula, _WIDTH - 4), "    "))
    arguments = "\n".join(_arguments(kind))
    if arguments:
        parts.append(f"Arguments:\n{arguments}")
        if unnamed(kind):
            parts.append(unnamed(kind).replace("`", ""))
    if kind.example:
        parts.append(f"Example:\n{indent(kind.example, '    ')}")
    written = [f"  {title}: {how}" for title, how in lowerings(kind)]
    if written:
        parts.append("\n".join(["Computed by:", *written]))
    if kind.reference:
        parts.append(f"Source: {kind.reference}")
    return "\n\n".join(parts) + "\n"


def _arguments(kind: type[Construct]) -> Iterator[str]:
    fields = dict(kind.fields())
    width = max(map(len, fields), default=0)
    for name, field in fields.items():
        default = "" if field.is_required() else f", default {spell(field.default)}"
        kept = takes(kind, name)
        yield f"  {name:{width}}  {kept}{default}"
        if field.description:
            yield f"  {'':{width}}  {field.description}"


def _rule(rule: Rule) -> str:
    parts = [
        f"{rule.slug} ({rule.level})",
        rule.summary,
        fill(rule.explanation, _WIDTH),
    ]
    if rule.reference:
        parts.append(f"Source: {rule.reference}")
    return "\n\n".join(parts) + "\n"
