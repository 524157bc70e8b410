"""Definitions, references, renaming, the outline."""

import re
from pathlib import Path

import pytest
from lsp_session import Session
from lsp_specs import EXAMPLES, SMALL, marked
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from specc.diagnostics import Source
from specc.ir import Program
from specc.lsp.index import Index
from specc.pipeline import check_source
from specc.syntax.parse import parse


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("Unit(wid", "th)", ["3: width"]),
        ("= wid", "th * 2", ["3: width"]),
        ("first = Un", "it(", ["10: Unit"]),
        ("inner = Dense(un", "its,", ["10: units"]),
        ("activation = a", "ct)", ["10: act"]),
        ("Dense(8 * ", "i,", ["28: i"]),
        ("= joi", "ned -> Dense", ["27: joined"]),
        ("output price = ste", "p_1", ["29: step"]),
        ("Concatenate(left, ri", "ght)", ["26: right", "46: right"]),
        ("loss pri", "ce", ["31: price", "47: price"]),
        ("monitor = val_pri", "ce_mae", ["31: price", "47: price"]),
        ("standardize(left, rig", "ht)", ["26: right", "46: right"]),
        ("train both: Pa", "ir", ["24: Pair"]),
        ("Pair on Tab", "le", ["42: Table"]),
        ("train bo", "th", ["59: both"]),
        ("  De", "nse(3, activation", ["6: Dense"]),
    ],
)
def test_definitions(
    editor: Session, before: str, after: str, lines: list[str]
) -> None:
    found = editor.definition(marked(before, after))
    assert found == lines


def test_a_layer_leads_to_the_defaults_in_force(editor: Session) -> None:
    text = SMALL.replace(
        "  first = Unit(width)\n",
        "  defaults Dense {\n    use_bias = true\n  }\n  first = Unit(width)\n",
    )
    found = editor.definition(marked("  De", "nse(3, activation", text))
    assert found == ["6: Dense", "17: Dense"]
    other = editor.definition(marked("-> De", "nse(8, activation", text))
    assert other == ["6: Dense"]


def test_references_with_and_without_the_definition(editor: Session) -> None:
    uri = editor.open(SMALL)
    offset = SMALL.index("price = step_1")
    for declared in (True, False):
        params = types.ReferenceParams(
            types.ReferenceContext(declared), **editor.at(uri, offset)
        )
        found = editor.wait(editor.client.text_document_references_async(params))
        words = [editor.stands(uri, item.range).partition(": ")[2] for item in found]
        assert words == ["price"] * (5 if declared else 3)


# Renaming ---------------------------------------------------------------------------


def structure(program: Program) -> str:
    """What a program is, but for names."""
    phases = program.training.phases if program.training else ()
    paths = [
        array.path for array in (*program.network.weights(), *program.network.buffers())
    ]
    parts = [
        [type(node.layer).__name__ for node in program.network.layers],
        [weight.shape for weight in program.network.weights()],
        [node.layer.model_dump() for node in program.network.layers],
        [phase.model_dump(exclude={"name", "frozen"}) for phase in phases],
        [[paths.index(path) for path in phase.frozen] for phase in phases],
        program.training.model_dump(include={"batch_size", "seed"})
        if program.training
        else None,
    ]
    return re.sub(r"monitor': '\w+'", "monitor", str(parts))


@pytest.mark.parametrize(
    "path", [*EXAMPLES, None], ids=lambda path: path.stem if path else "small"
)
def test_every_name_can_be_changed_and_nothing_else_changes(
    editor: Session, path: Path | None
) -> None:
    text = path.read_text(encoding="utf-8") if path else SMALL
    before = check_source(Source("x", text))
    file, _ = parse(Source("x", text))
    index = Index(file)
    symbols = {o.symbol: o for o in index.occurrences if o.defines}
    tried = set()
    for symbol, place in symbols.items():
        if symbol.kind == "layer":
            continue
        tried.add(symbol.kind)
        for use in index.of(symbol)[:1] + index.of(symbol)[-1:]:
            marks = f"{text[: use.start]}|{text[use.start :]}"
            changed = editor.rename(marks, "Brand_new")
            assert changed != text
            after = check_source(Source("x", changed))
            assert [p.rule for p in after.problems] == [
                p.rule for p in before.problems
            ], (symbol, changed)
            assert [structure(p.program) for p in after.programs] == [
                structure(p.program) for p in before.programs
            ]
            back = changed.replace("Brand_new", symbol.name)
            assert back == text, (symbol, place)
    assert {"model", "data", "flow"} <= tried


@pytest.mark.parametrize(
    ("before", "after", "name", "said"),
    [
        ("par", "am width", "height", "only names that the text itself introduces"),
        ("-> Den", "se(8, activation", "Thick", "only names that the text itself"),
        ("param wid", "th", "2nd", "is no name"),
        ("param wid", "th", "", "is no name"),
        ("param wid", "th", "é", "is no name"),
        ("param wid", "th", "a" * 65, "at most 64"),
        ("param wid", "th", "none", "word of the language"),
        ("param wid", "th", "twice", "twice"),
        ("block Un", "it", "Dense", "word of the language"),
        ("block Un", "it", "Net", "Net"),
        ("model Ne", "t", "Pair", "Pair"),
        ("joi", "ned = Conc", "left", "left"),
        ("block Unit(un", "its", "act", "act"),
    ],
)
def test_what_cannot_be_a_name_is_refused_with_a_reason(
    editor: Session, before: str, after: str, name: str, said: str
) -> None:
    with pytest.raises(JsonRpcException, match=re.escape(said)):
        editor.rename(marked(before, after), name)


