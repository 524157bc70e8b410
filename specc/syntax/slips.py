"""Common slips in the order of words and signs, each with a message of its own."""

from __future__ import annotations

from collections.abc import Callable

from ..diagnostics.model import Problem, Span
from ..diagnostics.suggest import equivalents, nearest
from .feed import Unexpected
from .forms import ELSEWHERE, FORMS, elsewhere
from .tokens import CLOSERS, OPENERS, Token

__all__ = ["SLIPS"]

#: Tokens with which a value can begin, or end.
_BEGINS = frozenset({"WORD", "DOTTED", "NUMBER", "STRING"})
_ENDS = frozenset({"WORD", "DOTTED", "NUMBER", "STRING", "RPAR", "RSQB", "PERCENT"})


def _token(unexpected: Unexpected, offset: int) -> Token | None:
    """A token near the one that was not expected, within the text."""
    index = unexpected.index + offset
    return unexpected.tokens[index] if 0 <= index < len(unexpected.tokens) else None


def _before(unexpected: Unexpected, offset: int = 1) -> Token | None:
    """A token before it, within its statement."""
    index = unexpected.index - offset
    return unexpected.tokens[index] if index >= unexpected.start else None


def _kind(token: Token | None) -> str:
    return "" if token is None else token.type


def _syntax(
    message: str, span: Span, expected: str | None = None, suggestion: str | None = None
) -> Problem:
    return Problem("syntax", message, span, expected=expected, suggestion=suggestion)


def _in_brackets(unexpected: Unexpected) -> bool:
    """Whether the token is inside ( ) or [ ] of its statement."""
    depth = 0
    for token in unexpected.tokens[unexpected.start : unexpected.index]:
        depth += (token.type in OPENERS) - (token.type in CLOSERS)
    return depth > 0


def colon_for_equals(u: Unexpected) -> Problem | None:
    """``activation: relu``."""
    before = _before(u)
    if u.token.type != "COLON" or "EQUAL" not in u.accepted or before is None:
        return None
    if before.text in FORMS:  # train: Model on Data
        return None
    message = f"{before.text} is given its value with ="
    return _syntax(message, u.token.span, "=")


def equals_for_colon(u: Unexpected) -> Problem | None:
    """``input image = float32[28]`` is a setting; ``block B(n = int)`` is this one."""
    if u.token.type == "EQUAL" and "COLON" in u.accepted and len(u.accepted) == 1:
        return _syntax("a type follows a :", u.token.span, ":")
    return None


def equals_in_condition(u: Unexpected) -> Problem | None:
    """``if width = 3 {``."""
    heads = {token.type for token in u.tokens[u.start : u.start + 2]}
    if u.token.type != "EQUAL" or not heads & {"IF", "ASSERT"} or _in_brackets(u):
        return None
    message = "= gives a value; two values are compared with =="
    return _syntax(message, u.token.span, "==")


def missing_comma(u: Unexpected) -> Problem | None:
    """``Dense(300 activation = relu)``: the comma is missing before the last word."""
    if "COMMA" not in u.accepted or not _in_brackets(u):
        return None
    token, before = u.token, _before(u)
    if token.type in ("EQUAL", "LPAR", "LSQB") and _kind(before) == "WORD":
        assert before is not None
        token, before = before, _before(u, 2)
    elif token.type not in _BEGINS:
        return None
    if before is None or before.type not in _ENDS:
        return None
    message = f"there is no comma before {_shown(token)}"
    return _syntax(message, before.after("").span, ",")


def brace_on_next_line(u: Unexpected) -> Problem | None:
    """The brace of a body stands at the beginning of a line."""
    following = _token(u, 1)
    if u.token.type != "NEWLINE" or following is None or "LBRACE" not in u.accepted:
        return None
    if following.type != "LBRACE":
        return None
    message = "the { of a body stands on the line of its head"
    place = u.tokens[u.index - 1].after("").span
    return _syntax(message, place, "{")


def comma_between_statements(u: Unexpected) -> Problem | None:
    """``Dense(300),`` on a line of its own."""
    if u.token.type != "COMMA" or "NEWLINE" not in u.accepted or _in_brackets(u):
        return None
    message = "statements are not separated by commas"
    return _syntax(message, u.token.span, "a new line")


