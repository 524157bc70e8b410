"""Completion: every word of every example is offered where it stands."""

from itertools import pairwise
from pathlib import Path

import pytest
from lsp_session import Session
from lsp_specs import EXAMPLES, SMALL, marked
from lsprotocol import types

from specc.catalog import catalog
from specc.diagnostics import RULES, Level, Source
from specc.lsp.document import Document
from specc.lsp.index import Index
from specc.lsp.units import Names
from specc.pipeline import check_source
from specc.syntax.parse import parse


@pytest.mark.parametrize("cut", [True, False], ids=["rest_missing", "word_missing"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_word_is_offered_in_its_place(
    editor: Session, path: Path, cut: bool
) -> None:
    """But for new names: in a text that ends there, and in one that has a hole there."""
    text = path.read_text(encoding="utf-8")
    file, _ = parse(Source(path.name, text))
    new = {item.start for item in Index(file).occurrences if item.defines}
    sides = Names(file).sides()
    bindings = {t.start for t in _after(text, "input", "target") if t.text in sides}
    missing: list[tuple[int, str]] = []
    tried = 0
    for token in Document(path.name, text).scanned.tokens:
        if token.type != "WORD" or token.start in new - bindings:
            continue
        rest = "" if cut else text[token.end :]
        found = editor.complete(f"{text[: token.start]}|{rest}", path.name)
        tried += 1
        if token.text not in found and f"[{token.text}]" not in found:
            missing.append((token.line, token.text))
    assert missing == []
    assert tried > 20


def _after(text: str, *words: str) -> list[object]:
    """Names of bindings, which are those of inputs and outputs: known, not new."""
    tokens = Document("x", text).scanned.tokens
    data = next(t.start for t in tokens if t.text == "data")
    return [
        token
        for before, token in pairwise(tokens)
        if before.text in words
        and before.start > data
        and token.type == "WORD"
        and text[token.end :].lstrip().startswith("=")
    ]


@pytest.mark.parametrize(
    "family", ["layer", "loss", "optimizer", "transform", "source"]
)
def test_members_of_a_family_are_offered_with_what_they_need(
    editor: Session, family: str
) -> None:
    place = {
        "layer": "model M {\n  input x: float32[3]\n  |\n}\n",
        "loss": "train A on B {\n  loss = |\n}\n",
        "optimizer": "train A on B {\n  optimizer = |\n}\n",
        "transform": "data D {\n  |\n}\n",
        "source": "data D {\n  source = |\n}\n",
    }[family]
    found = editor.complete(place)
    for keyword, kind in catalog().family(family).items():
        item = found[keyword]
        written = item.text_edit.new_text
        for name, field in kind.fields():
            assert (f":{name}}}" in written) == field.is_required(), (keyword, name)
        resolved = editor.wait(editor.client.completion_item_resolve_async(item))
        assert f"### {keyword}" in resolved.documentation.value
        assert kind.formula in resolved.documentation.value


def test_arguments_come_with_type_default_and_docs(editor: Session) -> None:
    found = editor.complete(marked("Dropout(0.1", ")").replace("0.1", ""))
    assert found["rate"].detail.endswith("; required")
    found = editor.complete("model M {\n  input x: float32[3]\n  Dense(3, |")
    assert "units" not in found
    assert found["activation"].detail == "an activation; default linear"
    assert found["activation"].documentation.value
    assert found["use_bias"].text_edit.new_text == "use_bias = $0"


def test_given_arguments_are_not_offered_again(editor: Session) -> None:
    text = "model M {\n  input x: float32[3]\n  Dense(3, use_bias = false, |)\n}\n"
    found = editor.complete(text)
    assert "use_bias" not in found
    assert "units" not in found
    assert "kernel_initializer" in found


def test_names_of_the_file_are_offered(editor: Session) -> None:
    steps = editor.complete(marked("  Dense(3, activation = softmax)\n", "}"))
    assert {"Unit", "Pair", "first", "narrow", "features", "Flatten"} <= set(steps)
    assert "Net" not in steps  # a model cannot contain itself
    assert steps["Unit"].text_edit.new_text == "Unit(${1:units})"
    assert {"width", "twice"} <= set(editor.complete(marked("Unit(", "width")))
    inside = editor.complete(marked("activation = ", "act)"))
    assert {"act", "relu"} <= set(inside)
    assert "units" not in inside
    assert {"units", "width"} <= set(editor.complete(marked("inner = Dense(", "units")))
    assert "i" in editor.complete(marked("Dense(8 * ", "i"))
    assert "i" not in editor.complete(marked("Dense(", "twice"))


def test_trainings_know_outputs_figures_models_and_data(editor: Session) -> None:
    assert set(editor.complete(marked("loss ", "price"))) == {"price", "aux"}
    figures = editor.complete(marked("monitor = ", "val_price_mae"))
    assert {"val_loss", "price_mae", "val_price_mae", "aux_loss"} <= set(figures)
    assert set(editor.complete(marked("both: ", "Pair"))) == {"Net", "Pair"}
    assert set(editor.complete(marked("Pair on ", "Table"))) == {"Wine", "Table"}
    assert set(editor.complete(marked("both: Pair ", "on Table"))) == {"on"}


def test_units_follow_numbers(editor: Session) -> None:
    assert set(editor.complete(marked("patience = 5 ", "epochs"))) == {"epochs"}
    assert set(editor.complete(marked("0.1 for 5 ", "epochs"))) == {"epochs", "steps"}
    assert set(editor.complete(marked("0.1 ", "for 5"))) == {"for"}
    assert set(editor.complete("data D {\n  test = 20 |\n}\n")) == {"%", "examples"}


def test_fields_of_built_in_sources_are_offered(editor: Session) -> None:
    text = 'data D {\n  source = digits\n  input x = array("|")\n}\n'
    assert set(editor.complete(text)) == {"image", "label"}
    assert set(editor.complete(marked("Wine {\n  ", "source"))) >= {"source", "test"}
    assert {"features", "label"} <= set(
        editor.complete(marked("standardize(", "features"))
    )


def test_rules_that_can_be_allowed_are_offered(editor: Session) -> None:
    found = editor.complete("model M {\n  allow(|\n}\n")
    expected = {slug for slug, rule in RULES.items() if rule.level is not Level.ERROR}
    assert set(found) == expected


@pytest.mark.parametrize(
    "text",
    [
        "# a comm|ent",
        "model Ne|",
        "model Net {\n  input x|",
        "model Net {\n  hidden = Dense(3|",
        'data D {\n  source = csv("|")\n}\n',
        "train a: M on D {\n  epochs = |\n}\n",
    ],
)
def test_nothing_is_offered_where_nothing_is_known(editor: Session, text: str) -> None:
    assert editor.complete(text) == {}


def test_only_the_word_that_is_typed_is_replaced(editor: Session) -> None:
    found = editor.complete(marked("  Drop", "out(0.1)"))
    item = found["Dropout"]
    assert item.text_edit.new_text == "Dropout"  # its brackets are there already
    place = editor.stands("file:///nowhere/a.nnspec", item.text_edit.range)
    assert place == "12: Dropout"


def test_plain_editors_get_no_placeholders() -> None:
    plain = Session(snippets=False)
    found = plain.complete("model M {\n  input x: float32[3]\n  De|\n}\n")
    items = list(found.values())
    items += plain.complete("train A on B {\n  |\n}\n").values()
    assert all("$" not in item.text_edit.new_text for item in items)
    kinds = {item.insert_text_format for item in items}
    assert kinds == {types.InsertTextFormat.PlainText}
    assert plain.end() == 0


def test_the_spec_of_these_tests_is_correct() -> None:
    checked = check_source(Source("x", SMALL))
    assert not checked.failed
    assert [item.name for item in checked.programs] == ["Net", "both"]


REUSING = """\
model Old {
  input x: float32[4]
  hidden = Dense(8)
  output y = hidden -> Dense(1)
}
data D { source = csv("d.csv") }
train old: Old on D { loss = mse }
train Old on D { loss = mse }
model New {
  reuse body = |
}
"""


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("", {"old", "Old", "from"}),
        ("old ", {"to", "from", "except"}),
        ("old to ", {"hidden", "y"}),
        ("old from hidden ", {"to", "from", "except"}),
        ("old from ", {"hidden", "y"}),
        ('from "runs/a" ', {"to", "from", "except"}),
        ('from "runs/a" to ', set()),
        ("ghost to ", set()),
        ("old except ", set()),
    ],
)
def test_what_reuse_takes_is_offered(
    editor: Session, written: str, offered: set[str]
) -> None:
    assert set(editor.complete(REUSING.replace("|", f"{written}|"))) == offered


STEPS = """\
model Film {
  input frames: float32[time, 6]
  seen = TimeDistributed(Dense(4))
  PLACE
}
"""


@pytest.mark.parametrize(
    ("place", "offered", "others"),
    [
        (
            "assert |",
            {"params", "memory", "seen.shape", "output.shape", "time"},
            {"Add"},
        ),
        ("assert seen.shape == [|", {"time"}, {"Dense"}),
        ("TimeDistributed(|", {"Dense", "TimeDistributed", "seen"}, {"units"}),
        ("TimeDistributed(Dense(8, |", {"activation", "use_bias"}, {"seen"}),
        ("TimeDistributed(Add(|", {"seen", "frames"}, set()),
        ("input more: |", {"float32", "int64", "bool"}, {"int"}),
        ("input more: float32[|", {"time"}, {"float32"}),
    ],
)
def test_what_steps_over_time_and_assertions_take(
    editor: Session, place: str, offered: set[str], others: set[str]
) -> None:
    found = editor.complete(STEPS.replace("PLACE", place))
    assert offered <= set(found)
    assert not others & set(found)
