"""Slips in declarations: of what a model begins and ends with, and of types."""

from __future__ import annotations

import re

from ..diagnostics.model import Problem, Span
from .around import kind_of, token_before, wrong
from .feed import Unexpected
from .forms import FORMS
from .tokens import CLOSERS, OPENERS, Token, span_of

__all__ = [
    "bare_declaration",
    "input_statement",
    "output_statement",
    "round_dimensions",
]

#: Longer statements are not repeated in a suggestion.
_LONGEST = 60
_TYPES = frozenset({"float32", "float64", "int32", "int64", "bool"})
_SORTS = frozenset({"int", "float", "str", "bool"})
_OUTPUT = "output NAME = FLOW"
#: The name that an output gets in suggestions.
_NAME = "result"


def input_statement(u: Unexpected) -> Problem | None:
    """``input float32[28]``, ``input x float32[28]``, ``input x: [28]``, ``input x``."""
    first, rest = u.tokens[u.start], u.statement[1:]
    if first.text != "input" or first.type != "WORD" or not rest:
        return None
    usage = FORMS["input"].usage
    kinds, where = [token.type for token in rest[:3]], u.index - u.start - 1
    whole = span_of(first, rest[-1])
    typed = next((i for i, token in enumerate(rest) if token.text in _TYPES), None)
    if typed is None and kinds[0] in ("LSQB", "NUMBER", "COLON"):
        sizes = rest[kinds[0] == "COLON" :]
        if (problem := _sizes_alone(None, sizes, usage, whole)) is not None:
            return problem
    if typed == 0 or kinds[0] in ("NUMBER", "COLON"):
        type_ = _written(rest[typed:]) if typed is not None else None
        fix = f"input x: {type_}" if type_ else None
        return wrong("the input has no name", first.after("").span, usage, fix, whole)
    if kinds[0] == "STRING":
        fix = rest[0].text[1:-1] if rest[0].text[1:-1].isidentifier() else None
        return wrong("names stand without quotes", rest[0].span, "a name", fix)
    if kinds[0] != "WORD":
        return None
    name = rest[0].text
    if where == 1 and len(rest) == 1:
        return wrong(f"the input {name} has no type", rest[0].after("").span, usage)
    if where == 1 and kinds[1] == "COMMA":
        message = "each input has a statement of its own"
        type_ = _type_behind(rest)
        fix = f"input {name}: {type_}" if type_ else None
        return wrong(message, u.token.span, usage, fix)
    if where == 1 and rest[1].text in _TYPES:
        message = f"there is no : between {name} and its type"
        return wrong(message, rest[0].after("").span, ":")
    if where == 2 and kinds[1] == "COLON" and len(rest) > 2:
        return _sizes_alone(name, rest[2:], usage, span_of(rest[2], rest[-1]))
    return None


def _sizes_alone(
    name: str | None, type_: list[Token], usage: str, instead: Span
) -> Problem | None:
    """``input x: [28, 28]``, ``input x: 28``, ``input [28]``: a type of sizes alone."""
    if not type_ or type_[0].type not in ("LSQB", "LPAR", "NUMBER"):
        return None
    bare = type_[0].type == "NUMBER"
    plain = not bare or all(token.type not in OPENERS for token in type_)
    sizes = _written(type_ if bare else type_[1:-1]) if plain else None
    fix = f"float32[{sizes}]" if sizes else None
    if name is None:
        message, fix = "the input has no name", f"input x: {fix}" if fix else None
    else:
        message = f"the type of {name} says what its numbers are, before their sizes"
    return wrong(message, type_[0].span, usage, fix, instead)


def bare_declaration(u: Unexpected) -> Problem | None:
    """``x: float32[28]``, ``width: int = 3``: a declaration without its first word."""
    kinds = [token.type for token in u.statement[:3]]
    if kinds != ["WORD", "COLON", "WORD"] or u.index != u.start + 1:
        return None
    name, type_ = u.statement[0], u.statement[2].text
    if name.text == "param":
        usage = FORMS["param"].usage
        return wrong("the param has no name", name.after("").span, usage)
    if name.text in FORMS:
        return None
    given = any(token.type == "EQUAL" for token in u.statement)
    word = "input" if type_ in _TYPES and not given else "param"
    if word == "param" and type_ not in _SORTS:
        return None
    usage, whole = FORMS[word].usage, _written(u.statement)
    fix = f"{word} {whole}" if whole else None
    message = f"{name.text} has a type and nothing before it"
    instead = span_of(name, u.statement[-1])
    return wrong(message, name.span, usage, fix, instead)


