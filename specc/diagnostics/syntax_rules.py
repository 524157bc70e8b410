"""Rules of the text itself: characters, words and numbers, brackets, and their order."""

from __future__ import annotations

from .model import Level
from .rule import Rule

__all__ = ["SYNTAX_RULES"]

_CHARACTERS: tuple[Rule, ...] = (
    Rule(
        "bad-character",
        "a character that is no part of the language",
        "Words and signs are written in ASCII; other letters may stand in texts in quotes"
        " and in comments. Control characters, and those that change the direction in"
        " which text is shown, may stand nowhere: with them a spec could look like what"
        " it is not. Lines end with LF or CRLF.",
        reference="Unicode Technical Standard 39; CVE-2021-42574",
    ),
    Rule(
        "bad-number",
        "a number that is not written as numbers are",
        "Numbers are decimal: 300, 1_000, 0.5, 1e-3. A digit stands before and after the"
        " point, no zero before other digits, and a space before a unit (20 epochs).",
    ),
    Rule(
        "bad-escape",
        "a backslash before a character that it does not go with",
        'In a text in quotes \\\\ stands for a backslash, \\" for a quote, \\n for a new'
        " line and \\t for a tab. Paths may be written with / on every system.",
    ),
    Rule(
        "unclosed-string",
        "a text whose closing quote is missing",
        "A text in quotes ends on the line on which it begins.",
    ),
    Rule(
        "identifier-too-long",
        "a name of more than 64 characters",
        "Names become names of weights, of layers in a framework and of files.",
    ),
)

_BRACKETS: tuple[Rule, ...] = (
    Rule(
        "unclosed-bracket",
        "a bracket that is not closed",
        "Every (, [ and { has its pair. The place reported is where the indentation of"
        " lines shows it to be missing.",
    ),
    Rule(
        "unmatched-bracket",
        "a closing bracket that closes nothing, or one of another kind",
        "Every ), ] and } has its pair before it, with whole pairs between.",
    ),
    Rule(
        "too-deep",
        "brackets, branches or operators that are nested too deep",
        "Brackets, and branches of else if, may be 64 levels deep, and 64 operators may"
        " apply to one another's results.",
    ),
)

_ORDER: tuple[Rule, ...] = (
    Rule(
        "syntax",
        "the text does not follow the grammar",
        "The words and signs stand in an order that no statement of the language has.",
    ),
    Rule(
        "too-large",
        "a text of more than one mebibyte, or of 400,000 words and signs",
        "A spec says what is to be trained, not with what; numbers belong into data"
        " files, and repeated layers into a block.",
    ),
    Rule(
        "too-many-problems",
        "more problems than are shown",
        "After a hundred problems of one text the rest is left out.",
        Level.NOTE,
    ),
)

SYNTAX_RULES = (*_ORDER, *_CHARACTERS, *_BRACKETS)
