"""Slips in the heads of train blocks, and the heads that were probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from ..diagnostics.model import Problem
from ..diagnostics.suggest import nearest
from .around import wrong
from .feed import Unexpected
from .forms import FORMS
from .tokens import Token, span_of

__all__ = ["train_head"]

_NAMED = "train NAME: MODEL on DATA { … }"
#: Words and signs that stand for ``on``.
_ON = frozenset({"on", "no", "with", "to", "using", "over", "from", "for", "->"})


def train_head(u: Unexpected) -> Problem | None:
    """``train first: A with D {``, ``train first A on D {``, ``train (A on D) {``."""
    tokens = [token for token in u.statement if token.type != "NEWLINE"]
    head = u.tokens[u.stop].type == "LBRACE" and u.token.type != "NEWLINE"
    if not head or not tokens or tokens[0].text != "train":
        return None
    meant = _meant(tokens[1:])
    signs = {token.type for token in tokens[:4]}
    named = ":" in meant if meant else bool(signs & {"COLON", "EQUAL"})
    message = "this is not how a train block begins"
    expected = _NAMED if named else FORMS["train"].usage
    span = span_of(tokens[0], tokens[-1])
    return wrong(message, span, expected, meant, span if meant else None)


def _meant(tokens: list[Token]) -> str | None:
    """The head that these words probably stand for."""
    words = [word for word, _ in groupby(_words(tokens))]
    words = words[words[:1] == ["train"] :]
    while words and words[-1] == ":":
        words.pop()
    while words and words[0] == ":":
        del words[0]
    name = ""
    if len(words) > 2 and words[1] == ":":
        name, words = f"{words[0]}: ", words[2:]
    elif len(words) == 4:
        name, words = f"{words[0]}: ", words[1:]
    if len(words) == 3 and (words[1] in _ON or nearest(words[1], ["on"])):
        del words[1]
    plain = all(word.isidentifier() and word != "on" for word in words)
    if len(words) != 2 or not plain or name == "on: ":
        return None
    return f"train {name}{words[0]} on {words[1]}"


def _words(tokens: list[Token]) -> Iterable[str]:
    """The words of a head; : for what separates a name, and nothing for brackets."""
    for token in tokens:
        if token.type in ("COLON", "EQUAL"):
            yield ":"
        elif token.type == "STRING":
            yield token.text[1:-1]
        elif token.type not in ("LPAR", "RPAR"):
            yield token.text
