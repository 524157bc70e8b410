"""Texts with one token wrong: deleted, doubled, misspelt, or swapped with its neighbour."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from specc.diagnostics.model import Source
from specc.syntax.scan import scan
from specc.syntax.tokens import Token

__all__ = ["KINDS", "Slip", "slips"]

KINDS = ("deleted", "doubled", "misspelt", "swapped")
_SPACE = frozenset({"NEWLINE", "SEMICOLON", "$END"})


@dataclass(frozen=True)
class Slip:
    """A text with a fault in one token; `lines` are those that the fault touches."""

    kind: str
    what: str
    text: str
    lines: frozenset[int]


def slips(name: str, text: str, choice: random.Random) -> Iterator[Slip]:
    """Every slip of a text; `choice` says which letter of a word is wrong."""
    tokens = [t for t in scan(Source(name, text)).tokens if t.type not in _SPACE]
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        here = frozenset({token.line})
        gone = _spliced(text, token, "")
        # After a deleted bracket the next line may be where it can first be missed.
        yield Slip("deleted", token.text, gone, here)
        yield Slip(
            "doubled",
            token.text,
            _spliced(text, token, f"{token.text} {token.text}"),
            here,
        )
        if token.type in ("WORD", "DOTTED", "SLUG"):
            wrong = _misspelt(token.text, choice)
            yield Slip("misspelt", token.text, _spliced(text, token, wrong), here)
        if following is not None and following.text != token.text:
            between = text[token.end : following.start]
            swapped = f"{following.text}{between}{token.text}"
            mixed = text[: token.start] + swapped + text[following.end :]
            lines = frozenset({token.line, following.line})
            yield Slip("swapped", f"{token.text} {following.text}", mixed, lines)


def _spliced(text: str, token: Token, instead: str) -> str:
    return text[: token.start] + instead + text[token.end :]


def _misspelt(word: str, choice: random.Random) -> str:
    """A word with a letter left out, doubled or changed."""
    at = choice.randrange(len(word))
    letter = word[at]
    match choice.randrange(3):
        case 0 if len(word) > 2:
            return word[:at] + word[at + 1 :]
        case 1:
            return word[:at] + letter + word[at:]
        case _:
            return word[:at] + ("q" if letter != "q" else "z") + word[at + 1 :]
