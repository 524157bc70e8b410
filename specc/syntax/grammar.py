"""The parser: the grammar as Lark compiled it.

Compiling takes about ten times as long as all else that a small spec needs, so the
result is kept beside the grammar (``nnspec.json``, in Lark's own serial form) and used
where grammar and Lark are the ones it was made with. A test holds it fresh.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

import lark

from .build import Builder

__all__ = [
    "PACKAGE",
    "TABLE",
    "compile_grammar",
    "grammar_text",
    "made_from",
    "parser",
    "patterns",
]

#: Where the grammar lies, and the name of its compiled form.
PACKAGE = "specc_grammar"
TABLE = "nnspec.json"


def grammar_text() -> str:
    """The text of the grammar."""
    return (files(PACKAGE) / "nnspec.lark").read_text(encoding="utf-8")


@cache
def parser() -> lark.Lark:
    """The parser, whose values are nodes of the syntax tree."""
    grammar = grammar_text()
    table = files(PACKAGE) / TABLE
    if table.is_file():
        kept = json.loads(table.read_text(encoding="utf-8"))
        if kept["made_from"] == made_from(grammar):
            return _loaded(kept["data"], kept["memo"])
    return compile_grammar(grammar, Builder())


def compile_grammar(grammar: str, transformer: Any = None) -> lark.Lark:
    """Compile the grammar with Lark."""
    return lark.Lark(
        grammar,
        parser="lalr",
        lexer="contextual",
        start="file",
        keep_all_tokens=True,
        maybe_placeholders=False,
        transformer=transformer,
    )


@cache
def patterns() -> dict[str, str]:
    """The regular expression of each terminal."""
    return {t.name: t.pattern.to_regexp() for t in parser().terminals}


def made_from(grammar: str) -> str:
    """What a kept table must have been made from: the grammar and Lark's version."""
    digest = hashlib.sha256(grammar.encode()).hexdigest()
    return f"lark {lark.__version__}, grammar sha256 {digest}"


def _loaded(data: dict[str, Any], memo: dict[str, Any]) -> lark.Lark:
    """A parser from its serial form; JSON turned the numbers that were keys into texts."""
    table = data["parser"]["parser"]
    table["tokens"] = {int(key): name for key, name in table["tokens"].items()}
    table["states"] = {
        int(state): {int(token): tuple(action) for token, action in row.items()}
        for state, row in table["states"].items()
    }
    numbered = {int(key): value for key, value in memo.items()}
    # The way in that the parsers use which Lark writes as stand-alone modules.
    load: Any = lark.Lark._load_from_dict  # pyright: ignore
    return load(data, numbered, transformer=Builder())
