"""The server goes on: broken, huge and fast-changing texts, unknown files, ends."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lsp_session import ROOT, Session
from lsp_specs import EXAMPLES, SMALL, long_spec
from lsprotocol import types

from specc.diagnostics import Source
from specc.pipeline import check_source


def everything(editor: Session, uri: str, offset: int) -> None:
    """Ask everything about a place; an error of the server would be raised here."""
    place = editor.at(uri, offset)
    document = types.TextDocumentIdentifier(uri)
    client = editor.client
    here = types.Range(place["position"], place["position"])
    for request in (
        client.text_document_completion_async(types.CompletionParams(**place)),
        client.text_document_hover_async(types.HoverParams(**place)),
        client.text_document_definition_async(types.DefinitionParams(**place)),
        client.text_document_references_async(
            types.ReferenceParams(types.ReferenceContext(True), **place)
        ),
        client.text_document_document_highlight_async(
            types.DocumentHighlightParams(**place)
        ),
        client.text_document_document_symbol_async(
            types.DocumentSymbolParams(document)
        ),
        client.text_document_formatting_async(
            types.DocumentFormattingParams(document, types.FormattingOptions(2, True))
        ),
        client.text_document_code_action_async(
            types.CodeActionParams(document, here, types.CodeActionContext([]))
        ),
    ):
        editor.wait(request)


def mutations(text: str, count: int, seed: int) -> list[str]:
    """A text cut off, with pieces left out, doubled, or replaced by signs."""
    chance = random.Random(seed)
    signs = [
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        '"',
        "->",
        "=",
        ",",
        "\n",
        "#",
        "é",
        "😀",
        "\\",
    ]
    found = []
    for _ in range(count):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.randrange(30))
        found.append(
            chance.choice(
                [
                    text[:start],
                    text[:start] + text[end:],
                    text[:end] + text[start:],
                    text[:start] + chance.choice(signs) + text[end:],
                ]
            )
        )
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_broken_texts_are_answered(editor: Session, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    chance = random.Random(path.stem)
    for number, changed in enumerate(mutations(text, 12, seed=len(text))):
        uri = editor.open(changed, "broken.nnspec")
        everything(editor, uri, chance.randrange(len(changed) + 1))
        if number % 4 == 0:
            rules = [item.code for item in editor.problems(uri)]
            checked = check_source(Source("x", changed))
            assert rules == [problem.rule for problem in checked.problems]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\ufeffmodel A {\n",
        "model A {\r\n  input x: float32[3]\r\n  Dense(",
        "model A {\r  Dense(3)\r}",
        "\x00\x01\u2028\u202e",
        "(" * 3000,
        "model A { " * 500,
        "a = " + "1 + " * 3000 + "1",
        "param a: int = " + "1 + " * 3000 + "1\n",
        '"' * 99,
        "train a: b on c {\n  metrics x = [",
        "block A(",
        "defaults { }",
        "repeat i in { Dense",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_strange_texts_are_answered(editor: Session, text: str) -> None:
    uri = editor.open(text, "strange.nnspec")
    for offset in {0, len(text) // 2, len(text)}:
        everything(editor, uri, offset)
    editor.problems(uri)


def test_names_of_the_last_good_text_are_offered_while_one_types(
    editor: Session,
) -> None:
    name = "typing.nnspec"
    editor.problems(editor.open(SMALL, name))
    found = editor.complete("(" * 300 + "\ntrain x: |", name)
    assert {"Net", "Pair"} <= set(found)


def test_a_text_too_large_is_reported_and_nothing_else_is_said(
    editor: Session,
) -> None:
    text = "# much\n" * 200_000
    uri = editor.open(text, "huge.nnspec")
    assert [item.code for item in editor.problems(uri)] == ["too-much-work"]
    everything(editor, uri, 10)
    assert editor.complete(SMALL.replace("Dropout(", "Drop|out("))["Dropout"]


def test_a_long_text_is_answered(editor: Session) -> None:
    text = long_spec(4000)
    uri = editor.open(text, "long.nnspec")
    everything(editor, uri, text.index("Dropout") + 3)
    assert not [item for item in editor.problems(uri) if item.severity == 1]


def test_fast_typing_is_checked_once_it_pauses(editor: Session) -> None:
    uri = editor.open("", "fast.nnspec")
    editor.problems(uri)
    before = len(editor.published[uri])
    for end in range(0, len(SMALL), 3):
        editor.change(uri, SMALL[:end])
    editor.change(uri, SMALL)
    found = editor.problems(uri)
    assert [i.code for i in found] == [
        p.rule for p in check_source(Source("x", SMALL)).problems
    ]
    assert len(editor.published[uri]) - before < 20
    versions = [params.version for params in editor.published[uri]]
    assert versions == sorted(versions)


def test_files_that_are_not_open(editor: Session) -> None:
    for uri in ("file:///nowhere/at_all.nnspec", "untitled:Untitled-1", "x", ""):
        editor.texts[uri] = "model A {\n}\n"
        everything(editor, uri, 3)
    path = ROOT / "examples/mnist_mlp.nnspec"
    uri = path.as_uri()
    editor.texts[uri] = path.read_text()
    params = types.DocumentSymbolParams(types.TextDocumentIdentifier(uri))
    found = editor.wait(editor.client.text_document_document_symbol_async(params))
    assert [item.name for item in found][:2] == ["dropout", "DigitMLP"]
    document = types.TextDocumentIdentifier("file:///nowhere/never_opened.nnspec")
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(document))


@pytest.mark.parametrize(
    ("encoding", "column"), [("utf-8", 27), ("utf-16", 22), ("utf-32", 20)]
)
def test_columns_are_counted_as_agreed(encoding: str, column: int) -> None:
    text = 'data D {\n  source = csv("😀é😀"); test = none; tset = 3\n}\n'
    line = text.splitlines()[1]
    units = {
        "utf-8": lambda s: len(s.encode()),
        "utf-16": lambda s: len(s.encode("utf-16-le")) // 2,
        "utf-32": len,
    }[encoding]
    start = units(line[: line.index("tset")])
    session = Session(encoding)
    assert session.capabilities.position_encoding == encoding
    uri = session.open(text)
    (item,) = (i for i in session.problems(uri) if i.code == "unknown-setting")
    assert item.range.start == types.Position(1, start)
    assert item.range.end == types.Position(1, start + 4)
    params = types.HoverParams(
        types.TextDocumentIdentifier(uri),
        types.Position(1, units(line[: line.index("test")])),
    )
    found = session.wait(session.client.text_document_hover_async(params))
    assert "**test** of data" in found.contents.value
    assert units('  source = csv("😀é😀"') == column
    assert session.end() == 0


def test_without_a_wish_columns_are_those_of_utf_16(editor: Session) -> None:
    assert editor.capabilities.position_encoding == "utf-16"


# Beginnings and ends ----------------------------------------------------------------


def test_an_exit_without_shutdown_is_status_1() -> None:
    session = Session()
    assert session.end(shutdown=False) == 1


class Raw:
    """A server process that is sent bytes."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "specc.cli", "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
        )

    def send(self, body: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def ask(self, method: str, params: Any, number: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if number is not None:
            message["id"] = number
        self.send(json.dumps(message).encode())

    def answer(self, number: int) -> dict[str, Any]:
        """The answer with that number; other messages are passed over."""
        out = self.process.stdout
        assert out is not None
        while True:
            length = 0
            while line := out.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            assert length, "the server went away"
            found = json.loads(out.read(length))
            if found.get("id") == number:
                return found

    def end(self) -> tuple[int, str]:
        """Close standard input; the exit status, and what was written on the side."""
        _, told = self.process.communicate(timeout=60)
        return self.process.returncode, told.decode()


def test_nonsense_is_survived() -> None:
    raw = Raw()
    raw.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)
    assert raw.answer(1)["result"]["serverInfo"]["name"] == "specc"
    raw.send(b"{ this is no JSON")
    raw.ask("textDocument/hover", {"position": "nowhere"}, 2)
    raw.ask("no/such/method", {}, 3)
    assert "error" in raw.answer(3)
    raw.ask("shutdown", None, 4)
    assert raw.answer(4)["result"] is None
    raw.ask("exit", None)
    status, told = raw.end()
    assert status == 0
    assert "Traceback" not in told


def test_an_editor_that_goes_away_ends_the_server() -> None:
    raw = Raw()
    raw.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)
    raw.answer(1)
    status, told = raw.end()
    assert status == 1
    assert "Traceback" not in told


def test_the_server_loads_no_framework() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, specc.lsp.serve as s;"
            "from specc.lsp.document import Document;"
            f"Document('x', {SMALL!r}).checked;"
            "print([m for m in ('torch', 'tensorflow', 'keras', 'pandas', 'sklearn')"
            " if m in sys.modules])",
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert done.stdout.strip() == "[]"
