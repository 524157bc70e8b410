"""Nodes of statements, by rule of the grammar.

Whether ``word = value`` names a layer or sets something depends on the block around it,
which is recognised later; `specc.syntax.settle` decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from . import tree
from .build_expressions import text_of, word
from .tokens import Token, span_of

__all__ = ["Body", "Loose", "Statements"]


class Body(NamedTuple):
    """The statements between braces, and the closing brace."""

    statements: tuple[Any, ...]
    closer: Token


@dataclass(frozen=True, slots=True)
class Loose(tree.Node):
    """A statement whose first word decides what it is, or that it is none.

    ``import "file"`` and ``nnspec 1`` have a `value` alone; ``reuse key = value from a
    to b`` has a `key` and `parts` too.
    """

    kind: tree.Word
    value: Any
    key: tree.Word | None = None
    parts: tuple[tuple[str, Any], ...] = ()


class Statements:
    """The rules under ``statement``."""

    def layer(self, c: list[Any]) -> tree.Flow:
        return tree.Flow(c[0].span, None, None, (c[0],))

    def layers(self, c: list[Any]) -> tree.Flow:
        return tree.Flow(c[0][0].span.to(c[0][-1].span), None, None, tuple(c[0]))

    def first_link(self, c: list[Any]) -> list[Any]:
        return [c[0], c[2]]

    def next_link(self, c: list[Any]) -> list[Any]:
        c[0].append(c[2])
        return c[0]

    def setting(self, c: list[Any]) -> tree.Setting:
        key = word(c[0])
        return tree.Setting(key.span.to(c[2].span), None, key, c[2])

    def kind_setting(self, c: list[Any]) -> tree.Setting:
        kind = word(c[0])
        return tree.Setting(kind.span.to(c[3].span), kind, word(c[1]), c[3])

    def flow(self, c: list[Any]) -> tree.Flow:
        target = word(c[0])
        return tree.Flow(target.span.to(c[2][-1].span), None, target, tuple(c[2]))

    def kind_flow(self, c: list[Any]) -> tree.Flow:
        kind = word(c[0])
        span = kind.span.to(c[3][-1].span)
        return tree.Flow(span, kind, word(c[1]), tuple(c[3]))

    def declaration(self, c: list[Any]) -> tree.InputDecl:
        kind = word(c[0])
        default = c[5] if len(c) > 4 else None
        span = kind.span.to((default or c[3]).span)
        return tree.InputDecl(span, kind, word(c[1]), c[3], default)

    def import_file(self, c: list[Any]) -> Loose:
        return Loose(span_of(c[0], c[1]), word(c[0]), text_of(c[1]))

    def version(self, c: list[Any]) -> Loose:
        kind = word(c[0])
        return Loose(kind.span.to(c[1].span), kind, c[1])

    def assertion(self, c: list[Any]) -> tree.Assertion:
        return tree.Assertion(c[0].span.to(c[1].span), c[1])

    def allowance(self, c: list[Any]) -> tree.Flow:
        """``allow(slug, "reason")``: a call, as which it is written."""
        slug = tree.Name(c[2].span, c[2].text)
        arguments = [tree.Argument(slug.span, None, slug)]
        if len(c) > 5:
            reason = text_of(c[4])
            arguments.append(tree.Argument(reason.span, None, reason))
        span = span_of(c[0], c[-1])
        call = tree.Call(span, word(c[0]), tuple(arguments))
        return tree.Flow(span, None, None, (call,))

    # Reuse

    def reuse(self, c: list[Any]) -> Loose:
        kind = word(c[0])
        parts: tuple[tuple[str, Any], ...] = tuple(c[4]) if len(c) > 4 else ()
        last: tree.Node | tuple[tree.Node, ...] = parts[-1][1] if parts else c[3]
        end = last[-1] if isinstance(last, tuple) else last
        return Loose(kind.span.to(end.span), kind, c[3], word(c[1]), parts)

    def run_folder(self, c: list[Any]) -> tree.String:
        return text_of(c[1])

    def first_part(self, c: list[Any]) -> list[Any]:
        return [c[0]]

    def next_part(self, c: list[Any]) -> list[Any]:
        c[0].append(c[1])
        return c[0]

    def named_part(self, c: list[Any]) -> tuple[str, Any]:
        return (c[0].text, word(c[1]))

    def quoted_part(self, c: list[Any]) -> tuple[str, Any]:
        return (c[0].text, tree.Word(c[1].span, text_of(c[1]).value))

    def except_part(self, c: list[Any]) -> tuple[str, Any]:
        return (c[0].text, tuple(text_of(token) for token in c[1]))

    # Blocks

    def parameter(self, c: list[Any]) -> tree.Parameter:
        name = word(c[0])
        default = c[4] if len(c) > 3 else None
        span = name.span.to((default or c[2]).span)
        return tree.Parameter(span, name, c[2], default)

    def block(self, c: list[Any]) -> tree.Block:
        return _block(c[0], c[1], name=None)

    def named_block(self, c: list[Any]) -> tree.Block:
        return _block(c[0], c[2], name=word(c[1]))

    def parametrised_block(self, c: list[Any]) -> tree.Block:
        return _block(c[0], c[5], name=word(c[1]), parameters=tuple(c[3]))

    def pairing(self, c: list[Any]) -> tree.Block:
        """``train model on data { … }``."""
        span = span_of(c[1], c[3])
        pair = tree.Bindings(span, None, word(c[1]), word(c[3]))
        return _block(c[0], c[4], name=None, bindings=pair)

    def named_pairing(self, c: list[Any]) -> tree.Block:
        """``train name: model on data { … }``."""
        span = span_of(c[1], c[5])
        pair = tree.Bindings(span, word(c[1]), word(c[3]), word(c[5]))
        return _block(c[0], c[6], name=None, bindings=pair)

    def choice(self, c: list[Any]) -> tree.Block:
        """``if condition { … } [else { … } | else if …]``."""
        if len(c) == 3:
            return _block(c[0], c[2], name=None, subject=c[1])
        last: Body | tree.Block = c[4]
        if isinstance(last, tree.Block):
            span, otherwise = c[0].span.to(last.span), (last,)
        else:
            span, otherwise = span_of(c[0], last.closer), last.statements
        return tree.Block(
            span, word(c[0]), None, c[2].statements, subject=c[1], otherwise=otherwise
        )

    def repetition(self, c: list[Any]) -> tree.Block:
        return _block(c[0], c[2], name=None, subject=c[1])

    def counted_repetition(self, c: list[Any]) -> tree.Block:
        """``repeat i in 0..3 { … }``."""
        return _block(c[0], c[4], name=None, subject=c[3], variable=word(c[1]))


def _block(head: Token, body: Body, **parts: Any) -> tree.Block:
    span = span_of(head, body.closer)
    return tree.Block(span, word(head), body=body.statements, **parts)
