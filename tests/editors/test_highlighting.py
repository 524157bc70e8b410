"""Colours: the Pygments lexer and the TextMate grammar against real specs."""

import json
import re
import shutil
import subprocess
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from pygments.token import Comment, Error, Keyword, Name, Number, String
from textmate import Grammar

from specc.catalog import catalog
from specc.diagnostics import Source
from specc.pygments_lexer import NnspecLexer
from specc.syntax.forms import FORMS
from specc.syntax.scan import scan

ROOT = Path(__file__).resolve().parents[2]
VSCODE = ROOT / "editors/vscode"
SPECS = [*sorted((ROOT / "examples").glob("*.nnspec"))]
SPECS += [
    ROOT / "tests/syntax/whole_language.nnspec",
    ROOT / "tests/outside/wave.nnspec",
]
GRAMMAR = json.loads((VSCODE / "syntaxes/nnspec.tmLanguage.json").read_text())

named = pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)


def words(text: str) -> list[str]:
    """The words and numbers of a text, as the scanner of the compiler sees them."""
    tokens = scan(Source("x", text)).tokens
    return [t.text for t in tokens if t.type in ("WORD", "NUMBER", "STRING")]


@named
def test_pygments_knows_every_character(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tokens = list(NnspecLexer().get_tokens(text))
    assert "".join(value for _, value in tokens) == text.rstrip("\n") + "\n"
    assert [value for kind, value in tokens if kind in Error] == []
    remarks = [value for kind, value in tokens if kind in Comment]
    assert remarks == [t.text for t in scan(Source("x", text)).comments]
    texts = [value for kind, value in tokens if kind in String]
    assert texts == [w for w in words(text) if w.startswith('"')]


def test_pygments_tells_words_by_their_places() -> None:
    text = (
        "model Net {\n  Conv2D(3)\n  input x: float32[4]\n  data = Dense(3, activation = relu)\n"
        "  x -> data\n}\ntrain a: Net on D { epochs = 3; early_stopping(patience = 5 "
        "epochs) }\ndata D { test = 20% }\n"
    )
    found = [(v, k) for k, v in NnspecLexer().get_tokens(text) if v.strip()]
    assert ("model", Keyword.Declaration) in found
    assert ("Net", Name.Class) in found
    assert ("input", Keyword) in found
    assert ("data", Name.Attribute) in found
    assert ("data", Keyword.Declaration) in found
    assert ("Dense", Name.Class) in found
    assert ("Conv2D", Name.Class) in found
    assert ("activation", Name.Attribute) in found
    assert ("early_stopping", Name.Function) in found
    assert ("epochs", Keyword.Type) in found
    assert ("epochs", Name.Attribute) in found
    assert ("%", Keyword.Type) in found
    assert ("20", Number) in found


def test_pygments_goes_on_in_broken_text() -> None:
    text = 'model Net {\n  Dense(§, "open\n}\n$$$ x\ndata D {\n'
    tokens = list(NnspecLexer().get_tokens(text))
    assert "".join(value for _, value in tokens) == text
    assert [v for k, v in tokens if k in Error][:1] == ["§"]
    assert (Keyword.Declaration, "data") in tokens


def test_pygments_finds_the_lexer_by_name() -> None:
    declared = (ROOT / "pyproject.toml").read_text()
    assert 'nnspec = "specc.pygments_lexer:NnspecLexer"' in declared
    group = entry_points(group="pygments.lexers")
    for entry in group:  # where specc is installed with it
        if entry.name == "nnspec":
            assert entry.load() is NnspecLexer


# TextMate ---------------------------------------------------------------------------


def test_textmate_expressions_compile() -> None:
    for expression in Grammar(GRAMMAR).expressions():
        re.compile(expression)


@named
def test_textmate_gives_every_word_a_scope(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = Grammar(GRAMMAR).scopes(text)
    bare = [(item.line, item.text) for item in found if not item.scope]
    assert [item for item in bare if item[1].strip()] == []
    scoped = [item.text for item in found if item.scope and "illegal" not in item.scope]
    pieces = " ".join(scoped)
    assert all(word in pieces for word in words(text))
    remarks = [i.text for i in found if i.scope and i.scope.startswith("comment")]
    assert remarks == [t.text for t in scan(Source("x", text)).comments]


@pytest.mark.parametrize("word", sorted(FORMS))
def test_textmate_sees_the_keyword_of_every_statement(word: str) -> None:
    usage = FORMS[word].usage.replace("…", "Dense(3)").replace("RULE", "some-rule")
    first = next(i for i in Grammar(GRAMMAR).scopes(f"  {usage}") if i.text.strip())
    assert first.text == word
    assert first.scope is not None
    assert first.scope.startswith(("keyword", "storage"))


def test_textmate_colours_constructs_by_their_form() -> None:
    grammar = Grammar(GRAMMAR)
    for kind in catalog():
        if kind.family == "layer":
            scopes = grammar.scopes(f"  {kind.keyword}")
            assert scopes[-1].scope == "entity.name.class.nnspec"
        elif kind.family == "transform":
            scopes = grammar.scopes(f"  {kind.keyword}(x)")
            assert scopes[1].scope == "support.function.nnspec"


def test_textmate_colours_units_and_strings() -> None:
    found = Grammar(GRAMMAR).scopes('  a(every = 20 epochs, b = "x \\" # y", c = 5%)')
    scopes = {item.text: item.scope for item in found}
    assert scopes["epochs"] == scopes["%"] == "keyword.other.unit.nnspec"
    assert scopes['"x \\" # y"'] == "string.quoted.double.nnspec"


# The extension's folder -------------------------------------------------------------


def test_extension_names_files_that_are_there() -> None:
    package = json.loads((VSCODE / "package.json").read_text())
    contributed = package["contributes"]
    paths = [
        package["main"],
        *(item["configuration"] for item in contributed["languages"]),
        *(item["path"] for item in contributed["grammars"]),
        *(item["path"] for item in contributed["snippets"]),
    ]
    for path in paths:
        assert (VSCODE / path).is_file()
    (grammar,) = contributed["grammars"]
    assert grammar["scopeName"] == GRAMMAR["scopeName"]


def test_comments_brackets_and_indentation_are_declared() -> None:
    declared = json.loads((VSCODE / "language-configuration.json").read_text())
    assert declared["comments"] == {"lineComment": "#"}
    assert declared["brackets"] == [["{", "}"], ["[", "]"], ["(", ")"]]
    rules = declared["indentationRules"]
    opens, closes = (
        re.compile(rules[k]) for k in ("increaseIndentPattern", "decreaseIndentPattern")
    )
    for path in SPECS:
        depth = 0
        for line in path.read_text().splitlines():
            if not line.strip():
                continue
            depth -= bool(closes.search(line))
            if not line.lstrip().startswith("->"):
                assert line.startswith("  " * depth), (path, line)
            depth += bool(opens.search(line))
        assert depth == 0


def test_extension_is_a_script() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here")
    subprocess.run([node, "--check", VSCODE / "extension.js"], check=True)
