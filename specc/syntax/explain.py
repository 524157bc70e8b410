"""What to say when a token stands where the grammar cannot take it.

Common slips have a message of their own; each is a function that knows it when it sees it
(`specc.syntax.slips.SLIPS`). For all others the message says what was found and what could
have stood there.
"""

from __future__ import annotations

from ..diagnostics.model import Problem, Span
from ..diagnostics.suggest import nearest
from .expected import KEYWORDS, expected_words
from .feed import Unexpected
from .forms import FORMS
from .slips import SLIPS
from .tokens import Token

__all__ = ["explain"]


def explain(unexpected: Unexpected) -> Problem:
    """The problem of a token that the grammar cannot take."""
    for slip in SLIPS:
        problem = slip(unexpected)
        if problem is not None:
            return problem
    reserved = _reserved(unexpected)
    if reserved is not None:
        return reserved
    misspelt = _misspelt(unexpected)
    if misspelt is not None:
        return misspelt
    return Problem(
        "syntax",
        _message(unexpected.token),
        _place(unexpected),
        expected=_expected(unexpected),
        suggestion=_suggestion(unexpected),
    )


def _reserved(unexpected: Unexpected) -> Problem | None:
    """``true -> Dense(3)``: a value or an operator that is used as the name of a flow."""
    before = unexpected.tokens[max(unexpected.index - 1, unexpected.start)]
    flows = before.type in ("TRUE", "FALSE") and unexpected.token.type == "ARROW"
    if not flows and before.type != "NOT":
        return None
    message = f"{before.text} is a word of the language and cannot be a name"
    return Problem("reserved-name", message, before.span)


def _misspelt(unexpected: Unexpected) -> Problem | None:
    """``repaet 3 { … }``: a word and a value, after what nearly begins a statement."""
    if len(unexpected.statement) < 2:
        return None
    first, second = unexpected.statement[:2]
    if first.type != "WORD" or second.type not in ("WORD", "NUMBER", "STRING"):
        return None
    near = None if first.text in FORMS else nearest(first.text, FORMS)
    if near is None:
        return None
    message = f"{first.text} begins no statement"
    return Problem(
        "syntax", message, first.span, expected=FORMS[near].usage, suggestion=near
    )


def _message(token: Token) -> str:
    match token.type:
        case "NEWLINE" | "SEMICOLON":
            return "the statement ends too early"
        case "$END":
            return "the text ends too early"
        case "STRING":
            return "a text in quotes cannot stand here"
        case "NUMBER":
            return f"the number {token.text} cannot stand here"
        case "RBRACE":
            return "the body ends too early"
        case _:
            return f"{token.text} cannot stand here"


def _place(unexpected: Unexpected) -> Span:
    """The token; or, where something is missing at an end, right after the last one."""
    token = unexpected.token
    if token.type in ("NEWLINE", "$END") and unexpected.index > 0:
        return unexpected.tokens[unexpected.index - 1].after("").span
    return token.span


def _expected(unexpected: Unexpected) -> str:
    """What could have stood there; in the head of a statement, how it is written."""
    statement = unexpected.statement
    head = statement[0].text if statement else ""
    place = unexpected.index - unexpected.start
    written_out = {"input", "param", "train", "block", "import", "reuse"}
    blocks = {kind for kind, form in FORMS.items() if form.head is not None}
    if 0 < place <= 6 and head in written_out | blocks:
        depth_one = all(token.type != "EQUAL" for token in statement[:place])
        if depth_one:
            return FORMS[head].usage
    return expected_words(unexpected.accepted)


def _suggestion(unexpected: Unexpected) -> str | None:
    """A keyword that is nearly there."""
    if unexpected.token.type != "WORD":
        return None
    possible = [KEYWORDS[kind] for kind in unexpected.accepted if kind in KEYWORDS]
    return nearest(unexpected.token.text, sorted(possible))
