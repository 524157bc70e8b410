"""Slips in words: names, texts and calls as other languages write them, or side by side."""

from __future__ import annotations

from ..diagnostics.model import Problem
from ..diagnostics.suggest import equivalents
from .around import (
    kind_of,
    token_before,
    wrong,
)
from .feed import Unexpected
from .forms import ELSEWHERE, FORMS, elsewhere
from .tokens import CLOSERS, OPENERS, Token

__all__ = [
    "called_after_word",
    "dotted_word",
    "foreign_comment",
    "nameless_call",
    "other_language",
    "quoted_name",
    "unquoted_file",
    "untyped_parameter",
]


def foreign_comment(u: Unexpected) -> Problem | None:
    """``// comment`` and ``/* comment``, on a line of its own or behind a statement."""
    sign = u.token
    two = sign.source.text[sign.start : sign.start + 2]
    if two not in ("//", "/*"):
        sign = _division(u) if sign.type == "WORD" else None
    if sign is None or kind_of(token_before(u)) == "FLOOR":
        return None
    return wrong("a comment begins with #", sign.span, "#")


def _division(u: Unexpected) -> Token | None:
    """The // outside of brackets before words: ``x = Dense(3) // more than a name``."""
    depth = 0
    for token in u.tokens[u.start : u.index]:
        depth += (token.type in OPENERS) - (token.type in CLOSERS)
        if token.type == "FLOOR" and not depth:
            return token
    return None


def quoted_name(u: Unexpected) -> Problem | None:
    """``"epochs" = 20``, ``model "Net" {``, ``block "Unit"(size: int) {``."""
    token, before = u.token, token_before(u)
    head = u.tokens[u.stop].type == "LBRACE" and token.type in ("LBRACE", "LPAR")
    if head and before is not None and u.index == u.start + 2:
        token = before
    elif not {"WORD"} <= u.accepted or u.accepted & {"TRUE", "PERCENT"}:
        return None
    if token.type != "STRING":
        return None
    inside = token.text[1:-1]
    suggestion = inside if inside.isidentifier() and inside.isascii() else None
    return wrong("names stand without quotes", token.span, "a name", suggestion)


def unquoted_file(u: Unexpected) -> Problem | None:
    """``import blocks.nnspec``."""
    first = u.tokens[u.start]
    if first.text != "import" or u.index != u.start + 1:
        return None
    if u.token.type not in ("DOTTED", "WORD"):
        return None
    suggestion = f'"{u.token.text}"'
    return wrong("the name of a file stands in quotes", u.token.span, None, suggestion)


def other_language(u: Unexpected) -> Problem | None:
    """``for i in 0..3 {``, ``def Unit(n) {``."""
    first = u.tokens[u.start]
    if u.tokens[u.stop].type != "LBRACE" or first.text not in ELSEWHERE:
        return None
    return elsewhere(first.span)


def dotted_word(u: Unexpected) -> Problem | None:
    """``nn.Linear(3, 4)``, ``self.fc = Dense(3)``."""
    before = token_before(u)
    if kind_of(before) != "DOTTED" or u.token.type not in ("LPAR", "EQUAL"):
        return None
    assert before is not None
    last = before.text.rpartition(".")[2]
    if u.token.type == "EQUAL" and u.tokens[u.start].type == "ASSERT":
        return None
    if u.token.type == "EQUAL":
        return wrong("a name has no point in it", before.span, "a name", last)
    message = f"{before.text} stands here without its module"
    near = next(iter(equivalents(last)), last)
    return wrong(message, before.span, "a name", near)


def untyped_parameter(u: Unexpected) -> Problem | None:
    """``block Unit(size) {``."""
    before = token_before(u)
    if u.accepted != frozenset({"COLON"}) or u.token.type not in ("COMMA", "RPAR"):
        return None
    assert before is not None
    message = f"the parameter {before.text} has no type"
    return wrong(message, before.span, "a type", f"{before.text}: int")


def called_after_word(u: Unexpected) -> Problem | None:
    """``Flatten Dense(3)``: what begins like a block with parameters is two layers."""
    kinds = [token.type for token in u.tokens[u.start : u.start + 3]]
    first = u.tokens[u.start]
    if kinds in (["WORD", "WORD", "NEWLINE"], ["WORD", "WORD", "SEMICOLON"]):
        return _bare_pair(u)
    if kinds != ["WORD", "WORD", "LPAR"] or u.index < u.start + 3:
        return None
    if first.text in FORMS or u.tokens[u.stop].type == "LBRACE":
        return None
    second = u.tokens[u.start + 1]
    if first.text[0].islower():
        message = f"there is no = after {first.text}"
        return wrong(message, first.after("").span, "=")
    message = f"{second.text} begins a statement in the middle of a line"
    return wrong(message, second.span, "a new line before it, or ->")


def _bare_pair(u: Unexpected) -> Problem | None:
    """``standardize features``, ``loss mse``."""
    first, second = u.tokens[u.start : u.start + 2]
    if first.text in FORMS or u.index != u.start + 2 or "LPAR" not in u.accepted:
        return None
    message = f"a value after {first.text} stands in brackets, or after ="
    fix = f"{first.text}({second.text}), or {first.text} = {second.text}"
    return wrong(message, second.span, None, fix)


def nameless_call(u: Unexpected) -> Problem | None:
    """``optimizer = (0.1, momentum = 0.9)``: brackets with arguments and no name."""
    if u.token.type not in ("COMMA", "EQUAL") or "COMMA" in u.accepted:
        return None
    opened: list[int] = []
    for index in range(u.start, u.index):
        kind = u.tokens[index].type
        if kind in OPENERS:
            opened.append(index)
        elif kind in CLOSERS and opened:
            opened.pop()
    if not opened or u.tokens[opened[-1]].type != "LPAR" or "RPAR" not in u.accepted:
        return None
    before = u.tokens[opened[-1] - 1]
    if before.type in ("WORD", "DOTTED") or opened[-1] == u.start:
        return None
    message = "there is no name before ( and its arguments"
    return wrong(message, before.after("").span, "a name")
