"""``defaults`` blocks: values that layers of one keyword take where they give none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..catalog import UnknownConstruct, catalog
from ..diagnostics.model import Note, Span
from ..syntax import tree
from .bind import Binder, Inherited
from .expectation import signature
from .gaps import has_gap
from .report import quoted_list
from .statements import as_setting, head, misplaced
from .unknown import unknown_member
from .values import ABSENT

__all__ = ["Defaults", "layered", "read_defaults"]

#: What reading a block of defaults takes of the work that a file may ask for.
_WORK = 4


@dataclass(frozen=True)
class Defaults:
    """For each keyword of a layer the values in force by field, and the blocks for it."""

    values: dict[str, dict[str, Inherited]] = field(
        default_factory=dict[str, dict[str, Inherited]]
    )
    blocks: dict[str, tuple[Span, ...]] = field(
        default_factory=dict[str, tuple[Span, ...]]
    )


def read_defaults(
    blocks: Iterable[tree.Block], binder: Binder, outer: Defaults | None = None
) -> Defaults:
    """The defaults of a scope: those of the scope around it, and nearer ones over them."""
    own: dict[str, dict[str, Inherited]] = {}
    known: dict[str, tuple[Span, ...]] = {}
    for block in blocks:
        work = _WORK + len(block.body)
        if not binder.params.spend(work, head(block), binder.report):
            break
        _read_block(block, binder, own)
        word = block.name.text if block.name else ""
        known[word] = (*known.get(word, ()), block.span)
    return layered(outer or Defaults(), Defaults(own, known))


def layered(outer: Defaults, nearer: Defaults) -> Defaults:
    """Both, the nearer over the others."""
    if not nearer.blocks:
        return outer
    found = {keyword: dict(items) for keyword, items in outer.values.items()}
    for keyword, items in nearer.values.items():
        inherited = found.setdefault(keyword, {})
        for name in _idle(keyword, items):  # the nearer scope leaves a weight out
            inherited.pop(name, None)
        inherited.update(items)
    blocks = dict(outer.blocks)
    for word, spans in nearer.blocks.items():
        blocks[word] = (*blocks.get(word, ()), *spans)
    return Defaults(found, blocks)


def _idle(keyword: str, items: Mapping[str, Inherited]) -> tuple[str, ...]:
    kind = catalog().find("layer", keyword)
    return kind.idle({name: item.value for name, item in items.items()})


def _read_block(
    block: tree.Block, binder: Binder, own: dict[str, dict[str, Inherited]]
) -> None:
    if block.name is None:
        message = "defaults needs the name of a layer"
        binder.report.error(
            "missing-argument", message, head(block), suggestion="defaults Dense { … }"
        )
        return
    try:
        kind = catalog().find("layer", block.name.text)
    except UnknownConstruct:
        unknown_member(block.name, "layer", binder.report)
        return
    heading = f"defaults {kind.keyword}"
    items = own.setdefault(kind.keyword, {})
    for statement in block.body:
        setting = as_setting(statement)
        if setting is None or setting.kind is not None:
            expected = "argument = value"
            misplaced(statement, f"a {heading} block", expected, binder.report)
            continue
        name = setting.key.text
        if name not in signature(kind).parameters:
            binder.report.error(
                "unknown-argument",
                f"{kind.keyword} has no argument {name}",
                setting.key.span,
                expected=quoted_list(signature(kind).parameters, "or")
                or "no arguments",
                suggestion=binder.report.near(name, signature(kind).parameters),
            )
        elif name in items:
            first = Note("it is given here first", items[name].span)
            message = f"{name} has two defaults for {kind.keyword}"
            binder.report.error(
                "duplicate-argument", message, setting.span, notes=(first,)
            )
        else:
            value = binder.field(kind, name, setting.value, setting.span)
            items[name] = Inherited(value, setting.span, heading)
    for name in _idle(kind.keyword, items):
        if name in items and items[name].value is not None:
            binder.idle(kind, name, items.pop(name).span)
    if has_gap(block.body):  # it may have given any of the others
        for name in signature(kind).parameters:
            items.setdefault(name, Inherited(ABSENT, block.span, heading))
