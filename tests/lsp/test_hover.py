"""Hover: docs of the catalogue, inferred shapes, values of params."""

import pytest
from lsp_session import Session
from lsp_specs import EXAMPLES, SMALL, marked

from specc.catalog import catalog
from specc.check.summary import summarize
from specc.diagnostics import Source
from specc.lsp.document import Document
from specc.pipeline import check_source


def test_layers_tell_docs_shape_and_parameters(editor: Session) -> None:
    told = editor.hover(marked("  De", "nse(3, activation = softmax)"))
    dense = catalog().find("layer", "Dense")
    assert told.startswith("→ output (3), 195 parameters")
    assert "### Dense" in told
    assert dense.formula in told
    assert dense.reference in told
    assert "| `units` |" in told


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_shapes_are_those_of_the_summary(editor: Session, path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = {}
    for model in check_source(Source(path.name, text)).models:
        for row in summarize(model.program).rows:
            span = model.origins.find(row.name).span
            lines.setdefault(span.start, []).append(row)
    for start, rows in lines.items():
        if rows[0].kind in ("input", "Add") or len(rows) > 1:
            continue
        told = editor.hover(f"{text[:start]}|{text[start:]}").partition("###")[0]
        shape = f"({', '.join(map(str, rows[0].shape))})"
        assert shape in told
        if rows[0].parameters:
            assert f"{rows[0].parameters:,} parameters" in told


def test_layers_of_blocks_tell_every_use(editor: Session) -> None:
    text = SMALL.replace(
        "  first = Unit(width)\n", "  first = Unit(width)\n  Unit(8)\n"
    )
    told = editor.hover(marked("inner = De", "nse(units", text))
    assert "- `first/inner` in Net: output (32), 448 parameters" in told
    assert "- `unit_1/inner` in Net: output (8), 264 parameters" in told


def test_names_of_blocks_tell_what_comes_out(editor: Session) -> None:
    assert "output (32), 448 parameters" in editor.hover(marked("  fir", "st = Unit"))


def test_params_tell_their_value(editor: Session) -> None:
    told = editor.hover(marked("Dense(twi", "ce"))
    assert "param twice: int = width * 2" in told
    assert "= 64" in told
    assert "--set twice=" in told


def test_flows_models_blocks_and_data_tell_what_they_are(editor: Session) -> None:
    assert "output (8), 72 parameters" in editor.hover(marked("step = joi", "ned"))
    assert "input (13)" in editor.hover(marked("input feat", "ures"))
    told = editor.hover(marked("train both: Pa", "ir"))
    assert "outputs: price, aux" in told
    assert "block Unit(units: int, act: activation = relu)" in editor.hover(
        marked("first = Un", "it(width)")
    )
    assert "data Table {" in editor.hover(marked("Pair on Ta", "ble"))
    assert "act: activation = relu" in editor.hover(marked("activation = ac", "t)"))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("inner = Dense(units, activ", "ation = act", "**activation** of Dense"),
        ("kernel_initializer = he_n", "ormal", "### he_normal"),
        ("  stand", "ardize(features)", "### standardize"),
        ("  early_s", "topping(", "### early_stopping"),
        ("patie", "nce = 5", "**patience** of early_stopping"),
        ("  optimizer = ad", "am", "### adam"),
        ("piecewise_", "constant", "### piecewise_constant"),
        ("loss aux = m", "se", "### mse"),
        ("metrics price = [m", "ae", "### mae"),
        ("epo", "chs = 9", "**epochs** of train"),
        ("rep", "eat i in", "repeat i in 1..3"),
        ("source = csv", "(", "### csv"),
    ],
)
def test_words_tell_what_they_mean_where_they_stand(
    editor: Session, before: str, after: str, told: str
) -> None:
    assert told in editor.hover(marked(before, after))


def test_docs_are_there_in_a_text_that_does_not_parse(editor: Session) -> None:
    told = editor.hover(
        "model M {\n  input x: float32[3]\n  Den|se(3, activation = (\n"
    )
    assert "### Dense" in told


def test_nothing_is_told_of_comments_texts_and_numbers(editor: Session) -> None:
    assert editor.hover("# Den|se\nmodel M { input x: float32[3]; Dense(1) }") == ""
    assert editor.hover(marked('csv("tab', 'le.csv")')) == ""
    assert editor.hover(marked("Dropout(0.", "1)")) == ""


def test_most_words_of_the_examples_tell_something(editor: Session) -> None:
    """All but types, units, truth values and the joints of statements."""
    silent = {"float32", "float", "int", "epochs", "for", "on", "to"}
    silent |= {"true", "false", "none"}
    for path in EXAMPLES:
        text = path.read_text(encoding="utf-8")
        for token in Document("x", text).scanned.tokens:
            if token.type != "WORD" or token.text in silent:
                continue
            told = editor.hover(f"{text[: token.start]}|{text[token.start :]}")
            assert told, (path.stem, token.line, token.text)


def test_steps_over_time_tell_what_they_are(editor: Session) -> None:
    text = (
        "model M {\n  input x: float32[time, 6]\n  TimeDistributed(Dense(4))\n"
        "  assert output.shape == [time, 4]\n}\n"
    )
    assert "### TimeDistributed" in editor.hover(marked("  Time", "Distributed(", text))
    inner = editor.hover(marked("(Den", "se(4", text))
    assert "### Dense" in inner
    size = editor.hover(marked("[ti", "me, 4]", text))
    assert "known only at run time" in size