def test_a_name_that_would_be_captured_is_refused(editor: Session) -> None:
    """`width` is used in the block; as `units` it would be the block's parameter."""
    text = SMALL.replace("Dropout(0.1)", "Dense(width)")
    with pytest.raises(JsonRpcException, match="units"):
        editor.rename(marked("param wid", "th: int", text), "units")


def test_an_input_that_is_bound_by_its_name_is_refused(editor: Session) -> None:
    text = SMALL.replace('  input left = columns("a" .. "d")\n', "")
    text = text.replace("standardize(left, right)", "standardize(right)")
    text = text.replace("left: float32[4]", "left: float32[1]")
    with pytest.raises(JsonRpcException, match="field of the data: bind that first"):
        editor.rename(marked("input le", "ft: float32", text), "other")


def test_renaming_waits_for_a_text_that_parses(editor: Session) -> None:
    with pytest.raises(JsonRpcException, match="does not parse: line 2"):
        editor.rename("param wid|th: int = 3\nmodel {{\n", "height")


def test_the_name_to_change_is_shown_first(editor: Session) -> None:
    uri = editor.open(SMALL)
    place = editor.at(uri, SMALL.index("step_1"))
    params = types.PrepareRenameParams(**place)
    found = editor.wait(editor.client.text_document_prepare_rename_async(params))
    assert isinstance(found, types.PrepareRenamePlaceholder)
    assert found.placeholder == "step"
    assert editor.stands(uri, found.range).endswith(": step")


# The outline ------------------------------------------------------------------------


def test_outline_holds_declarations_and_what_is_named_in_them(editor: Session) -> None:
    uri = editor.open(SMALL)
    params = types.DocumentSymbolParams(types.TextDocumentIdentifier(uri))
    found = editor.wait(editor.client.text_document_document_symbol_async(params))
    names = [item.name for item in found]
    assert names == [
        *("width", "twice", "Dense", "Unit", "Net", "Pair", "Wine", "Table"),
        *("Net on Wine", "both: Pair on Table"),
    ]
    pair = found[5]
    assert [item.name for item in pair.children] == [
        *("left", "right", "joined", "repeat 1..2", "price", "aux"),
    ]
    for item in found:
        text = editor.stands(uri, item.range).partition(": ")[2]
        name = editor.stands(uri, item.selection_range).partition(": ")[2]
        assert name in text


def test_uses_are_highlighted_as_written_or_read(editor: Session) -> None:
    uri = editor.open(SMALL)
    params = types.DocumentHighlightParams(**editor.at(uri, SMALL.index("joined")))
    found = editor.wait(editor.client.text_document_document_highlight_async(params))
    kinds = [item.kind for item in found]
    assert kinds == [
        types.DocumentHighlightKind.Write,
        types.DocumentHighlightKind.Read,
    ]


REUSING = """\
model Old {
  input x: float32[4]
  hidden = Dense(8)
  Dense(1)
}
data D {
  source = csv("d.csv")
  input x = columns("a", "b", "c", "d")
  target output = column("y")
}
train old: Old on D {
  loss = mse
  optimizer = sgd(0.1)
  epochs = 1
}
model New {
  reuse body = old to hidden
  output y = x -> body -> Dense(1)
}
"""


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("reuse body = ol", "d to", ["11: old"]),
        ("old to hid", "den", ["3: hidden"]),
        ("x -> bo", "dy ->", ["17: body"]),
    ],
)
def test_what_is_reused_is_found(
    editor: Session, before: str, after: str, lines: list[str]
) -> None:
    assert editor.definition(marked(before, after, REUSING)) == lines


def test_a_training_is_renamed_where_it_is_reused(editor: Session) -> None:
    changed = editor.rename(marked("train ol", "d: Old", REUSING), "first")
    assert "train first: Old" in changed
    assert "reuse body = first to hidden" in changed
    changed = editor.rename(marked("  hid", "den = Dense", REUSING), "inner")
    assert "reuse body = old to inner" in changed


def test_what_is_allowed_does_not_keep_from_renaming(editor: Session) -> None:
    """A rule that has silenced something silences the same under a new name."""
    allowed = (
        'model Net {\n  allow(initializer-activation-mismatch, "as in the text")\n'
    )
    text = SMALL.replace("model Net {\n", allowed)
    changed = editor.rename(marked("  fir", "st = Unit", text), "entry")
    assert "entry = Unit(width)" in changed


FROZEN = """nnspec 1

model Net {
  input image: float32[28, 28]
  Flatten
  h1 = Dense(8)
  h2 = Dense(8)
  middle = Dense(8)
  last = Dense(10, activation = softmax)
}

data Digits {
  source = npz("digits.npz")
  target output = array("label")
}

train Net on Digits {
  loss = sparse_categorical_crossentropy
  optimizer = sgd(0.1)
  epochs = 2
  freeze = ["h*"]
}
"""


def test_a_pattern_must_choose_the_same_layers(editor: Session) -> None:
    changed = editor.rename(marked("  h", "1 = Dense", FROZEN), "h3")
    assert "h3 = Dense(8)" in changed
    for place, name in ((("  h", "1 = Dense"), "first"), (("  mid", "dle = "), "h4")):
        with pytest.raises(JsonRpcException, match="would choose others"):
            editor.rename(marked(*place, FROZEN), name)
