"""Problems with their places, quick fixes, formatting."""

from pathlib import Path

import pytest
from lsp_session import Session
from lsp_specs import EXAMPLES, SMALL
from lsprotocol import types

from specc.diagnostics import Source, failed
from specc.lsp.diagnostics import _LEVELS
from specc.pipeline import check_source
from specc.syntax.format import format_text


def broken(old: str, new: str) -> str:
    assert SMALL.count(old) == 1, old
    return SMALL.replace(old, new)


def test_problems_in_a_file_of_blocks_are_shown(editor: Session) -> None:
    uri = editor.open("block A(m: int) { Dens(m); Dense(m + n) }\n", "blocks.nnspec")
    found = editor.problems(uri)
    assert [item.code for item in found] == ["unknown-layer", "unknown-param"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_have_no_problems(editor: Session, path: Path) -> None:
    uri = editor.open(path.read_text(encoding="utf-8"), path.name)
    assert editor.problems(uri) == []


def test_problems_are_those_of_the_checker(editor: Session) -> None:
    text = broken("Dropout(0.1)", "Dropout(rat = 2, 3)").replace("mse\n", "mze\n")
    uri = editor.open(text)
    checked = check_source(Source("x", text)).problems
    found = editor.problems(uri)
    assert failed(checked)
    assert [item.code for item in found] == [p.rule for p in checked]
    for item, problem in zip(found, checked, strict=True):
        assert item.source == "specc"
        assert item.severity == _LEVELS[problem.level]
        start, end = problem.span.start, problem.span.end
        assert (
            editor.stands(uri, item.range) == f"{problem.span.line}: {text[start:end]}"
        )
        assert problem.message in item.message
        assert (problem.suggestion or "") in item.message


def test_notes_are_related_places(editor: Session) -> None:
    uri = editor.open(broken("model Pair", "model Net"))
    (item,) = (i for i in editor.problems(uri) if i.code == "duplicate-name")
    (note,) = item.related_information
    assert note.location.uri == uri
    assert editor.stands(uri, note.location.range).startswith("15: model Net")


def test_what_is_not_used_is_marked_so(editor: Session) -> None:
    uri = editor.open(SMALL.replace("nnspec 1\n", "nnspec 1\nparam idle: int = 3\n"))
    (item,) = (i for i in editor.problems(uri) if i.code == "unused-param")
    assert list(item.tags) == [types.DiagnosticTag.Unnecessary]
    assert item.severity == types.DiagnosticSeverity.Warning


def test_problems_go_when_they_are_mended_and_when_the_text_is_closed(
    editor: Session,
) -> None:
    uri = editor.open("model {", "closing.nnspec")
    assert editor.problems(uri)
    editor.change(uri, SMALL)
    assert not [i for i in editor.problems(uri) if i.severity == 1]
    document = types.TextDocumentIdentifier(uri)
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(document))
    editor.wait(
        editor.client.text_document_document_symbol_async(
            types.DocumentSymbolParams(document)
        )
    )
    assert not editor.published[uri][-1].diagnostics
    assert editor.published[uri][-1].version is None


# Quick fixes ------------------------------------------------------------------------


def fixed(editor: Session, text: str, rule: str, title: str) -> str:
    """The text after the fix with that title for the problem of that rule."""
    uri = editor.open(text)
    first = next(i for i in editor.problems(uri) if i.code == rule)
    action = editor.actions(uri, first.range)[title]
    assert [item.code for item in action.diagnostics] == [rule]
    assert action.kind == types.CodeActionKind.QuickFix
    return editor.edited(uri, action.edit.changes[uri])


@pytest.mark.parametrize(
    ("old", "new", "rule", "title"),
    [
        ("Dropout(0.1)", "Dropuot(0.1)", "unknown-layer", "Replace by Dropout"),
        (
            "activation = softmax",
            "activation = sofmax",
            "unknown-activation",
            "Replace by softmax",
        ),
        (
            "activation = softmax",
            "activatoin = softmax",
            "unknown-argument",
            "Replace by activation",
        ),
        (
            "optimizer = adam(",
            "optimiser = adam(",
            "unknown-setting",
            "Replace by optimizer",
        ),
        ("on Wine", "on Wines", "unknown-data", "Replace by Wine"),
        ("both: Pair", "both: Pairs", "unknown-model", "Replace by Pair"),
        (
            "val_price_mae",
            "val_price_mse",
            "unknown-figure",
            "Replace by val_price_mae",
        ),
        ("patience = 5 epochs", "patience = 5", "missing-unit", "Replace by 5 epochs"),
        ("epochs = 5\n", "epochs = 5 epochs\n", "unexpected-unit", "Replace by 5"),
        (
            "-> Dense(1)\n  output aux",
            "→ Dense(1)\n  output aux",
            "bad-character",
            "Replace by ->",
        ),
        (": float32[13]", ": [13]", "syntax", "Replace by float32[13]"),
        (": float32[13]", ": float32(13)", "syntax", "Replace by float32[13]"),
        ("Dropout(0.1)", "Dropout(10%)", "unexpected-unit", "Replace by 0.1"),
        (
            "input features: float32[13]",
            "features: float32[13]",
            "syntax",
            "Replace by input features: float32[13]",
        ),
        ("Unit(width)", "Unit(width", "unclosed-bracket", "Insert )"),
        ("Unit(width)", "Unit(width))", "unmatched-bracket", "Remove it"),
    ],
)
def test_did_you_mean_is_written_by_a_fix(
    editor: Session, old: str, new: str, rule: str, title: str
) -> None:
    assert fixed(editor, broken(old, new), rule, title) == SMALL


