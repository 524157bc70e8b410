"""What each form of statement and expression is parsed to."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_tree import parsed, plain, shown

from specc.catalog.construct import Construct
from specc.catalog.registry import catalog
from specc.diagnostics.model import Source, Span
from specc.syntax import tree
from specc.syntax.parse import parse

WHOLE = Path(__file__).with_name("whole_language.nnspec").read_text(encoding="utf-8")


def value(text: str) -> str:
    """An expression as it is parsed as the value of a setting."""
    (setting,) = parsed(f"x = {text}").statements
    assert isinstance(setting, tree.Setting)
    return shown(setting.value)


def statement(text: str, around: str = "") -> str:
    """A statement, outside of all blocks or in one of the given kind and name."""
    if not around:
        return shown(parsed(text).statements[0])
    block = parsed(f"{around} {{\n{text}\n}}\n").statements[0]
    assert isinstance(block, tree.Block)
    return shown(block.body[0])


# Expressions ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("300", "300"),
        ("1_000", "1000"),
        ("1e-3", "0.001"),
        ("0.5E2", "50.0"),
        ("0", "0"),
        ('"a b"', "'a b'"),
        (r'"a\\b\"c\nd\te"', repr('a\\b"c\nd\te')),
        ("true", "true"),
        ("false", "false"),
        ("relu", "relu"),
        ("output.shape", "output.shape"),
        ("[]", "(ListExpr [])"),
        ("[1, 2,]", "(ListExpr [1 2])"),
        ("0..3", "(Range 0 3)"),
        ('"a" .. "b"', "(Range 'a' 'b')"),
        ("0..n - 1", "(Range 0 (n - 1))"),
        ("l2(0.01)", "(Call l2 [0.01] False)"),
        ("f(1, a = 2,)", "(Call f [1 a=2] False)"),
        ("f()", "(Call f [] False)"),
        ("float32[28, 28]", "(Index float32 [28 28])"),
        ("-1", "(Unary - 1)"),
        ("+1", "(Unary + 1)"),
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("7 // 2 / 3", "((7 // 2) / 3)"),
        ("-2 ** 2", "(Unary - (2 ** 2))"),
        ("2 ** 3 ** 2", "(2 ** (3 ** 2))"),
        ("2 ** -1", "(2 ** (Unary - 1))"),
        ("(1 + 2) * 3", "((1 + 2) * 3)"),
        ("a + 1 <= b", "((a + 1) <= b)"),
        ("not a == b", "(Unary not (a == b))"),
        ("0.01 for 5 epochs", "(For 0.01 (Quantity 5 epochs))"),
        ("f(0.01 for 5 epochs, 1)", None),
    ],
)
def test_expressions(text: str, expected: str | None) -> None:
    if expected is None:
        expected = "(Call f [(For 0.01 (Quantity 5 epochs)) 1] False)"
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20%", "(Quantity 20 %)"),
        ("20 %", "(Quantity 20 %)"),
        ("(a * 2)%", "(Quantity (a * 2) %)"),
        ("a%", "(Quantity a %)"),
        ("a % b", "(a % b)"),
        ("a%b", "(a % b)"),
        ("5 % 3", "(5 % 3)"),
        ("5 %(3)", "(5 % 3)"),
        ("5 % f(3)", "(5 % (Call f [3] False))"),
        ("f(10%, 20%)", "(Call f [(Quantity 10 %) (Quantity 20 %)] False)"),
        ("10% + 5%", "((Quantity 10 %) + (Quantity 5 %))"),
        ("10% - 5%", "((Quantity 10 %) - (Quantity 5 %))"),
        ("5 % (-3)", "(5 % (Unary - 3))"),
        ("20% for 5 epochs", "(For (Quantity 20 %) (Quantity 5 epochs))"),
        ("20 % form", "(20 % form)"),
        ("20%  # of all", "(Quantity 20 %)"),
        ("10 epochs", "(Quantity 10 epochs)"),
        ("2 GiB", "(Quantity 2 GiB)"),
        ("1000 examples", "(Quantity 1000 examples)"),
        ("warm epochs", "(Quantity warm epochs)"),
        ("(warm * 2) epochs", "(Quantity (warm * 2) epochs)"),
        ("2 * 3 epochs", "(2 * (Quantity 3 epochs))"),
    ],
)
def test_percent_and_units(text: str, expected: str) -> None:
    assert value(text) == expected


# Statements -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "around", "expected"),
    [
        ("nnspec 1", "", "(Version 1)"),
        ('import "blocks.nnspec"', "", "(Import 'blocks.nnspec')"),
        (
            "param width: int = 300",
            "",
            "(InputDecl param width (TypeExpr int None) 300)",
        ),
        (
            "input x: float32[28, 28]",
            "model A",
            "(InputDecl input x (TypeExpr float32 [28 28]) None)",
        ),
        (
            "input x: float32[]",
            "model A",
            "(InputDecl input x (TypeExpr float32 []) None)",
        ),
        ("Flatten", "model A", "(Flow None None [Flatten])"),
        ("Dense(300)", "model A", "(Flow None None [(Call Dense [300] False)])"),
        ("h = Dense(300)", "model A", "(Flow None h [(Call Dense [300] False)])"),
        ("h = other", "model A", "(Flow None h [other])"),
        ("h = a -> B -> c", "model A", "(Flow None h [a B c])"),
        ("a -> B", "model A", "(Flow None None [a B])"),
        ("output p = a -> B", "model A", "(Flow output p [a B])"),
        ("output p = h", "model A", "(Flow output p [h])"),
        ("x = 3", "model A", "(Setting None x 3)"),
        ("reuse b = other", "model A", "(Reuse b other None None [])"),
        ("reuse b = other to h3", "model A", "(Reuse b other None h3 [])"),
        ("reuse b = other from a to c", "model A", "(Reuse b other a c [])"),
        (
            'reuse b = from "runs/x" to c except "d", "e"',
            "model A",
            "(Reuse b 'runs/x' None c ['d' 'e'])",
        ),
        ("assert a % 2 == 0", "model A", "(Assertion ((a % 2) == 0))"),
        ("assert (a) > 1", "model A", "(Assertion (a > 1))"),
        (
            'allow(bias-before-norm, "on purpose")',
            "model A",
            "(Flow None None [(Call allow [bias-before-norm 'on purpose'] False)])",
        ),
        ('source = csv("f")', "data A", "(Setting None source (Call csv ['f'] False))"),
        ("test = 20%", "data A", "(Setting None test (Quantity 20 %))"),
        (
            "keep(price < 500_000)",
            "data A",
            "(Flow None None [(Call keep [(price < 500000)] False)])",
        ),
        (
            'input deep = columns("a" .. "b")',
            "data A",
            "(Setting input deep (Call columns [(Range 'a' 'b')] False))",
        ),
        ('sample_weight = column("w")', "data A", None),
        ("loss price = mse(weight = 0.9)", "train A on B", None),
        ("metrics price = [mae]", "train A on B", None),
        (
            'freeze = ["body/*"]',
            "phase a",
            "(Setting None freeze (ListExpr ['body/*']))",
        ),
    ],
)
def test_statements(text: str, around: str, expected: str | None) -> None:
    known = {
        'sample_weight = column("w")': (
            "(Setting None sample_weight (Call column ['w'] False))"
        ),
        "loss price = mse(weight = 0.9)": (
            "(Setting loss price (Call mse [weight=0.9] False))"
        ),
        "metrics price = [mae]": "(Setting metrics price (ListExpr [mae]))",
    }
    assert statement(text, around) == (expected or known[text])


def block_of(text: str) -> tree.Block:
    """The first statement of a text, which is a block."""
    block = parsed(text).statements[0]
    assert isinstance(block, tree.Block)
    return block


def test_blocks() -> None:
    block = block_of("block Unit(n: int, s: int = 1,) { Dense(n) }")
    assert (shown(block.kind), shown(block.name)) == ("block", "Unit")
    assert shown(block.parameters) == (
        "[(Parameter n (TypeExpr int None) None) (Parameter s (TypeExpr int None) 1)]"
    )
    train = block_of("train first: A on B { epochs = 2; seed = 3 }")
    assert shown(train.bindings) == "(Bindings first A B)"
    assert shown(train.body) == "[(Setting None epochs 2) (Setting None seed 3)]"
    assert shown(block_of("train A on B {}").bindings) == "(Bindings None A B)"
    repeat = block_of("repeat i in 0..3 { Dense(i) }")
    assert (shown(repeat.variable), shown(repeat.subject)) == ("i", "(Range 0 3)")
    assert shown(block_of("repeat n * 2 { Dense(i) }").subject) == "(n * 2)"
    assert block_of("augment {\n}").body == ()


def test_branches() -> None:
    first = block_of("if a < b { A } else if not c { B } else { C; D }")
    assert shown(first.subject) == "(a < b)"
    assert first.otherwise is not None
    (second,) = first.otherwise
    assert isinstance(second, tree.Block)
    assert shown(second.subject) == "(Unary not c)"
    assert second.otherwise is not None
    assert len(second.otherwise) == 2
    assert first.span.end == second.span.end


def test_blocks_inherit_what_their_statements_are() -> None:
    model = block_of("model M { if a { h = Dense(1) } }")
    (inner,) = model.body
    assert isinstance(inner, tree.Block)
    assert isinstance(inner.body[0], tree.Flow)
    data = block_of("data D { if a { source = csv(1) } }")
    (inner,) = data.body
    assert isinstance(inner, tree.Block)
    assert isinstance(inner.body[0], tree.Setting)


WORDS = [
    "data",
    "steps",
    "block",
    "input",
    "model",
    "train",
    "repeat",
    "if",
    "else",
    "for",
    "in",
    "on",
    "not",
    "true",
    "false",
    "from",
    "to",
    "except",
    "assert",
    "allow",
    "import",
    "param",
    "nnspec",
    "reuse",
    "output",
    "phase",
    "epochs",
]


@pytest.mark.parametrize("word", WORDS)
def test_any_word_may_name_a_layer_or_a_param(word: str) -> None:
    text = (
        f"param {word}: int = 1\nmodel {word} {{\n  {word} = Dense(1) -> {word}\n}}\n"
    )
    param, model = parsed(text).statements
    assert isinstance(param, tree.InputDecl)
    assert isinstance(model, tree.Block)
    assert (param.name.text, shown(model.name)) == (word, word)
    assert shown(model.body[0]) == f"(Flow None {word} [(Call Dense [1] False) {word}])"


@pytest.mark.parametrize("word", sorted(set(WORDS) - {"not", "true", "false"}))
def test_any_word_but_values_may_stand_in_an_expression(word: str) -> None:
    assert value(f"{word} * 2") == f"({word} * 2)"
    assert statement(f"{word} -> Dense(1)", "model A").startswith(
        f"(Flow None None [{word}"
    )


# Layout -----------------------------------------------------------------------------


def test_layout_does_not_matter() -> None:
    spread = """
