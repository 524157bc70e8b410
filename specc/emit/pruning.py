"""Leaving out of a runtime piece what an emitted program has no use for.

Pieces serve all programs, so they have options. Where a program knows what an option is,
the branches that are never taken, and parameters that are never given, need not be there.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .parsing import parse

__all__ = ["Known", "prune"]


@dataclass(frozen=True)
class Known:
    """What a program knows of the options of its pieces.

    `facts` says of conditions, as they are written after ``if``, whether they hold;
    `unused` names parameters of constructors that are never given, and with them the
    attributes of that name.
    """

    facts: Mapping[str, bool] = field(default_factory=dict[str, bool])
    unused: frozenset[str] = frozenset()

    def __or__(self, other: Known) -> Known:
        return Known({**self.facts, **other.facts}, self.unused | other.unused)

    @staticmethod
    def common(several: Sequence[Known]) -> Known:
        """What is known alike of all of several uses of a piece."""
        first, *others = several
        facts = {
            condition: holds
            for condition, holds in first.facts.items()
            if all(other.facts.get(condition) == holds for other in others)
        }
        return Known(facts, first.unused.intersection(*(o.unused for o in others)))


def prune(text: str, known: Known) -> str:
    """The definition without branches that are never taken.

    Only ``if`` statements are looked at, not those with ``elif``.
    """
    for name in known.unused:
        text = re.sub(rf"\n +{name}: [^\n]*,(?=\n)", "", text)
        text = re.sub(rf"\n +self\.{name} = {name}(?=\n)", "", text)
        text = re.sub(rf"\n    {name}: \w+(?=\n)", "", text)
    while (changed := _once(text, known.facts)) is not None:
        text = changed
    return text


def _once(text: str, facts: Mapping[str, bool]) -> str | None:
    """The text with one condition decided or shortened; None if there is none."""
    for node in ast.walk(parse(text)):
        if not isinstance(node, ast.If):
            continue
        before = ast.unparse(node.test)
        left = _fold(node.test, facts)
        # `not` in parentheses or without means the same.
        if isinstance(left, str) and _plain(left) == before:
            continue
        lines = text.split("\n")
        pad = " " * node.col_offset
        assert node.end_lineno is not None
        if isinstance(left, str):
            last = node.test.end_lineno or node.lineno
            while not lines[last - 1].endswith(":"):
                last += 1
            new = [f"{pad}if {left}:"]
        else:
            last = node.end_lineno
            new = _taken(lines, node.body if left else node.orelse, pad)
        return "\n".join([*lines[: node.lineno - 1], *new, *lines[last:]])
    return None


def _plain(condition: str) -> str:
    """A condition in the one form that conditions are compared in."""
    return ast.unparse(ast.parse(condition, mode="eval"))


def _taken(lines: list[str], body: list[ast.stmt], pad: str) -> list[str]:
    """The statements of a branch, where the whole ``if`` stood."""
    if not body:
        return []
    first, last = body[0].lineno, body[-1].end_lineno
    while lines[first - 2].strip().startswith("#"):
        first -= 1
    inner = textwrap.dedent("\n".join(lines[first - 1 : last]))
    return textwrap.indent(inner, pad).split("\n")


def _fold(test: ast.expr, facts: Mapping[str, bool]) -> bool | str:
    """Whether a condition holds, or what is left of it."""
    text = ast.unparse(test)
    if text in facts:
        return facts[text]
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _fold(test.operand, facts)
        return text if isinstance(inner, str) else not inner
    if not isinstance(test, ast.BoolOp):
        return text
    decides = isinstance(test.op, ast.Or)
    parts = [(part, _fold(part, facts)) for part in test.values]
    if any(left is decides for _, left in parts):
        return decides
    open_ones = [(part, left) for part, left in parts if isinstance(left, str)]
    if not open_ones:
        return not decides
    if len(open_ones) == 1:
        return open_ones[0][1]
    word = " or " if decides else " and "
    return word.join(
        f"({left})" if isinstance(part, ast.BoolOp) and " " in left else left
        for part, left in open_ones
    )