def test_a_correction_that_makes_another_mistake_is_not_offered(
    editor: Session,
) -> None:
    uri = editor.open(broken("nnspec 1", "version 1"))
    (problem,) = [i for i in editor.problems(uri) if i.severity == 1]
    assert "version = 1" in problem.message
    assert editor.actions(uri, problem.range) == {}


def test_unused_things_are_removed_by_a_fix(editor: Session) -> None:
    text = broken("param twice", "param idle: int = 3\nparam twice")
    assert fixed(editor, text, "unused-param", "Remove it") == SMALL
    unused = "block Idle(units: int) {\n  Dense(units)\n}\n\n"
    text = broken("model Net", f"{unused}model Net")
    assert fixed(editor, text, "unused-block", "Remove it") == SMALL


def test_lints_are_mended_by_the_argument_that_they_suggest(editor: Session) -> None:
    rule, title = "initializer-activation-mismatch", "Set kernel_initializer ="
    text = SMALL
    for _ in range(4):
        uri = editor.open(text)
        found = [i for i in editor.problems(uri) if i.code == rule]
        if not found:
            break
        actions = editor.actions(uri, found[0].range)
        name = next(name for name in actions if name.startswith(title))
        text = editor.edited(uri, actions[name].edit.changes[uri])
    assert text != SMALL
    assert "Dense(3, activation = softmax, kernel_initializer = glorot_normal)" in text
    assert check_source(Source("x", text)).problems == ()


def test_a_bias_that_normalization_cancels_is_left_out_by_a_fix(
    editor: Session,
) -> None:
    text = broken("  Dropout(0.1)\n", "  BatchNormalization\n")
    text = text.replace(
        "inner = Dense(units, activation = act)", "inner = Dense(units)"
    )
    text = text.replace(", act: activation = relu", "")
    rule = "bias-before-batch-normalization"
    found = fixed(editor, text, rule, "Set use_bias = false")
    assert "inner = Dense(units, use_bias = false)\n" in found


def test_warnings_can_be_allowed_in_their_block(editor: Session) -> None:
    rule = "initializer-activation-mismatch"
    text = fixed(editor, SMALL, rule, f"Allow {rule} in this block")
    problems = check_source(Source("x", text)).problems
    before = check_source(Source("x", SMALL)).problems
    assert len(problems) < len(before)
    assert f'  allow({rule}, "reason")\n' in text


def test_no_fix_makes_another_mistake(editor: Session) -> None:
    """Words of the spec misspelt in turn: whatever is offered is no worse."""
    words = sorted(set(SMALL.split()))[::2]
    offered = 0
    for word in words:
        if not word.isidentifier() or len(word) < 4:
            continue
        uri = editor.open(SMALL.replace(word, word[:2] + "q" + word[2:], 1))
        before = len([i for i in editor.problems(uri) if i.severity == 1])
        for item in editor.problems(uri):
            for action in editor.actions(uri, item.range).values():
                offered += 1
                text = editor.edited(uri, action.edit.changes[uri])
                after = check_source(Source("x", text))
                errors = [p for p in after.problems if p.level == "error"]
                assert len(errors) <= max(before, 1), (word, action.title)
    assert offered > 5


def test_fixes_are_for_the_place_that_is_asked_about(editor: Session) -> None:
    uri = editor.open(broken("Dropout(0.1)", "Dropuot(0.1)"))
    assert editor.problems(uri)
    start = types.Position(0, 0)
    assert editor.actions(uri, types.Range(start, start)) == {}


# Formatting -------------------------------------------------------------------------


def formatted(editor: Session, text: str) -> str:
    uri = editor.open(text)
    params = types.DocumentFormattingParams(
        types.TextDocumentIdentifier(uri), types.FormattingOptions(4, False)
    )
    edits = editor.wait(editor.client.text_document_formatting_async(params))
    return editor.edited(uri, edits or [])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_formatting_is_that_of_the_command(editor: Session, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert formatted(editor, text) == text
    loose = text.replace("  ", "\t").replace(" = ", "=").replace("\n", "\r\n")
    assert formatted(editor, loose) == format_text(loose)


def test_a_text_that_does_not_parse_is_left_as_it_is(editor: Session) -> None:
    assert formatted(editor, "model Net {\n    Dense(\n") == "model Net {\n    Dense(\n"
