"""Explanations as plain text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill, indent

from ..catalog import Construct, catalog
from ..diagnostics import RULES, Rule
from .facts import docstring, lowerings, unnamed
from .values import spell, takes

__all__ = ["explanations"]

_WIDTH = 88


def explanations(word: str) -> list[str]:
    """The pages about a word: constructs of that keyword, and the rule of that slug."""
    pages = [_construct(kind) for kind in catalog() if kind.keyword == word]
    return pages + ([_rule(RULES[word])] if word in RULES else [])


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
