"""Common slips in the order of words and signs, each with a message of its own."""

from __future__ import annotations

from collections.abc import Callable

from ..diagnostics.model import Problem
from ..diagnostics.suggest import nearest
from .around import (
    BEGINS,
    ENDS,
    in_brackets,
    kind_of,
    shown,
    token_at,
    token_before,
    wrong,
)
from .feed import Unexpected
from .forms import FORMS
from .slips_of_calls import layer_as_function
from .slips_of_declarations import (
    bare_declaration,
    input_statement,
    output_statement,
    round_dimensions,
)
from .slips_of_trainings import train_head
from .slips_of_words import (
    called_after_word,
    dotted_word,
    foreign_comment,
    nameless_call,
    other_language,
    quoted_name,
    unquoted_file,
    untyped_parameter,
)

__all__ = ["SLIPS"]


def colon_for_equals(u: Unexpected) -> Problem | None:
    """``activation: relu``."""
    before = token_before(u)
    if u.token.type != "COLON" or "EQUAL" not in u.accepted or before is None:
        return None
    if before.text in FORMS:  # train: Model on Data
        return None
    message = f"{before.text} is given its value with ="
    return wrong(message, u.token.span, "=")


def equals_for_colon(u: Unexpected) -> Problem | None:
    """``input image = float32[28]`` is a setting; ``block B(n = int)`` is this one."""
    if u.token.type == "EQUAL" and "COLON" in u.accepted and len(u.accepted) == 1:
        return wrong("a type follows a :", u.token.span, ":")
    return None


def equals_in_condition(u: Unexpected) -> Problem | None:
    """``if width = 3 {``."""
    heads = {token.type for token in u.tokens[u.start : u.start + 2]}
    if u.token.type != "EQUAL" or not heads & {"IF", "ASSERT"} or in_brackets(u):
        return None
    message = "= gives a value; two values are compared with =="
    return wrong(message, u.token.span, "==")


def missing_comma(u: Unexpected) -> Problem | None:
    """``Dense(300 activation = relu)``: the comma is missing before the last word."""
    if "COMMA" not in u.accepted or not in_brackets(u):
        return None
    token, before = u.token, token_before(u)
    if token.type in ("EQUAL", "LPAR", "LSQB") and kind_of(before) == "WORD":
        assert before is not None
        token, before = before, token_before(u, 2)
    elif token.type not in BEGINS:
        return None
    if before is None or before.type not in ENDS:
        return None
    message = f"there is no comma before {shown(token)}"
    return wrong(message, before.after("").span, ",")


def brace_on_next_line(u: Unexpected) -> Problem | None:
    """The brace of a body stands at the beginning of a line."""
    following = token_at(u, 1)
    if u.token.type != "NEWLINE" or following is None or "LBRACE" not in u.accepted:
        return None
    if following.type != "LBRACE":
        return None
    message = "the { of a body stands on the line of its head"
    place = u.tokens[u.index - 1].after("").span
    return wrong(message, place, "{")


def comma_between_statements(u: Unexpected) -> Problem | None:
    """``Dense(300),`` on a line of its own."""
    if u.token.type != "COMMA" or "NEWLINE" not in u.accepted or in_brackets(u):
        return None
    message = "statements are not separated by commas"
    return wrong(message, u.token.span, "a new line")


def two_statements(u: Unexpected) -> Problem | None:
    """``Dense(300) Dropout(0.2)``."""
    if u.token.type != "WORD" or in_brackets(u):
        return None
    if "NEWLINE" not in u.accepted or u.token.line != u.tokens[u.index - 1].line:
        return None
    if "ELSE" in u.accepted and nearest(u.token.text, ["else"]):
        return None
    message = f"{u.token.text} begins a statement in the middle of a line"
    return wrong(message, u.token.span, "a new line before it, or ->")


def arrow_at_end(u: Unexpected) -> Problem | None:
    """``hidden = image ->`` with the next layer on the next line."""
    before = token_before(u)
    if u.token.type != "NEWLINE" or kind_of(before) != "ARROW":
        return None
    assert before is not None
    message = "a flow goes on with -> at the beginning of the next line"
    return wrong(message, before.span, "a layer after ->")


