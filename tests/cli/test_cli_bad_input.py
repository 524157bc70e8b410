"""What is wrong with a spec is said at its place, with status 1; never a traceback."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from specc.cli.init import FIRST

Specc = Callable[..., Result]

VERBS = [
    ("check",),
    ("summary",),
    ("graph",),
    ("compile", "--backend", "torch"),
    ("dump", "--stage", "ir"),
    ("prepare", "--out", "arrays.npz"),
    ("train", "--backend", "torch", "--dry-run"),
    ("verify",),
]

#: What is changed in the first spec, the rule that notices, and where.
MISTAKES = {
    "unknown layer": ("Dense(64)", "Dens(64)", "unknown-layer", "20:3"),
    "unknown argument": ("Dense(64)", "Dense(64, unit = 3)", None, "20:13"),
    "wrong type": ("Dense(64)", 'Dense("64")', "wrong-type", "20:9"),
    "out of range": ("Dropout(0.2)", "Dropout(1.2)", "out-of-range", "21:11"),
    "missing argument": ("Dense(64)", "Dense", "missing-argument", "20:3"),
    "bare number": ("20%", "0.2", None, "6:10"),
    "shape mismatch": ("8, 8, 1]", "8, 9, 1]", "shape-mismatch", "12:3"),
    "unknown data set": ("= digits", "= digit", None, "5:12"),
    "unknown optimizer": ("adam(0.001)", "adm(0.001)", None, "29:15"),
    "name of another library": ("Dense(64)", "Linear(64)", "unknown-layer", "20:3"),
    "missing bracket": ("Dense(32)", "Dense(32", None, None),
    "missing brace": ("\n}\n\ntrain", "\n\ntrain", None, None),
    "stray sign": ("Flatten", "Flatten $", "bad-character", "19:11"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_check_says_where(specc: Specc, folder: Path, mistake: str) -> None:
    before, after, rule, place = MISTAKES[mistake]
    assert before in FIRST
    (folder / "bad.nnspec").write_text(FIRST.replace(before, after, 1))
    result = specc("check", "bad.nnspec")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "error[" in result.stderr
    assert f"bad.nnspec:{place or ''}" in result.stderr
    assert rule is None or f"error[{rule}]" in result.stderr


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_every_verb_reports_a_mistake_alike(
    specc: Specc, folder: Path, verb: tuple[str, ...]
) -> None:
    name, *options = verb
    (folder / "bad.nnspec").write_text(FIRST.replace("Dense(64)", "Dens(64)"))
    result = specc(name, "bad.nnspec", *options)
    assert result.exit_code == 1
    assert "error[unknown-layer]" in result.stderr
    assert "bad.nnspec:20:3" in result.stderr


def test_all_mistakes_are_reported_in_one_run(specc: Specc, folder: Path) -> None:
    text = FIRST.replace("Dense(64)", "Dens(64)").replace("adam(0.001)", "adm(0.001)")
    (folder / "bad.nnspec").write_text(text)
    result = specc("check", "bad.nnspec")
    assert "20:3" in result.stderr
    assert "29:15" in result.stderr
    assert "1 file: 2 errors" in result.stderr


FILES: dict[str, tuple[bytes | None, int]] = {
    "missing": (None, 2),
    "binary": (bytes(range(256)) * 8, 1),
    "latin1": ("# Größe\n".encode("latin-1"), 1),
    "utf16": (FIRST.encode("utf-16"), 1),
    "nul": (b"model A {\x00}", 1),
    "nothing but a brace": (b"{", 1),
    "unclosed text": (b'data D { source = csv("x', 1),
    "deep": (b"model A { x = " + b"(" * 5000, 1),
    "too long": (b"#" * (1 << 20) + b"##", 1),
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("verb", [*VERBS, ("fmt",)], ids=lambda verb: verb[0])
def test_files_that_are_no_specs(
    specc: Specc, folder: Path, verb: tuple[str, ...], kind: str
) -> None:
    content, status = FILES[kind]
    name, *options = verb
    if content is not None:
        (folder / "odd.nnspec").write_bytes(content)
    result = specc(name, "odd.nnspec", *options)
    assert result.exit_code == status
    assert "error[" in result.stderr
    assert "odd.nnspec" in result.stderr


@pytest.mark.parametrize("verb", [*VERBS, ("fmt",)], ids=lambda verb: verb[0])
def test_a_folder_is_no_spec(specc: Specc, folder: Path, verb: tuple[str, ...]) -> None:
    (folder / "odd.nnspec").mkdir()
    name, *options = verb
    result = specc(name, "odd.nnspec", *options)
    assert result.exit_code == 2
    assert "odd.nnspec" in result.stderr


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "nnspec 1\n"])
def test_an_empty_file_has_nothing_to_select(
    specc: Specc, folder: Path, text: str
) -> None:
    (folder / "empty.nnspec").write_text(text)
    assert specc("check", "empty.nnspec").exit_code == 0
    result = specc("compile", "empty.nnspec", "--backend", "torch")
    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_byte_order_mark_and_windows_lines_are_fine(
    specc: Specc, folder: Path
) -> None:
    text = "\ufeff" + FIRST.replace("\n", "\r\n")
    (folder / "windows.nnspec").write_bytes(text.encode())
    assert specc("check", "--strict", "windows.nnspec").exit_code == 0


BELL = "\x07X"


@pytest.mark.parametrize(
    "words",
    [
        (BELL,),
        ("explain", BELL),
        ("catalog", BELL),
        ("check", f"{BELL}.nnspec"),
        ("summary", "first.nnspec", BELL),
        ("graph", "first.nnspec", "--out", BELL),
        ("dump", "first.nnspec", "--stage", "ir", BELL),
        ("compile", "first.nnspec", "--backend", "torch", "--out", f"{BELL}/a.py"),
        ("doctor", BELL),
        ("fmt", "--check", f"{BELL}.nnspec"),
    ],
    ids=lambda words: words[0].replace(BELL, "no verb"),
)
def test_what_a_terminal_would_obey_is_not_told_to_it(
    specc: Specc, first: Path, words: tuple[str, ...]
) -> None:
    text = first.read_text()
    first.with_name(f"{BELL}.nnspec").write_text(f"{text}\n\n\n")
    result = specc(*words)
    assert "\x07" not in result.stderr
    assert "X" in result.stderr or words[0] == "check"


@pytest.mark.skipif(
    not hasattr(os, "mkfifo"), reason="this system has no pipes of names"
)
def test_a_pipe_without_an_end_is_not_waited_for(specc: Specc, folder: Path) -> None:
    for name in ("pipe.nnspec", "pipe.csv", "run/ir.json"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        os.mkfifo(path)
    data = 'data D { source = csv("pipe.csv"); input x = columns("a"); target y = column("b") }'
    model = "model A { input x: float32[1]; Dense(1) }"
    train = "train A on D { loss = mse; optimizer = sgd(0.1); epochs = 2 }"
    (folder / "a.nnspec").write_text('import "pipe.nnspec"\n')
    (folder / "b.nnspec").write_text('model A { reuse a = from "run"; Dense(1) }\n')
    (folder / "c.nnspec").write_text(f"{data}\n{model}\n{train}\n")
    found = specc("check", "a.nnspec")
    assert (found.exit_code, "pipe.nnspec is no file" in found.stderr) == (1, True)
    found = specc("check", "b.nnspec")
    assert (found.exit_code, "a.nnspec" in found.stderr) == (1, False)
    assert "run is not the folder of a run" in found.stderr
    found = specc("prepare", "c.nnspec", "--out", "a.npz")
    assert (found.exit_code, "pipe.csv is no file" in found.stderr) == (3, True)


def test_names_longer_than_any_file_has(specc: Specc, folder: Path) -> None:
    long = "a" * 5000
    for text in (
        f'import "{long}.nnspec"\n',
        f'model A {{ reuse a = from "{long}"; Dense(1) }}\n',
        f'import "{"a/" * 3000}b.nnspec"\n',
    ):
        (folder / "long.nnspec").write_text(text)
        result = specc("check", "long.nnspec")
        assert result.exit_code == 1
        assert "long.nnspec:1:" in result.stderr


@pytest.mark.parametrize("verb", [*VERBS, ("fmt",)], ids=lambda verb: verb[0])
@pytest.mark.parametrize("file", ["", "a" * 5000], ids=["empty", "long"])
def test_names_that_no_spec_has(
    specc: Specc, first: Path, verb: tuple[str, ...], file: str
) -> None:
    """An empty one, as of a shell's unset variable, is not the current folder."""
    first.write_text(f"{first.read_text()}\n\n\n")
    before = first.read_bytes()
    name, *options = verb
    result = specc(name, file, *options)
    assert result.exit_code == 2
    assert (file or "name of the spec is empty") in result.stderr
    assert first.read_bytes() == before


def test_numbers_of_the_command_line_are_those_of_specs(
    specc: Specc, folder: Path
) -> None:
    text = "param n: int = 3\nmodel A { input x: float32[2]; Dense(n) }\n"
    (folder / "a.nnspec").write_text(text)
    assert specc("check", "a.nnspec", "--set", "n=1_0").exit_code == 0
    result = specc("check", "a.nnspec", "--set", "n=\u0663")
    assert "error[wrong-type]: n cannot be \u0663" in result.stderr


@pytest.mark.parametrize("threads", ["0", "-1", "5000", "9" * 30, "many"])
@pytest.mark.parametrize(
    "words",
    [
        ("train", "first.nnspec", "-b", "reference", "--dry-run"),
        ("evaluate", "run"),
        ("predict", "run", "--input", "a.npz", "--out", "b.npz"),
    ],
    ids=lambda words: words[0],
)
def test_threads_that_no_machine_has(
    specc: Specc, first: Path, words: tuple[str, ...], threads: str
) -> None:
    result = specc(*words, "--threads", threads)
    assert result.exit_code == 2
    assert "--threads" in result.stderr
