"""A spec of several files: what it imports is known, and its problems are shown."""

from pathlib import Path

from lsp_session import Session
from lsprotocol import types

UNIT = "block Unit(units: int) {\n  Dense(units, activation = elu)\n}\n"
MAIN = 'import "unit.nnspec"\n\nmodel Net {\n  input x: float32[4]\n  Unit(3)\n}\n'


def opened(editor: Session, folder: Path, unit: str) -> str:
    """The address of a spec whose import has that text."""
    (folder / "unit.nnspec").write_text(unit)
    uri = (folder / "main.nnspec").as_uri()
    editor.version += 1
    editor.texts[uri] = MAIN
    item = types.TextDocumentItem(uri, "nnspec", editor.version, MAIN)
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    return uri


def test_names_of_imported_files_are_offered(editor: Session, tmp_path: Path) -> None:
    uri = opened(editor, tmp_path, UNIT)
    assert not [item for item in editor.problems(uri) if item.severity == 1]
    params = types.CompletionParams(**editor.at(uri, MAIN.index("Unit(3)")))
    found = editor.wait(editor.client.text_document_completion_async(params))
    assert "Unit" in [item.label for item in found]


def test_names_of_imported_files_lead_there(editor: Session, tmp_path: Path) -> None:
    uri = opened(editor, tmp_path, UNIT)
    editor.problems(uri)
    params = types.DefinitionParams(**editor.at(uri, MAIN.index("Unit(3)") + 1))
    found = editor.wait(editor.client.text_document_definition_async(params))
    assert isinstance(found, list)
    (place,) = found
    assert isinstance(place, types.Location)
    assert place.uri == (tmp_path / "unit.nnspec").as_uri()
    assert place.range.start == types.Position(0, 6)


def test_problems_of_imported_files_are_shown_at_the_import(
    editor: Session, tmp_path: Path
) -> None:
    uri = opened(editor, tmp_path, UNIT.replace("Dense", "Denes"))
    (item,) = (i for i in editor.problems(uri) if i.code == "unknown-layer")
    assert editor.stands(uri, item.range) == '1: import "unit.nnspec"'
    assert "unit.nnspec, line 2" in item.message
    place = item.related_information[0].location
    assert place.uri == (tmp_path / "unit.nnspec").as_uri()
    assert place.range.start == types.Position(1, 2)
    assert editor.actions(uri, item.range) == {}
