"""Where spaces stand between the tokens of a line."""

from __future__ import annotations

from collections.abc import Sequence

from .tokens import Token

__all__ = ["spaced"]

_OPERATORS = frozenset(
    {"PLUS", "MINUS", "STAR", "SLASH", "FLOOR", "MODULO", "POWER", "COMPARE"}
)
#: After these a sign belongs to the number that follows it.
_BEFORE_SIGN = _OPERATORS | {
    "LPAR",
    "LSQB",
    "COMMA",
    "EQUAL",
    "DOTS",
    "IF",
    "ASSERT",
    "REPEAT",
    "IN",
    "NOT",
    "FOR",
}
_NO_SPACE_BEFORE = frozenset({"COMMA", "RPAR", "RSQB", "COLON", "PERCENT", "SEMICOLON"})
_NO_SPACE_AFTER = frozenset({"LPAR", "LSQB"})
_SHORT = frozenset({"NUMBER", "WORD"})


def spaced(tokens: Sequence[Token]) -> str:
    """The tokens on one line, a space between them where there should be one."""
    pieces: list[str] = []
    for index, token in enumerate(tokens):
        if index > 0 and _space(tokens, index):
            pieces.append(" ")
        pieces.append(token.text)
    return "".join(pieces)


def _space(tokens: Sequence[Token], index: int) -> bool:
    """Whether a space stands before a token that is not the first."""
    before, kind = tokens[index - 1].type, tokens[index].type
    if kind in _NO_SPACE_BEFORE or before in _NO_SPACE_AFTER:
        return False
    if kind == "LPAR":
        return before not in ("WORD", "ALLOW")
    if kind == "LSQB":
        return before != "WORD"
    if before in ("PLUS", "MINUS"):
        return not _is_sign(tokens, index - 1)
    if kind == "DOTS":
        return not _tight(tokens, index)
    if before == "DOTS":
        return not _tight(tokens, index - 1)
    return True


def _is_sign(tokens: Sequence[Token], index: int) -> bool:
    """Whether a plus or minus is the sign of what follows, no operator."""
    return index == 0 or tokens[index - 1].type in _BEFORE_SIGN


def _tight(tokens: Sequence[Token], index: int) -> bool:
    """Whether the ends of a range are so short that no spaces stand around the dots."""
    beside = [*tokens[index - 1 : index], *tokens[index + 1 : index + 2]]
    around = [*tokens[max(index - 2, 0) : index - 1], *tokens[index + 2 : index + 3]]
    short = all(token.type in _SHORT for token in beside)
    return short and not any(token.type in _OPERATORS for token in around)