# a comment

model A {   # another

  h = Dense(
    300,  # units
    activation = relu

  )
    # a comment between

    -> Dropout(0.2)
  ;
}
"""
    tight = "model A {h=Dense(300,activation=relu)->Dropout(0.2)}"
    assert plain(parsed(spread)) == plain(parsed(tight))
    assert plain(parsed(spread.replace("\n", "\r\n"))) == plain(parsed(tight))
    assert plain(parsed(f"\ufeff{spread}  # the end")) == plain(parsed(tight))


def test_the_whole_language_is_parsed() -> None:
    file = parsed(WHOLE)
    kinds = {s.kind.text for s in file.statements if isinstance(s, tree.Block)}
    assert kinds == {"model", "block", "data", "train"}


@pytest.mark.parametrize("kind", list(catalog()), ids=lambda kind: kind.keyword)
def test_examples_of_constructs_are_parsed(kind: type[Construct]) -> None:
    assert parsed(kind.example).statements


# Places -----------------------------------------------------------------------------


def nodes(node: object) -> list[tree.Node]:
    """All nodes of a tree."""
    found: list[tree.Node] = []
    waiting = [node]
    while waiting:
        top = waiting.pop()
        if isinstance(top, tree.Node):
            found.append(top)
            waiting += [getattr(top, name) for name in top.__dataclass_fields__]
        elif isinstance(top, tuple):
            waiting += top  # pyright: ignore[reportUnknownArgumentType]
    return found


def spot(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset."""
    line_start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - line_start + 1