def two_statements(u: Unexpected) -> Problem | None:
    """``Dense(300) Dropout(0.2)``."""
    if u.token.type != "WORD" or _in_brackets(u):
        return None
    if "NEWLINE" not in u.accepted or u.token.line != u.tokens[u.index - 1].line:
        return None
    if "ELSE" in u.accepted and nearest(u.token.text, ["else"]):
        return None
    message = f"{u.token.text} begins a statement in the middle of a line"
    return _syntax(message, u.token.span, "a new line before it, or ->")


def foreign_comment(u: Unexpected) -> Problem | None:
    """``// comment`` and ``/* comment``."""
    two = u.token.source.text[u.token.start : u.token.start + 2]
    if two not in ("//", "/*") or (two == "//" and u.index != u.start):
        return None
    return _syntax("a comment begins with #", u.token.span, "#")


def arrow_at_end(u: Unexpected) -> Problem | None:
    """``hidden = image ->`` with the next layer on the next line."""
    before = _before(u)
    if u.token.type != "NEWLINE" or _kind(before) != "ARROW":
        return None
    assert before is not None
    message = "a flow goes on with -> at the beginning of the next line"
    return _syntax(message, before.span, "a layer after ->")


def fat_arrow(u: Unexpected) -> Problem | None:
    """``image => Dense(3)``, ``image > Dense(3)``."""
    sign, following = u.token, _token(u, 1)
    if sign.text == "=" and following is not None and following.start == sign.end:
        sign = following
    if sign.text != ">" or "ARROW" not in u.accepted or _in_brackets(u):
        return None
    return _syntax("layers are joined with ->", u.token.span.to(sign.span), "->")


def comparison_for_equals(u: Unexpected) -> Problem | None:
    """``epochs == 20``."""
    if u.token.text != "==" or "EQUAL" not in u.accepted:
        return None
    return _syntax("== compares; a value is given with =", u.token.span, "=")


def joined_conditions(u: Unexpected) -> Problem | None:
    """``if a < b and c < d``, ``keep(a < b and c < d)``."""
    for word in (u.token, _before(u)):
        if word is not None and word.text in ("and", "or") and word.type == "WORD":
            message = f"conditions are not joined with {word.text}"
            if _in_brackets(u):
                two = "write two keeps, one below the other: rows must pass both"
                fix = two if word.text == "and" else None
                return _syntax(message, word.span, "one comparison in each keep", fix)
            return _syntax(message, word.span, "one if inside another")
    return None


def two_comparisons(u: Unexpected) -> Problem | None:
    """``if 1 < n < 3``."""
    comparisons = [
        token
        for token in u.tokens[u.start : u.index]
        if token.type == "COMPARE" and not _in_brackets(u)
    ]
    if u.token.type != "COMPARE" or not comparisons:
        return None
    return _syntax("only two values are compared at a time", u.token.span)


def quoted_name(u: Unexpected) -> Problem | None:
    """``"epochs" = 20``, ``model "Net" {``."""
    token, before = u.token, _before(u)
    if token.type == "LBRACE" and before is not None and u.index == u.start + 2:
        token = before
    elif not {"WORD"} <= u.accepted or u.accepted & {"TRUE", "PERCENT"}:
        return None
    if token.type != "STRING":
        return None
    inside = token.text[1:-1]
    suggestion = inside if inside.isidentifier() and inside.isascii() else None
    return _syntax("names stand without quotes", token.span, "a name", suggestion)


def unquoted_file(u: Unexpected) -> Problem | None:
    """``import blocks.nnspec``."""
    first = u.tokens[u.start]
    if first.text != "import" or u.index != u.start + 1:
        return None
    if u.token.type not in ("DOTTED", "WORD"):
        return None
    suggestion = f'"{u.token.text}"'
    return _syntax(
        "the name of a file stands in quotes", u.token.span, None, suggestion
    )


def round_dimensions(u: Unexpected) -> Problem | None:
    """``input image: float32(28, 28)``."""
    before = _before(u, 2)
    if u.token.type != "LPAR" or _kind(before) != "COLON" or "LSQB" not in u.accepted:
        return None
    return _syntax("the sizes of a type stand in [ ]", u.token.span, "[")


