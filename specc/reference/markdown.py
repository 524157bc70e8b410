"""The reference as one Markdown document."""

from __future__ import annotations

from collections.abc import Iterator

from ..catalog import Construct, catalog
from ..diagnostics import RULES, Rule
from .facts import docstring, heading, lowerings, unnamed
from .values import spell, takes

__all__ = ["construct_page", "reference", "rule_page"]

_HEAD = """# Reference of the .nnspec language

Every construct and every rule of the checker. `specc catalog --markdown` writes this file
from their declarations: change those, not this. How a spec is written is told in
[docs/language.md](../docs/language.md).
"""


def reference() -> str:
    """The whole reference: constructs by family, then rules."""
    parts = [_HEAD, *_contents()]
    for family in catalog().families():
        parts.append(f"## {heading(family)}\n")
        parts += (construct_page(kind) for kind in catalog().family(family).values())
    parts.append("## Rules\n\nWhat the checker and the backends report.\n")
    parts += (rule_page(RULES[slug]) for slug in sorted(RULES))
    return "\n".join(parts).rstrip("\n") + "\n"


def _contents() -> Iterator[str]:
    yield "| family | constructs |\n|---|---|"
    for family in catalog().families():
        members = ", ".join(f"`{keyword}`" for keyword in catalog().family(family))
        yield f"| {heading(family)} | {members} |"
    yield ""


def construct_page(kind: type[Construct], *, computed: bool = True) -> str:
    """What a construct means; with `computed`, how each backend computes it too."""
    parts = [f"### {kind.keyword}", docstring(kind)]
    if kind.formula:
        parts.append(f"> {kind.formula}")
    parts += _arguments(kind)
    if kind.example:
        parts.append(f"```nnspec\n{kind.example}\n```")
    found = lowerings(kind) if computed else ()
    written = [f"- {title}: {how}" for title, how in found]
    if written:
        parts.append("\n".join(written))
    if kind.reference:
        parts.append(f"Source: {kind.reference}")
    return "\n\n".join(parts) + "\n"


def _arguments(kind: type[Construct]) -> Iterator[str]:
    rows = ["| argument | takes | default | meaning |", "|---|---|---|---|"]
    for name, field in kind.fields():
        default = "required" if field.is_required() else f"`{spell(field.default)}`"
        cells = (f"`{name}`", takes(kind, name), default, field.description or "")
        rows.append(_row(cells))
    if len(rows) > 2:
        yield "\n".join(rows)
        if unnamed(kind):
            yield unnamed(kind)


def _row(cells: tuple[str, ...]) -> str:
    """A line of a table; a bar within a cell must not end it."""
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def rule_page(rule: Rule) -> str:
    """What a rule of the checker means."""
    parts = [f"### {rule.slug}", f"*{rule.level}*: {rule.summary}", rule.explanation]
    if rule.reference:
        parts.append(f"Source: {rule.reference}")
    return "\n\n".join(parts) + "\n"
