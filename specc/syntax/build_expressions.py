"""Nodes of expressions, by rule of the grammar."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from . import tree
from .tokens import Token, span_of

__all__ = ["Expressions", "word"]

_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t"}


def word(token: Token) -> tree.Word:
    """The word that a token is."""
    return tree.Word(span_of(token, token), token.text)


class Expressions:
    """The rules under ``value``."""

    def word(self, c: list[Any]) -> tree.Word:
        return word(c[0])

    def name(self, c: list[Any]) -> tree.Name:
        return tree.Name(span_of(c[0], c[0]), c[0].text)

    def number(self, c: list[Any]) -> tree.Number:
        text: str = c[0].text
        plain = text.replace("_", "")
        value = int(plain) if plain.isdigit() else float(plain)
        return tree.Number(span_of(c[0], c[0]), value, text)

    def string(self, c: list[Any]) -> tree.String:
        return text_of(c[0])

    def boolean(self, c: list[Any]) -> tree.Boolean:
        return tree.Boolean(span_of(c[0], c[0]), c[0].type == "TRUE")

    def group(self, c: list[Any]) -> tree.Expression:
        # The parentheses become part of the place of what they hold.
        return replace(c[1], span=span_of(c[0], c[2]))

    def quantity(self, c: list[Any]) -> tree.Quantity:
        value, unit = c
        return tree.Quantity(value.span.to(unit.span), value, unit)

    def unary(self, c: list[Any]) -> tree.Unary:
        sign, operand = c
        return tree.Unary(sign.span.to(operand.span), sign.text, operand)

    def binary(self, c: list[Any]) -> tree.Binary:
        left, sign, right = c
        return tree.Binary(left.span.to(right.span), sign.text, left, right)

    def range_of(self, c: list[Any]) -> tree.Range:
        return tree.Range(c[0].span.to(c[2].span), c[0], c[2])

    def for_time(self, c: list[Any]) -> tree.For:
        return tree.For(c[0].span.to(c[2].span), c[0], c[2])

    def call(self, c: list[Any]) -> tree.Call:
        return tree.Call(span_of(c[0], c[3]), word(c[0]), tuple(c[2]))

    def list(self, c: list[Any]) -> tree.ListExpr:
        return tree.ListExpr(span_of(c[0], c[2]), tuple(c[1]))

    def index(self, c: list[Any]) -> tree.Index:
        return tree.Index(span_of(c[0], c[3]), word(c[0]), tuple(c[2]))

    def argument(self, c: list[Any]) -> tree.Argument:
        if len(c) == 1:
            return tree.Argument(c[0].span, None, c[0])
        name = word(c[0])
        return tree.Argument(name.span.to(c[2].span), name, c[2])

    def type(self, c: list[Any]) -> tree.TypeExpr:
        if len(c) == 1:
            return tree.TypeExpr(span_of(c[0], c[0]), word(c[0]), None)
        return tree.TypeExpr(span_of(c[0], c[3]), word(c[0]), tuple(c[2]))


def text_of(token: Token) -> tree.String:
    """The text that a quoted token stands for."""

    def plain(match: re.Match[str]) -> str:
        return _ESCAPED.get(match[1], match[1])

    value = token.text[1:-1]
    if "\\" in value:
        value = _ESCAPE.sub(plain, value)
    return tree.String(span_of(token, token), value)
