"""Colours for .nnspec text wherever Pygments is used: documents, notebooks, terminals.

What a word is follows from its place, as in the grammar, so no construct is named here:
two words side by side begin a statement, a word before ``(`` is called, one before ``=``
is set, one behind a number is its unit.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pygments.lexer import (
    RegexLexer,
    bygroups,  # pyright: ignore[reportUnknownVariableType]
    default,
)
from pygments.token import (
    Comment,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Whitespace,
)

__all__ = ["NnspecLexer"]

_WORD = r"[A-Za-z_][A-Za-z0-9_]*"
_NUMBER = r"[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?"
_END = r"(?![A-Za-z0-9_])"
#: A keyword that begins a statement stands before a value.
_BEFORE_VALUE = r"(?=[ \t]*(?:[A-Za-z0-9_(\"\[+]|-(?!>)))"
_JOINTS = rf"(?:for|in|on|to|from|except){_END}"

_SPACE: list[Any] = [(r"[ \t]+", Whitespace), (r"#[^\n]*", Comment.Single)]
_STRING: list[Any] = [
    (r'"(?:[^"\\\n]|\\[^\n])*"', String.Double),
]
_VALUES: list[Any] = [
    *_SPACE,
    *_STRING,
    (
        rf"({_NUMBER})([ \t]*)(%)(?![ \t]*(?!for[^A-Za-z0-9_])[A-Za-z0-9_(\"\[])",
        bygroups(Number, Whitespace, Keyword.Type),
    ),
    (
        rf"({_NUMBER})([ \t]+)(?!{_JOINTS})({_WORD})",
        bygroups(Number, Whitespace, Keyword.Type),
    ),
    (rf"{_NUMBER}", Number),
    (rf"(?:true|false|none){_END}", Keyword.Constant),
    (rf"not{_END}(?=[ \t]*[A-Za-z0-9_(])", Operator.Word),
    (rf"{_JOINTS}(?=[ \t]*[A-Za-z0-9_(\"])", Operator.Word),
    (rf"{_WORD}(?=[ \t]*=(?!=))", Name.Attribute),
    (r"[A-Z][A-Za-z0-9_]*", Name.Class),
    (rf"{_WORD}(?=[ \t]*\()", Name.Function),
    (
        rf"(:)([ \t]*)({_WORD}){_END}(?![ \t]+on{_END})",
        bygroups(Punctuation, Whitespace, Keyword.Type),
    ),
    (_WORD, Name),
    (r"->|\.\.|//|\*\*|<=|>=|==|!=|[-+*/%<>=]", Operator),
    (r"[.,:]", Punctuation),
    (r"[(\[]", Punctuation, "brackets"),
]


#: What stands behind a closing bracket is its unit.
_CLOSED: Any = (
    rf"(\))([ \t]+)(?!{_JOINTS})({_WORD})",
    bygroups(Punctuation, Whitespace, Keyword.Type),
)


class NnspecLexer(RegexLexer):
    """Lexer of the .nnspec language, for declarative neural networks."""

    name = "nnspec"
    aliases: ClassVar = ["nnspec"]
    filenames: ClassVar = ["*.nnspec"]
    mimetypes: ClassVar = ["text/x-nnspec"]

    tokens: ClassVar = {
        # Where a statement may begin.
        "root": [
            *_SPACE,
            (r"\ufeff", Whitespace),
            (r"\r?\n", Whitespace),
            (r"[;{}]", Punctuation),
            (
                r"(allow)([ \t]*)(\()([ \t]*)([a-z][a-z0-9-]*)",
                bygroups(Keyword, Whitespace, Punctuation, Whitespace, Name.Decorator),
                ("statement", "brackets"),
            ),
            (
                rf"(repeat)([ \t]+)({_WORD})([ \t]+)(in){_END}",
                bygroups(Keyword, Whitespace, Name.Variable, Whitespace, Keyword),
                "statement",
            ),
            (rf"(?:if|repeat|assert){_END}{_BEFORE_VALUE}", Keyword, "statement"),
            (rf"else{_END}", Keyword),
            (
                rf"(train)([ \t]+)({_WORD})([ \t]*)(:)([ \t]*)({_WORD})([ \t]+)(on)"
                rf"([ \t]+)({_WORD})",
                bygroups(
                    *(Keyword.Declaration, Whitespace, Name.Variable, Whitespace),
                    *(Punctuation, Whitespace, Name.Class, Whitespace, Keyword),
                    *(Whitespace, Name.Class),
                ),
                "statement",
            ),
            (
                rf"({_WORD})([ \t]+)({_WORD})([ \t]+)(on)([ \t]+)({_WORD})",
                bygroups(
                    *(Keyword.Declaration, Whitespace, Name.Class, Whitespace, Keyword),
                    *(Whitespace, Name.Class),
                ),
                "statement",
            ),
            (
                rf"({_WORD})([ \t]+)({_WORD})(?=[ \t]*[{{(])",
                bygroups(Keyword.Declaration, Whitespace, Name.Class),
                "statement",
            ),
            (
                rf"({_WORD})([ \t]+)({_WORD})(?=[ \t]*[:=])",
                bygroups(Keyword, Whitespace, Name.Variable),
                "statement",
            ),
            (rf"{_WORD}{_END}(?=[ \t]*(?:\{{|\"|[0-9]))", Keyword, "statement"),
            default("statement"),
        ],
        "statement": [
            (r"\r?\n", Whitespace, "#pop"),
            (r"[;{}]", Punctuation, "#pop"),
            *_VALUES,
            (r"[)\]]", Punctuation),
        ],
        "brackets": [
            (*_CLOSED, "#pop"),
            (r"[)\]]", Punctuation, "#pop"),
            (r"\r?\n", Whitespace),
            *_VALUES,
            (r"[;{}]", Punctuation, "root"),  # a bracket is missing
        ],
    }