@pytest.mark.parametrize("text", [WHOLE, WHOLE.replace("\n", "\r\n")])
def test_places_are_those_of_the_text(text: str) -> None:
    found = nodes(parsed(text))
    assert len(found) > 400
    for node in found:
        span = node.span
        assert span.source.text is text
        assert (span.line, span.column) == spot(text, span.start)
        assert (span.end_line, span.end_column) == spot(text, span.end)
        if isinstance(node, tree.Word) or (
            isinstance(node, tree.Name) and node.text in ("relu", "accuracy")
        ):
            assert text[span.start : span.end] == node.text


def test_places_contain_those_of_their_parts() -> None:
    for node in nodes(parsed(WHOLE)):
        for part in nodes(node):
            assert node.span.start <= part.span.start
            assert part.span.end <= node.span.end


def test_brackets_belong_to_the_place_of_what_they_hold() -> None:
    text = "x = (a + b) * c"
    (setting,) = parsed(text).statements
    assert isinstance(setting, tree.Setting)
    product = setting.value
    assert isinstance(product, tree.Binary)

    def cut(span: Span) -> str:
        return text[span.start : span.end]

    assert (cut(product.span), cut(product.left.span)) == ("(a + b) * c", "(a + b)")


def test_a_statement_with_a_problem_leaves_a_gap() -> None:
    for text in ("", "\n", "# only a comment", ";", "\ufeff"):
        assert parsed(text).statements == ()
    file, problems = parse(Source("a", "x ="))
    assert file is not None
    (gap,) = file.statements
    assert isinstance(gap, tree.Broken)
    assert gap.names == ("x",)
    assert len(problems) == 1