def brace_as_value(u: Unexpected) -> Problem | None:
    """``Dense({units: 3})``."""
    if u.token.type != "LBRACE" or "TRUE" not in u.accepted:
        return None
    message = "{ } holds the body of a block and is no value"
    return _syntax(message, u.token.span, "a value; lists stand in [ ]")


def lone_semicolon(u: Unexpected) -> Problem | None:
    """``Dense(300; 10)``."""
    if u.token.type != "SEMICOLON" or not _in_brackets(u):
        return None
    return _syntax("arguments are separated by commas", u.token.span, ",")


def arrow_in_brackets(u: Unexpected) -> Problem | None:
    """``Add(image -> Dense(3), other)``."""
    if u.token.type != "ARROW" or not _in_brackets(u):
        return None
    message = "a flow cannot stand inside brackets"
    return _syntax(
        message, u.token.span, "a flow with a name of its own: x = a -> B(1)"
    )


def split_remainder(u: Unexpected) -> Problem | None:
    """``(width %`` with the divisor on the next line."""
    before = _before(u)
    begins = u.token.type in _BEGINS or u.token.type in ("LPAR", "LSQB")
    if before is None or before.type != "PERCENT" or not begins:
        return None
    message = (
        "both sides of a remainder stand on one line; % before a new line is a unit"
    )
    return _syntax(message, before.span, "the divisor beside it")


def other_language(u: Unexpected) -> Problem | None:
    """``for i in 0..3 {``, ``def Unit(n) {``."""
    first = u.tokens[u.start]
    if u.tokens[u.stop].type != "LBRACE" or first.text not in ELSEWHERE:
        return None
    return elsewhere(first.span)


def dotted_word(u: Unexpected) -> Problem | None:
    """``nn.Linear(3, 4)``, ``self.fc = Dense(3)``."""
    before = _before(u)
    if _kind(before) != "DOTTED" or u.token.type not in ("LPAR", "EQUAL"):
        return None
    assert before is not None
    last = before.text.rpartition(".")[2]
    if u.token.type == "EQUAL":
        return _syntax("a name has no point in it", before.span, "a name", last)
    message = f"{before.text} stands here without its module"
    near = next(iter(equivalents(last)), last)
    return _syntax(message, before.span, "a name", near)


def untyped_parameter(u: Unexpected) -> Problem | None:
    """``block Unit(size) {``."""
    before = _before(u)
    if u.accepted != frozenset({"COLON"}) or u.token.type not in ("COMMA", "RPAR"):
        return None
    assert before is not None
    message = f"the parameter {before.text} has no type"
    return _syntax(message, before.span, "a type", f"{before.text}: int")


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
        return _syntax(message, first.after("").span, "=")
    message = f"{second.text} begins a statement in the middle of a line"
    return _syntax(message, second.span, "a new line before it, or ->")


def _bare_pair(u: Unexpected) -> Problem | None:
    """``standardize features``, ``loss mse``."""
    first, second = u.tokens[u.start : u.start + 2]
    if first.text in FORMS or u.index != u.start + 2 or "LPAR" not in u.accepted:
        return None
    message = f"a value after {first.text} stands in brackets, or after ="
    fix = f"{first.text}({second.text}), or {first.text} = {second.text}"
    return _syntax(message, second.span, None, fix)


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
    return _syntax(message, before.after("").span, "a name")


def arrow_after_equals(u: Unexpected) -> Problem | None:
    """``hidden = -> Dense(3)``."""
    before = _before(u)
    if u.token.type != "ARROW" or _kind(before) != "EQUAL":
        return None
    assert before is not None
    message = "a flow begins with a name, and -> comes after it"
    return _syntax(message, before.after("").span, "an input, a flow or a layer")


def _shown(token: Token) -> str:
    return "the text in quotes" if token.type == "STRING" else token.text


#: In this order; the first that knows what it sees speaks.
SLIPS: tuple[Callable[[Unexpected], Problem | None], ...] = (
    foreign_comment,
    other_language,
    dotted_word,
    untyped_parameter,
    called_after_word,
    nameless_call,
    arrow_after_equals,
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
