"""What there is of verbs, and what those that describe print."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from specc.cli.entry import VERBS

Specc = Callable[..., Result]


# Help ------------------------------------------------------------------------------


def test_help_lists_every_verb(specc: Specc) -> None:
    text = specc("--help").stdout
    assert all(re.search(rf"^  {verb} ", text, re.MULTILINE) for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(specc: Specc, verb: str) -> None:
    result = specc(verb, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage:")


def test_an_unknown_verb_names_the_near_one(specc: Specc) -> None:
    result = specc("chek", "first.nnspec")
    assert result.exit_code == 2
    assert "did you mean check?" in result.stderr


def test_version(specc: Specc) -> None:
    assert re.fullmatch(r"specc \d+\.\d+\.\d+\n", specc("--version").stdout)


def test_a_param_is_set_once(specc: Specc, first: Path) -> None:
    result = specc("check", first, "--set", "a=1", "--set", "a=2")
    assert result.exit_code == 2
    assert "a is given twice" in result.stderr


# explain and catalog ---------------------------------------------------------------


def test_explain_a_construct_and_a_rule(specc: Specc) -> None:
    text = specc("explain", "Dense").stdout
    assert "y = activation(x · kernel + bias)" in text
    assert "a whole number ≥ 1" in text
    assert "torch.nn.Linear" in text
    assert specc("explain", "syntax").stdout.startswith("syntax (error)")


def test_explain_shows_all_constructs_of_a_keyword(specc: Specc) -> None:
    text = specc("explain", "constant").stdout
    assert "constant (initializer)" in text
    assert "constant (schedule)" in text


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("target", "Which fields of the source"),
        ("optimizer", "setting of a train block"),
        ("optimizers", "nadam"),
        ("seed", "default 0"),
        ("patience", "early_stopping: a number with its unit"),
        ("loss", "sparse_categorical_crossentropy"),
        ("source", "mnist_5k"),
    ],
)
def test_explain_words_of_the_language(specc: Specc, word: str, told: str) -> None:
    result = specc("explain", word)
    assert result.exit_code == 0
    assert told in result.stdout


def test_explain_every_argument(specc: Specc) -> None:
    from specc.catalog import catalog
    from specc.reference import explanations

    names = {name for kind in catalog() for name, _ in kind.fields()}
    assert [name for name in names if not explanations(name)] == []


def test_explain_an_unknown_word(specc: Specc) -> None:
    result = specc("explain", "Dens")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean Dense?" in result.stderr


def test_catalog_of_all_and_of_a_family(specc: Specc) -> None:
    everything = specc("catalog").stdout
    assert "Dense" in everything
    assert "sgd" in everything
    losses = specc("catalog", "loss").stdout
    assert "mse" in losses
    assert "Dense" not in losses
    assert specc("catalog", "losses").stdout == losses
    unknown = specc("catalog", "layr")
    assert unknown.exit_code == 2
    assert "did you mean layer?" in unknown.stderr


# init and doctor -------------------------------------------------------------------


def test_init_writes_a_spec_that_checks_and_is_formatted(
    specc: Specc, folder: Path
) -> None:
    result = specc("init", "new/project")
    assert result.exit_code == 0
    file = folder / "new/project/first.nnspec"
    assert specc("check", "--strict", file).exit_code == 0
    assert specc("fmt", "--check", file).exit_code == 0
    file.write_text("# mine\n")
    again = specc("init", "new/project")
    assert again.exit_code == 2
    assert file.read_text() == "# mine\n"


def test_init_where_nothing_can_be_written(specc: Specc, first: Path) -> None:
    assert specc("init", first).exit_code == 2


def test_doctor_lists_what_there_is(specc: Specc) -> None:
    result = specc("doctor")
    assert result.exit_code == 0
    for word in ("numpy", "torch", "keras", "tensorflow", "scikit-learn"):
        assert re.search(rf"\b{word}\b", result.stdout)


def test_warnings_of_the_command_line_are_told_in_full(
    specc: Specc, first: Path
) -> None:
    """`specc check FILE` does not show what --epochs brought about."""
    stopping = "  early_stopping(monitor = val_loss, patience = 5 epochs)\n"
    text = first.read_text().replace("  seed = 42\n", f"  seed = 42\n{stopping}")
    first.write_text(text)
    plain = specc("check", first).stderr
    assert "patience" not in plain
    result = specc("train", first, "--backend", "torch", "--epochs", "2", "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert "warning[patience-longer-than-epochs]" in result.stderr
    known = plain.splitlines()[-1].removeprefix("1 file: ")
    counted = f"{known}: specc check {first}"
    assert (counted in result.stderr) == ("no problems" not in known)


@pytest.mark.parametrize("name", ["edited.py", "edited.txt"])
@pytest.mark.parametrize("verb", ["check", "verify", "summary"])
def test_a_python_program_is_no_spec(
    specc: Specc, first: Path, verb: str, name: str
) -> None:
    program = first.with_name(name)
    specc("compile", first, "--backend", "torch", "--out", first.with_name("a.py"))
    program.write_text(first.with_name("a.py").read_text(encoding="utf-8"))
    result = specc(verb, program)
    assert result.exit_code == 1
    assert f"{program} is a Python program, not a spec" in result.stderr
    assert result.stderr.count("error[") == 1
    assert f"{program}:1:1" in result.stderr
