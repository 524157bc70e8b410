"""Whatever the text, the check answers with problems at places, never with an exception."""

import random
import re
from pathlib import Path

import pytest

from specc.diagnostics import RULES, Source
from specc.pipeline import Settings, check_source
from specc.syntax.tree import Block

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.nnspec"))
TOKEN = re.compile(r"\s+|\w+|->|\.\.|\*\*|//|\"[^\"\n]*\"|#[^\n]*|.")
PLAIN = re.compile(r"\w+$")
_WORDS = (
    "0 1 2 1.5 1_000 true none relu softmax he_normal l2 sgd mse Dense Conv2D Flatten Add"
    " Reshape image features label hidden digits wine npz epochs input output loss"
    " metrics train model data defaults block phase allow axis units momentum"
)
WORDS = _WORDS.split(" ")
_PIECES = (
    '-1|2**70|csv("a")|20%|3 epochs|[1, 2]|[]|"text"|(|)|{|}|[|]|,|=|->|:|..|l2(0.1)'
    "|Add(image, hidden)|max_norm(1, axis = [0, 1])|3 + x|not true|1 / 0|1 < 2"
)
PIECES = _PIECES.split("|")


def _mutated(tokens: list[str], choice: random.Random) -> str:
    """A text in which a few words are others, and perhaps a line or a sign as well."""
    found = list(tokens)
    words = [index for index, token in enumerate(tokens) if PLAIN.match(token)]
    for _ in range(choice.randint(1, 3)):
        at = choice.choice(words)
        found[at] = choice.choice((choice.choice(WORDS), tokens[choice.choice(words)]))
    if choice.random() < 0.2:
        found[choice.choice(words)] = choice.choice(PIECES)
    if choice.random() < 0.1:
        found[choice.randrange(len(found))] = choice.choice(PIECES)
    lines = "".join(found).split("\n")
    if choice.random() < 0.5:
        first, second = choice.randrange(len(lines)), choice.randrange(len(lines))
        kind = choice.randrange(3)
        if kind == 0:
            del lines[first]
        elif kind == 1:
            lines.insert(first, lines[second])
        else:
            lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_mutated_examples_are_answered_with_located_problems(path: Path) -> None:
    tokens = TOKEN.findall(path.read_text("utf-8"))
    choice = random.Random(path.stem)
    failed = 0
    for _ in range(150):
        text = _mutated(tokens, choice)
        checked = check_source(Source("mutated.nnspec", text), Settings())
        failed += checked.failed
        for problem in checked.problems:
            assert problem.rule in RULES, (problem, text)
            assert problem.span is not None, (problem, text)
            assert 0 <= problem.span.start <= problem.span.end <= len(text)
            assert problem.message
        if not checked.failed:
            # A text without errors has a program for every block.
            assert checked.tree is not None
            kinds = [
                statement.kind.text
                for statement in checked.tree.statements
                if isinstance(statement, Block)
            ]
            assert len(checked.programs) == kinds.count("train")
            assert len(checked.models) == kinds.count("model")
    assert failed > 50