def fat_arrow(u: Unexpected) -> Problem | None:
    """``image => Dense(3)``, ``image > Dense(3)``."""
    sign, following = u.token, token_at(u, 1)
    if sign.text == "=" and following is not None and following.start == sign.end:
        sign = following
    if sign.text != ">" or "ARROW" not in u.accepted or in_brackets(u):
        return None
    return wrong("layers are joined with ->", u.token.span.to(sign.span), "->")


def comparison_for_equals(u: Unexpected) -> Problem | None:
    """``epochs == 20``."""
    if u.token.text != "==" or "EQUAL" not in u.accepted:
        return None
    return wrong("== compares; a value is given with =", u.token.span, "=")


def joined_conditions(u: Unexpected) -> Problem | None:
    """``if a < b and c < d``, ``keep(a < b and c < d)``."""
    for word in (u.token, token_before(u)):
        if word is not None and word.text in ("and", "or") and word.type == "WORD":
            message = f"conditions are not joined with {word.text}"
            if in_brackets(u):
                two = "write two keeps, one below the other: rows must pass both"
                fix = two if word.text == "and" else None
                return wrong(message, word.span, "one comparison in each keep", fix)
            return wrong(message, word.span, "one if inside another")
    return None


def two_comparisons(u: Unexpected) -> Problem | None:
    """``if 1 < n < 3``."""
    comparisons = [
        token
        for token in u.tokens[u.start : u.index]
        if token.type == "COMPARE" and not in_brackets(u)
    ]
    if u.token.type != "COMPARE" or not comparisons:
        return None
    return wrong("only two values are compared at a time", u.token.span)


def brace_as_value(u: Unexpected) -> Problem | None:
    """``Dense({units: 3})``."""
    if u.token.type != "LBRACE" or "TRUE" not in u.accepted:
        return None
    message = "{ } holds the body of a block and is no value"
    return wrong(message, u.token.span, "a value; lists stand in [ ]")


def lone_semicolon(u: Unexpected) -> Problem | None:
    """``Dense(300; 10)``."""
    if u.token.type != "SEMICOLON" or not in_brackets(u):
        return None
    return wrong("arguments are separated by commas", u.token.span, ",")


def arrow_in_brackets(u: Unexpected) -> Problem | None:
    """``Add(image -> Dense(3), other)``."""
    if u.token.type != "ARROW" or not in_brackets(u):
        return None
    message = "a flow cannot stand inside brackets"
    return wrong(message, u.token.span, "a flow with a name of its own: x = a -> B(1)")


def split_remainder(u: Unexpected) -> Problem | None:
    """``(width %`` with the divisor on the next line."""
    before = token_before(u)
    begins = u.token.type in BEGINS or u.token.type in ("LPAR", "LSQB")
    if before is None or before.type != "PERCENT" or not begins:
        return None
    message = (
        "both sides of a remainder stand on one line; % before a new line is a unit"
    )
    return wrong(message, before.span, "the divisor beside it")


def arrow_after_equals(u: Unexpected) -> Problem | None:
    """``hidden = -> Dense(3)``."""
    before = token_before(u)
    if u.token.type != "ARROW" or kind_of(before) != "EQUAL":
        return None
    assert before is not None
    message = "a flow begins with a name, and -> comes after it"
    return wrong(message, before.after("").span, "an input, a flow or a layer")


#: In this order; the first that knows what it sees speaks.
SLIPS: tuple[Callable[[Unexpected], Problem | None], ...] = (
    foreign_comment,
    other_language,
    train_head,
    input_statement,
    output_statement,
    bare_declaration,
    dotted_word,
    untyped_parameter,
    called_after_word,
    nameless_call,
    arrow_after_equals,
    layer_as_function,
    split_remainder,
    comparison_for_equals,
    colon_for_equals,
    equals_for_colon,
    equals_in_condition,
    joined_conditions,
    brace_as_value,
    round_dimensions,
    unquoted_file,
    quoted_name,
    lone_semicolon,
    arrow_in_brackets,
    missing_comma,
    brace_on_next_line,
    comma_between_statements,
    arrow_at_end,
    fat_arrow,
    two_comparisons,
    two_statements,
)
