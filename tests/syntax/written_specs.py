"""Specs as people might write them, at random: every form, in any layout."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["specs"]

_WORDS = ["x", "relu", "Dense", "width", "data", "steps", "model", "if", "for", "input"]
_UNITS = ["epochs", "steps", "GiB", "%"]
_SIGNS = ["+", "-", "*", "/", "//", "%", "**"]

#: Where a bracket is open: anything that leaves no trace may stand between tokens.
_LOOSE = st.sampled_from(
    [" ", "  ", "\n", "\r\n", " # note\n", "\n\n  # é\n", "\t", ""]
)
_names = st.sampled_from(_WORDS)
_numbers = st.sampled_from(["0", "3", "1_000", "0.5", "1e-3", "28"])
_strings = st.sampled_from(['""', '"a b"', r'"\"#{\\"', '"é("'])
_atoms = st.one_of(
    _names, _numbers, _strings, st.sampled_from(["true", "false", "a.b"])
)


@st.composite
def _bracketed(draw: st.DrawFn, opener: str, items: list[str], closer: str) -> str:
    """Items between brackets, with any layout."""
    pieces = [opener]
    for index, item in enumerate(items):
        last = index == len(items) - 1
        pieces += [draw(_LOOSE), item, draw(_LOOSE)]
        pieces.append("" if last and draw(st.booleans()) else ",")
    return "".join([*pieces, draw(_LOOSE), closer])


@st.composite
def _call(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    arguments = draw(st.lists(st.tuples(_names, st.booleans(), values), max_size=4))
    items = [f"{n} = {v}" if named else v for n, named, v in arguments]
    return f"{draw(_names)}{draw(_bracketed('(', items, ')'))}"


@st.composite
def _listed(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    items = draw(st.lists(values, max_size=6))
    return draw(_bracketed("[", items, "]"))


@st.composite
def _computed(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    sign, space = draw(st.sampled_from(_SIGNS)), draw(st.sampled_from([" ", "  "]))
    left, right = draw(values), draw(values)
    inside = f"{draw(_LOOSE)}{left}{space}{sign} ({right}){draw(_LOOSE)}"
    unit = draw(st.sampled_from(["", " epochs", "%", " % 2"]))
    return f"({inside}){unit}"


def _nested(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    spell = st.tuples(_numbers, _numbers).map(lambda p: f"{p[0]} for {p[1]} epochs")
    ranges = st.tuples(_numbers, _numbers).map(lambda p: f"{p[0]} .. {p[1]}")
    quantities = st.tuples(_numbers, st.sampled_from(_UNITS)).map(" ".join)
    plain = st.one_of(spell, ranges, quantities)
    return st.one_of(plain, _call(values), _listed(values), _computed(values))


#: In the place of an operand: no `for`, no range.
_operands = st.recursive(
    _atoms, lambda v: st.one_of(_call(v), _listed(v), _computed(v))
)
_values = st.one_of(_operands, _nested(_operands))


@st.composite
def _flow(draw: st.DrawFn) -> str:
    steps = draw(st.lists(st.one_of(_names, _call(_operands)), min_size=1, max_size=4))
    joints = st.sampled_from([" -> ", "->", "\n    -> ", "  # note\n\n # é\n-> "])
    text = "x"
    for step in steps:
        text += draw(joints) + step
    return draw(st.sampled_from(["", "h = ", "output y = "])) + text


_simple = st.one_of(
    st.tuples(_names, _values).map(" = ".join),
    st.tuples(_names, _values).map(lambda p: f"loss {p[0]}={p[1]}"),
    # `if (` begins a branch, whatever follows.
    _call(_operands).filter(lambda text: not text.startswith("if")),
    _names,
    _flow(),
    _values.map(lambda v: f"param width : int={v}"),
    _listed(_numbers).map(lambda sizes: f"input image: float32{sizes}"),
    st.sampled_from(
        [
            'import "a.nnspec"',
            "nnspec 1",
            'allow( a-rule , "why" )',
            "assert a<b",
            'reuse x = y from a to b except "c","d"',
        ]
    ),
)
_heads = st.one_of(
    st.sampled_from(
        ["model A", "data B", "train x : A on B", "train A on B", "augment", "phase p"]
    ),
    st.sampled_from(["repeat 3", "repeat i in 0..3", "if a  <b", "residual"]),
    _listed(st.just("n: int = 3")).map(lambda p: f"block U({p[1:-1]})"),
)


@st.composite
def _body(draw: st.DrawFn, statements: st.SearchStrategy[str]) -> str:
    ends = st.sampled_from(["\n", ";", " # note\n", "\n\n\n  # é\n", " ;\n", "\r\n"])
    text = draw(st.sampled_from(["", "\n", " # note\n", "  "]))
    for statement in draw(st.lists(statements, max_size=4)):
        text += draw(st.sampled_from(["", "  ", "\t"])) + statement + draw(ends)
    return f"{{{text}}}"


@st.composite
def _block(draw: st.DrawFn, statements: st.SearchStrategy[str]) -> str:
    head = draw(_heads)
    text = f"{head} {draw(_body(statements))}"
    if head.startswith("if"):
        for middle in draw(st.lists(st.just(" else if not a "), max_size=2)):
            text += middle + draw(_body(statements))
        if draw(st.booleans()):
            text += " else " + draw(_body(statements))
    return text


_statements = st.recursive(_simple, _block, max_leaves=8)


@st.composite
def specs(draw: st.DrawFn) -> str:
    """A text that parses, whatever it means."""
    return draw(_body(_statements))[1:-1]
