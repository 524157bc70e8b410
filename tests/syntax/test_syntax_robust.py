"""No text makes the parser fail, hang, or say something without a place."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from written_specs import specs

from specc.diagnostics.model import Source, Span
from specc.diagnostics.render import FORMATS, render_text
from specc.diagnostics.rules import RULES
from specc.syntax import tree
from specc.syntax.limits import MAX_BYTES
from specc.syntax.parse import parse

WHOLE = Path(__file__).with_name("whole_language.nnspec").read_text(encoding="utf-8")
PIECES = [
    *"()[]{}=,;:->+*/%\"#.\n '@&é_",
    *("->", "..", "//", "**", "<=", "\r\n", "\r", "\0", "\u202e", "\ufeff", '""', "\\"),
    *(
        "if ",
        "} else ",
        "repeat ",
        "for ",
        "on ",
        "in ",
        "not ",
        "true",
        "allow(",
        "a-b",
    ),
    *("20%", "1e5", "5.", ".5", "nnspec 1", "import ", "from ", "model A {", "\n  -> "),
]
RELAXED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def examined(text: str) -> None:
    """Parse a text; whatever is said has a rule and a true place, and can be shown."""
    file, problems = parse(Source("spec.nnspec", text))
    if file is None:
        assert problems
    else:
        assert holds_gap(file) <= bool(problems)
    for problem in problems:
        assert problem.rule in RULES
        assert problem.span is not None
        for span in (problem.span, *(note.span for note in problem.notes)):
            assert span is not None
            assert_true(span, text)
    render_text(problems, color=True, width=40)
    for form in FORMATS.values():
        form(problems)


def holds_gap(file: tree.File) -> bool:
    """Whether a tree has a gap, which must have been reported."""
    todo: list[tree.Statement] = [*file.statements]
    while todo:
        item = todo.pop()
        if isinstance(item, tree.Broken):
            return True
        if isinstance(item, tree.Block):
            todo += [*item.body, *(item.otherwise or ())]
    return False


def assert_true(span: Span, text: str) -> None:
    assert 0 <= span.start <= span.end <= len(text)
    line_start = text.rfind("\n", 0, span.start) + 1
    assert span.line == text.count("\n", 0, span.start) + 1
    assert span.column == span.start - line_start + 1


@RELAXED
@given(st.text(max_size=80))
def test_any_characters(text: str) -> None:
    examined(text)


@RELAXED
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_order_of_tokens(text: str) -> None:
    examined(text)


@st.composite
def _mutated(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """A text with pieces put in, taken out, or copied from elsewhere in it."""
    text = draw(texts)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(text)))
        match draw(st.sampled_from(["put", "take", "copy"])):
            case "put":
                text = text[:at] + draw(st.sampled_from(PIECES)) + text[at:]
            case "take":
                text = text[:at] + text[at + draw(st.integers(1, 6)) :]
            case _:
                start = draw(st.integers(0, len(text)))
                text = (
                    text[:at]
                    + text[start : start + draw(st.integers(1, 30))]
                    + text[at:]
                )
    return text


@RELAXED
@given(_mutated(st.just(WHOLE)))
def test_mutations_of_the_whole_language(text: str) -> None:
    examined(text)


@RELAXED
@given(_mutated(specs()))
def test_mutations_of_random_specs(text: str) -> None:
    examined(text)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_every_beginning_of_a_text(data: st.DataObject) -> None:
    examined(WHOLE[: data.draw(st.integers(0, len(WHOLE)))])


# Size -------------------------------------------------------------------------------

FULL = {
    "open": "(",
    "closed": "}",
    "quotes": '"',
    "unclosed texts": '"a)\n',
    "stray": "@ ",
    "zeros": "\0",
    "new lines": "\n",
    "comments": "# a\n",
    "signs": "-",
    "layers": "ab\n",
    "mistakes": "x=\n",
    "dots": "a.",
    "digits": "1",
    "links": "\n->a",
    "branches": "else if a{}",
    "blocks": "a{}\n",
    "broken heads": "}else{",
    "slashes": "//",
    "slugs": "allow(a-b-c)\n",
    "unclosed calls": "f(a b=\n",
}


@pytest.mark.parametrize("piece", FULL.values(), ids=FULL)
def test_a_large_text_takes_seconds(piece: str) -> None:
    text = piece * (MAX_BYTES // 4 // len(piece))
    before = time.process_time()
    parse(Source("spec.nnspec", text))
    assert time.process_time() - before < 5


def test_time_grows_with_size() -> None:
    def seconds(layers: int) -> float:
        body = "".join(
            f"  layer{i} = Dense(300, activation = relu, use_bias = false)\n"
            for i in range(layers)
        )
        before = time.process_time()
        file, _ = parse(Source("a", f"model A {{\n{body}}}\n"))
        assert file is not None
        return time.process_time() - before

    seconds(10)
    small, large = seconds(1_000), seconds(10_000)
    assert large < 30 * small
    assert large < 5
