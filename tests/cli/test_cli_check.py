"""What check and fmt print, where, and how they end."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from specc.cli.init import FIRST

Specc = Callable[..., Result]


# check -----------------------------------------------------------------------------


def test_check_of_a_good_spec(specc: Specc, first: Path) -> None:
    result = specc("check", "--strict", first)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "1 file: no problems\n"


def test_check_takes_several_files_and_the_worst_decides(
    specc: Specc, first: Path, folder: Path
) -> None:
    (folder / "bad.nnspec").write_text(FIRST.replace("Dense(64)", "Dens(64)"))
    result = specc("check", "first.nnspec", "bad.nnspec", "bad.nnspec")
    assert result.exit_code == 1
    assert "3 files: 2 errors" in result.stderr


def test_check_as_json(specc: Specc, folder: Path) -> None:
    (folder / "bad.nnspec").write_text(FIRST.replace("Dense(64)", "Dens(64)"))
    result = specc("check", "--format", "json", "bad.nnspec")
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["rule"], problem["line"]) == ("unknown-layer", 20)
    assert (result.exit_code, result.stderr) == (1, "")


def test_check_as_sarif_and_for_github(specc: Specc, folder: Path) -> None:
    (folder / "bad.nnspec").write_text(FIRST.replace("Dense(64)", "Dens(64)"))
    sarif = json.loads(specc("check", "--format", "sarif", "bad.nnspec").stdout)
    assert sarif["runs"][0]["results"][0]["ruleId"] == "unknown-layer"
    github = specc("check", "--format", "github", "bad.nnspec").stdout
    assert github.startswith("::error title=unknown-layer,file=bad.nnspec,line=20")


def test_set_gives_a_param_another_value(specc: Specc, folder: Path) -> None:
    text = "param width: int = 64\n" + FIRST.replace("nnspec 1\n", "").replace(
        "Dense(64)", "Dense(width)"
    )
    (folder / "wide.nnspec").write_text(text)
    assert " 4,160 " in specc("summary", "wide.nnspec").stdout
    assert " 6,500 " in specc("summary", "wide.nnspec", "--set", "width=100").stdout
    unknown = specc("check", "wide.nnspec", "--set", "widht=100")
    assert unknown.exit_code == 1
    assert "width" in unknown.stderr
    assert specc("check", "wide.nnspec", "--set", "width").exit_code == 2
    assert specc("check", "wide.nnspec", "--set", "width=many").exit_code == 1


# fmt -------------------------------------------------------------------------------


UGLY = FIRST.replace("  Flatten", "      Flatten").replace("Dense(64)", "Dense( 64 )")


def test_fmt_mends_a_file_once(specc: Specc, folder: Path) -> None:
    file = folder / "ugly.nnspec"
    file.write_text(UGLY)
    assert specc("fmt", file).exit_code == 0
    assert file.read_text() == FIRST
    again = specc("fmt", file)
    assert (again.exit_code, again.output) == (0, "")


def test_fmt_check_and_diff_write_nothing(specc: Specc, folder: Path) -> None:
    file = folder / "ugly.nnspec"
    file.write_text(UGLY)
    result = specc("fmt", "--check", "ugly.nnspec")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "ugly.nnspec" in result.stderr
    result = specc("fmt", "--diff", "ugly.nnspec")
    assert result.exit_code == 1
    assert "-      Flatten\n" in result.stdout
    assert "+  Flatten\n" in result.stdout
    assert file.read_text() == UGLY


def test_fmt_of_standard_input(specc: Specc) -> None:
    result = specc("fmt", "-", stdin=UGLY)
    assert (result.exit_code, result.stdout) == (0, FIRST)
    broken = specc("fmt", "-", stdin="model {")
    assert (broken.exit_code, broken.stdout) == (1, "")
    assert "<stdin>:1" in broken.stderr
    assert specc("fmt", "-", stdin=b"# \xff").exit_code == 1


def test_fmt_goes_on_after_a_file_that_does_not_parse(
    specc: Specc, folder: Path
) -> None:
    (folder / "broken.nnspec").write_text("model {")
    file = folder / "ugly.nnspec"
    file.write_text(UGLY)
    assert specc("fmt", "broken.nnspec", "ugly.nnspec").exit_code == 1
    assert file.read_text() == FIRST


def test_a_folder_stands_for_its_specs(specc: Specc, first: Path) -> None:
    text = first.read_text(encoding="utf-8")
    first.with_name("other.nnspec").write_text(text + "\n\n\n", encoding="utf-8")
    result = specc("fmt", "--check", first.parent)
    assert result.exit_code == 1
    assert "other.nnspec" in result.stderr
    assert specc("fmt", first.parent).exit_code == 0
    assert first.with_name("other.nnspec").read_text(encoding="utf-8") == text
    (first.parent / "empty").mkdir()
    for verb in ("fmt", "verify", "check"):
        assert specc(verb, first.parent / "empty").exit_code == 2


def test_nothing_is_mended_where_there_are_errors(specc: Specc, first: Path) -> None:
    text = f"{FIRST.replace('Dense(64)', 'Dens(64)')}\nparam size: int = 3\n"
    first.write_text(text)
    result = specc("check", "--fix", first)
    assert result.exit_code == 1
    assert "nothing is mended where there are errors" in result.stderr
    assert first.read_text() == text
    first.write_text(text.replace("Dens(", "Dense("))
    result = specc("check", "--fix", first)
    assert "mended" in result.stderr
    assert "nothing is mended" not in result.stderr
    assert "param size" not in first.read_text()


def test_warnings_are_told_once_and_counted_elsewhere(
    specc: Specc, first: Path
) -> None:
    text = first.read_text().replace("activation = relu", "activation = selu")
    first.write_text(text)
    shown = specc("check", first).stderr
    counts = shown.splitlines()[-1].removeprefix("1 file: ")
    assert "warning" in counts
    for arguments in (
        ("prepare", first, "--out", "a.npz"),
        ("compile", first, "--backend", "torch", "--out", "program.py"),
        ("train", first, "--backend", "torch", "--dry-run"),
    ):
        result = specc(*arguments)
        assert result.exit_code == 0
        assert f"{counts}: specc check {first}\n" in result.stderr
        assert "-->" not in result.stderr
    # Errors are told in full everywhere.
    first.write_text(text.replace("Dropout(0.2)", "Dropout(2)"))
    for arguments in (
        ("prepare", first, "--out", "a.npz"),
        ("compile", first, "-btorch"),
    ):
        assert "-->" in specc(*arguments).stderr


# Memory ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "verb",
    [
        ("check",),
        ("summary",),
        ("compile", "--backend", "torch"),
        ("train", "--backend", "reference", "--dry-run"),
    ],
    ids=lambda verb: verb[0],
)
def test_memory_has_a_budget(specc: Specc, first: Path, verb: tuple[str, ...]) -> None:
    name, *options = verb
    result = specc(name, first, *options, "--memory-budget", "10KiB")
    assert result.exit_code == 1
    assert "error[memory-budget]" in result.stderr
    assert "at most 10.0 KiB" in result.stderr
    assert specc(name, first, *options, "--memory-budget", "1.5 MB").exit_code == 0


@pytest.mark.parametrize("size", ["8", "GiB", "-1GiB", "8 apples", "1e3MiB", "1.2.3MB"])
def test_a_size_has_a_unit(specc: Specc, first: Path, size: str) -> None:
    result = specc("check", first, f"--memory-budget={size}")
    assert result.exit_code == 2
    assert "such as 8GiB" in result.stderr


def test_a_large_model_passes_with_a_large_budget(specc: Specc, first: Path) -> None:
    first.write_text(FIRST.replace("Dense(64)", "Dense(30_000_000)"))
    assert specc("check", first).exit_code == 1
    assert specc("check", first, "--memory-budget", "1TiB").exit_code == 0


def test_check_a_folder(specc: Specc, first: Path) -> None:
    folder = first.parent / "specs"
    (folder / "runs").mkdir(parents=True)
    refused = specc("check", folder)
    assert refused.exit_code == 2
    assert "no .nnspec file" in refused.stderr
    for name in ("b.nnspec", "a.nnspec", "notes.txt", "runs/c.nnspec"):
        (folder / name).write_text("model {" if name == "notes.txt" else FIRST)
    checked = specc("check", folder)
    assert (checked.exit_code, checked.stderr) == (0, "2 files: no problems\n")
    (folder / "a.nnspec").write_text("model A {\n}\n")
    wrong = specc("check", folder, "--format", "json")
    assert wrong.exit_code == 1
    assert "a.nnspec" in wrong.stdout


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "nnspec 1\n"])
def test_check_a_file_that_declares_nothing(
    specc: Specc, folder: Path, text: str
) -> None:
    (folder / "empty.nnspec").write_text(text)
    result = specc("check", "empty.nnspec")
    assert result.exit_code == 0
    assert (
        "note[empty-file]: the file declares nothing\n --> empty.nnspec:"
        in result.stderr
    )
    assert specc("check", "--strict", "empty.nnspec").exit_code == 0