def output_statement(u: Unexpected) -> Problem | None:
    """``output hidden``, ``output a, b``, ``output a, b = c``, ``return hidden``."""
    first, rest = u.tokens[u.start], u.statement[1:]
    if first.text not in ("output", "outputs", "return") or first.type != "WORD":
        return None
    signs = _outside_brackets(u.statement)
    if "EQUAL" in signs:
        return _named_output(u)
    if not rest or rest[0].type not in ("WORD", "DOTTED") or "COMPARE" in signs:
        return None
    if kind_of(rest[1] if len(rest) > 1 else None) == "COLON":
        return wrong(f"{rest[0].text} is given its flow with =", rest[1].span, "=")
    if "COMMA" in signs:
        message, fix = "each output has a statement of its own", rest[0].text
        return wrong(message, u.token.span, _OUTPUT, f"output {_NAME} = {fix}")
    flow = _written(rest)
    fix = f"output {_NAME} = {flow}" if flow else None
    whole = span_of(first, rest[-1])
    if first.text != "output":
        message = f"{first.text} begins no statement"
        return wrong(message, first.span, _OUTPUT, fix, whole)
    return wrong("the output has no name", first.after("").span, _OUTPUT, fix, whole)


def _named_output(u: Unexpected) -> Problem | None:
    """``output a, b = c``, ``output "a" = c``, ``output a: b = c``, ``output = ``."""
    first, *rest = u.statement
    kinds = [token.type for token in rest]
    left, right = rest[: kinds.index("EQUAL")], rest[kinds.index("EQUAL") + 1 :]
    if kinds[: len(left)] == ["WORD"]:
        return None
    if not left:
        return wrong("the output has no name", first.after("").span, _OUTPUT)
    if "COMMA" in kinds[: len(left)]:
        message = "each output has a statement of its own"
        return wrong(message, span_of(left[0], left[-1]), _OUTPUT)
    words = [token.text.strip('"') for token in left]
    names = [word for word in words if word.isidentifier()]
    flow = _written(right) if len(names) == 1 else None
    fix = f"output {names[0]} = {flow}" if flow else None
    whole = span_of(first, rest[-1])
    message = "this is not how an output is named"
    return wrong(message, span_of(left[0], left[-1]), _OUTPUT, fix, whole)


def round_dimensions(u: Unexpected) -> Problem | None:
    """``input image: float32(28, 28)``."""
    before, colon = token_before(u), token_before(u, 2)
    rounded = u.token.type == "LPAR" and "LSQB" in u.accepted
    if not rounded or before is None or kind_of(colon) != "COLON":
        return None
    rest = u.tokens[u.index + 1 : u.stop]
    ends = [index for index, token in enumerate(rest) if token.type == "RPAR"]
    sizes = _written(rest[: ends[0]]) if ends else None
    if before.text in _SORTS and sizes:
        sizes = re.sub(r"\s*,\s*", "..", sizes)
    fix = f"{before.text}[{sizes}]" if sizes else None
    instead = span_of(before, rest[ends[0]]) if ends else None
    message = "the sizes of a type stand in [ ]"
    if before.text in _SORTS:
        message = "the limits of a type stand in [ ]"
    return wrong(message, u.token.span, "[", fix, instead)


def _outside_brackets(tokens: list[Token]) -> set[str]:
    """The types of the tokens that stand in no brackets."""
    found: set[str] = set()
    depth = 0
    for token in tokens:
        depth -= token.type in CLOSERS
        if not depth:
            found.add(token.type)
        depth += token.type in OPENERS
    return found


def _type_behind(tokens: list[Token]) -> str | None:
    """What stands behind the colon of several inputs."""
    colons = [index for index, token in enumerate(tokens) if token.type == "COLON"]
    return _written(tokens[colons[-1] + 1 :]) if colons else None


def _written(tokens: list[Token]) -> str | None:
    """A stretch of a line as it is written, where it is short enough to be repeated."""
    if not tokens or tokens[0].line != tokens[-1].line:
        return None
    span = span_of(tokens[0], tokens[-1])
    text = span.source.text[span.start : span.end]
    return text if len(text) <= _LONGEST else None
