"""Types of tokens in words that a user knows."""

from __future__ import annotations

__all__ = ["KEYWORDS", "expected_words"]

#: Keywords that may be offered as a spelling.
KEYWORDS = {
    "ELSE": "else",
    "ON": "on",
    "IN": "in",
    "FOR": "for",
    "FROM": "from",
    "TO": "to",
    "EXCEPT": "except",
}

_OPERATORS = frozenset(
    {
        "PLUS",
        "MINUS",
        "STAR",
        "SLASH",
        "FLOOR",
        "MODULO",
        "POWER",
        "COMPARE",
        "DOTS",
        "FOR",
    }
)
_VALUES = frozenset(
    {
        "NUMBER",
        "STRING",
        "TRUE",
        "FALSE",
        "WORD",
        "DOTTED",
        "LPAR",
        "LSQB",
        "MINUS",
        "PLUS",
        "NOT",
    }
)
_STATEMENTS = frozenset({"IF", "REPEAT", "ASSERT", "ALLOW", "WORD", "DOTTED"})
_ENDS = frozenset({"NEWLINE", "SEMICOLON"})
#: What may follow the first word of a statement, and a name in an expression.
_AFTER_FIRST_WORD = frozenset({"EQUAL", "ARROW", "STRING", "NUMBER"})
_AFTER_NAME = frozenset({"NEWLINE", "COMMA", "RPAR", "RSQB"})

_PLAIN = {
    "WORD": "a name",
    "STRING": "a text in quotes",
    "NUMBER": "a number",
    "SLUG": "the slug of a rule",
    "ARROW": "->",
    "COLON": ":",
    "COMMA": ",",
    "EQUAL": "=",
    "LPAR": "(",
    "RPAR": ")",
    "LSQB": "[",
    "RSQB": "]",
    "LBRACE": "{",
    "RBRACE": "}",
    **KEYWORDS,
}


def expected_words(accepted: frozenset[str]) -> str:
    """What could stand in a place, as ``a, b or c``."""
    rest = set(accepted)
    words: list[str] = []
    if rest >= _AFTER_FIRST_WORD:
        return "=, ->, ( or a new line"
    if rest & _AFTER_NAME:
        # What goes on with a name is not what is missing.
        rest -= {"LPAR", "LSQB"}
    if "IF" in rest:
        words.append("a statement")
        rest -= _STATEMENTS
    elif "TRUE" in rest:
        words.append("a value")
        rest -= _VALUES
    elif "PERCENT" in rest:
        # After a number or a name: a unit, an operator, or what follows a value.
        rest -= {"WORD", "PERCENT"}
    if len(rest - _OPERATORS) > 0:
        rest -= _OPERATORS
    if rest & _ENDS:
        words.append("a new line")
        rest -= {*_ENDS, "RBRACE"}
    words += sorted(_PLAIN[kind] for kind in rest if kind in _PLAIN)
    if rest & _OPERATORS:
        words.append("an operator")
    return _listed(words) if words else "the end of the text"


def _listed(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} or {words[-1]}"
