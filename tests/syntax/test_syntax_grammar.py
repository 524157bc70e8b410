"""The grammar: LALR without conflicts, free of constructs, and compiled afresh."""

from __future__ import annotations

import io
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import lark
import pytest

from specc.catalog.registry import catalog
from specc.diagnostics.model import Source
from specc.syntax.compile_grammar import serialized
from specc.syntax.grammar import PACKAGE, TABLE, compile_grammar, grammar_text, patterns
from specc.syntax.parse import read_source

WHOLE = Path(__file__).with_name("whole_language.nnspec").read_text(encoding="utf-8")


def test_the_compiled_grammar_is_fresh() -> None:
    kept = (files(PACKAGE) / TABLE).read_text(encoding="utf-8")
    assert kept == serialized(grammar_text()), (
        "python -m specc.syntax.compile_grammar makes it fresh"
    )


def test_the_grammar_has_no_conflicts() -> None:
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    lark.logger.addHandler(handler)
    level = lark.logger.level
    lark.logger.setLevel(logging.DEBUG)
    try:
        lark.Lark(grammar_text(), parser="lalr", start="file", debug=True)
    finally:
        lark.logger.removeHandler(handler)
        lark.logger.setLevel(level)
    assert "conflict" not in said.getvalue().lower()


def test_the_grammar_names_no_construct() -> None:
    words = {word for p in patterns().values() for word in re.findall(r"[A-Za-z_]+", p)}
    assert not words & {kind.keyword for kind in catalog()}


class _Brackets:
    """Drops newlines inside ( ) and [ ], as the readers of the grammar must."""

    always_accept = ("NEWLINE",)

    def process(self, stream: Iterator[Any]) -> Iterator[Any]:
        open_brackets: list[str] = []
        for token in stream:
            if token.type in ("LPAR", "LSQB", "LBRACE"):
                open_brackets.append(token.type)
            elif token.type in ("RPAR", "RSQB", "RBRACE"):
                open_brackets.pop()
            inside = bool(open_brackets) and open_brackets[-1] != "LBRACE"
            if token.type != "NEWLINE" or not inside:
                yield token


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        "if = Dense(1)\nif -> A\nif a { repeat 3 { A } } else { B }\nrepeat = C\n",
        'x = 20%\ny = a % b\nz = (1 +\n 2) epochs\nallow(a-b, "c")\nfor = on\n',
    ],
)
def test_larks_own_lexer_reads_the_same_tokens(text: str) -> None:
    brackets: Any = _Brackets()
    alone = lark.Lark(grammar_text(), parser="lalr", start="file", postlex=brackets)
    reader: Any = alone.parse_interactive(text)  # pyright: ignore
    found = [(t.type, str(t)) for t in reader.iter_parse()]
    ours = read_source(Source("a", text)).tokens[:-1]
    assert found == [(token.type, token.text) for token in ours]


def test_a_grammar_that_is_not_the_compiled_one_is_compiled() -> None:
    changed = grammar_text().replace('COLON: ":"', 'COLON: "~"')
    assert serialized(changed) != serialized(grammar_text())
    parse: Any = compile_grammar(changed).parse  # pyright: ignore
    assert parse("input x ~ int\n") is not None


def test_parsing_imports_little_and_starts_fast() -> None:
    program = (
        "import sys, time\n"
        "from specc.syntax.parse import parse\n"
        "from specc.diagnostics.model import Source\n"
        "before = time.process_time()\n"
        "assert parse(Source('a', 'x = 1'))[0] is not None\n"
        "assert time.process_time() - before < 0.5\n"
        "heavy = {'torch', 'tensorflow', 'keras', 'numpy', 'pydantic', 'rich', 'click'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
