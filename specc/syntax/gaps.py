"""The gaps of a tree: statements with problems, in the place of what was read of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from . import tree
from .feed import Unexpected
from .forms import head_span
from .tokens import CLOSERS, OPENERS, span_of

__all__ = ["broken", "gap", "with_gaps"]

#: Blocks that say something whatever else is wrong with their head.
_NAMED = frozenset({"model", "data", "defaults"})
_PLAIN = frozenset({"residual", "shortcut"})
_WORD = re.compile(r"[^\W\d]\w*")


def gap(unexpected: Unexpected) -> tree.Broken:
    """What stands for a statement that the grammar cannot take.

    What it may have declared are its words outside of brackets that are not called; in
    heads of blocks also those that stand in quotes or have a point in them.
    """
    tokens = unexpected.statement or [unexpected.token]
    body = unexpected.tokens[unexpected.stop].type == "LBRACE"
    names: list[str] = []
    depth = 0
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        depth += (token.type in OPENERS) - (token.type in CLOSERS)
        called = following is not None and following.type == "LPAR"
        declares = not called or tokens[0].text == "block"
        if depth != 0 or not declares:
            continue
        if token.text.isidentifier():
            names.append(token.text)
        elif body and token.type in ("STRING", "DOTTED"):
            names += _WORD.findall(token.text)
    span = span_of(tokens[0], tokens[-1])
    return tree.Broken(span, tokens[0].text, tuple(names), body)


def with_gaps(
    statements: tuple[tree.Statement, ...],
    gaps: Iterable[tree.Broken],
    lines: set[int],
    starts: set[int],
) -> tuple[tree.Statement, ...]:
    """The statements, and a gap for each that has a problem.

    Args:
        statements: what was read.
        gaps: what could not be read; of blocks only the head.
        lines: those with wrong words or brackets.
        starts: where the heads begin of blocks that are not written as they are.
    """
    known = {item.span.start: item for item in gaps}
    heads = {
        start: item
        for start, item in known.items()
        if item.block and start not in starts
    }
    rest = sorted(
        (item for item in known.values() if item.span.start not in heads),
        key=lambda item: item.span.start,
    )
    return _Gaps(heads, rest, lines, starts).fill(statements, None)


class _Gaps:
    def __init__(
        self,
        heads: dict[int, tree.Broken],
        rest: list[tree.Broken],
        lines: set[int],
        starts: set[int],
    ) -> None:
        self.heads, self.lines, self.starts = heads, lines, starts
        self.rest = rest[::-1]

    def fill(
        self, statements: tuple[tree.Statement, ...], end: int | None
    ) -> tuple[tree.Statement, ...]:
        """The statements of a body that ends there, gaps in their places."""
        found: list[tree.Statement] = []
        for statement in statements:
            found += self._before(statement.span.start)
            found += self._checked(statement)
        found += self._before(end)
        return tuple(found)

    def _before(self, end: int | None) -> list[tree.Broken]:
        found: list[tree.Broken] = []
        while self.rest and (end is None or self.rest[-1].span.start < end):
            found.append(self.rest.pop())
        return found

    def _checked(self, statement: tree.Statement) -> tuple[tree.Statement, ...]:
        """The statement, or the gap in its place, and what can be read beside a gap."""
        span = statement.span
        if not isinstance(statement, tree.Block):
            wrong = any(
                line in self.lines for line in range(span.line, span.end_line + 1)
            )
            gone = wrong or span.start in self.starts
            return (broken(statement) if gone else statement,)
        own = statement.kind.text
        body_end = span.end
        if statement.otherwise:
            body_end = statement.otherwise[0].span.start
        head_gap = next(iter(self._before(span.start + 1)), None)
        body = self.fill(statement.body, body_end)
        otherwise = statement.otherwise
        otherwise = None if otherwise is None else self.fill(otherwise, span.end)
        block = replace(statement, body=body, otherwise=otherwise)
        head = head_span(statement)
        lines = range(head.line, head.end_line + 1)
        if span.start not in self.starts:
            kept = own in _PLAIN or (own in _NAMED and block.name is not None)
            faulty = any(line in self.lines for line in lines)
            if kept or not (faulty or span.start in self.heads):
                return (block,)
        gone = broken(block, head_gap or self.heads.get(span.start))
        return (gone, replace(block, bindings=None)) if own == "train" else (gone,)


def broken(statement: tree.Statement, head: tree.Broken | None = None) -> tree.Broken:
    """The gap in the place of a statement; `head` is what was read of its head."""
    names = tuple(_declared(statement))
    kind, block = "", isinstance(statement, tree.Block)
    if isinstance(statement, tree.Block):
        kind = statement.kind.text
    elif isinstance(statement, tree.Import):
        kind = "import"
    elif isinstance(statement, tree.Assertion):
        kind = "assert"
    elif isinstance(statement, tree.InputDecl):
        kind = statement.kind.text
    elif isinstance(statement, tree.Broken):
        return statement
    return tree.Broken(
        statement.span, kind, (*names, *(head.names if head else ())), block
    )


def _declared(statement: tree.Statement) -> Iterable[str]:
    """The names that a statement declares, and those within it."""
    todo: list[tree.Statement] = [statement]
    while todo:
        item = todo.pop()
        match item:
            case tree.Block():
                if item.name is not None:
                    yield item.name.text
                if item.bindings is not None and item.bindings.name is not None:
                    yield item.bindings.name.text
                if item.kind.text in ("repeat", "if", "else", "residual", "shortcut"):
                    todo += [*item.body, *(item.otherwise or ())]
            case tree.Flow():
                yield from [word.text for word in (item.kind, item.target) if word]
            case tree.Setting():
                yield item.key.text
            case tree.InputDecl():
                yield item.name.text
            case tree.Reuse():
                yield item.target.text
            case tree.Broken():
                yield from item.names
            case _:
                pass
