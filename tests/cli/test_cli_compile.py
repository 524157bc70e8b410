"""What compile, summary, dump and schema print, and what names select."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from click.testing import Result

from specc.cli.init import FIRST
from specc.schema import program_schema

Specc = Callable[..., Result]

TWO = (
    FIRST.replace("train first:", "train second:")
    + FIRST[FIRST.index("train first:") :]
)


# summary ---------------------------------------------------------------------------


def test_summary_counts_parameters(specc: Specc, first: Path) -> None:
    text = specc("summary", first).stdout
    assert re.search(r"^dense_1 +Dense +\(64\) +4,160 +4,160$", text, re.MULTILINE)
    assert "parameters  6,570, of which 6,570 trainable" in text


# compile ---------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["torch", "keras", "reference"])
def test_compile_writes_a_program(specc: Specc, first: Path, backend: str) -> None:
    result = specc("compile", first, "--backend", backend)
    assert result.exit_code == 0
    compile(result.stdout, "program.py", "exec")


def test_compile_out_and_check(specc: Specc, first: Path, folder: Path) -> None:
    out = folder / "program.py"
    arguments = ("compile", first, "--backend", "torch", "--out", out)
    missing = specc(*arguments, "--check")
    assert missing.exit_code == 1
    assert "is not there" in missing.stderr
    assert specc(*arguments).exit_code == 0
    assert specc(*arguments, "--check").exit_code == 0
    out.write_text(out.read_text() + "\n")
    stale = specc(*arguments, "--check")
    assert stale.exit_code == 1
    assert "is stale" in stale.stderr


def test_compile_for_all(specc: Specc, first: Path, folder: Path) -> None:
    arguments = ("compile", first, "--all", "--out", "code")
    assert specc(*arguments, "--check").exit_code == 1
    assert specc(*arguments).exit_code == 0
    written = {path.name for path in (folder / "code").iterdir()}
    assert written == {"first_torch.py", "first_keras.py", "first_reference.py"}
    assert specc(*arguments, "--check").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--backend", "torch", "--all", "--out", "x"),
        ("--all",),
        ("--backend", "torch", "--check"),
        ("--backend", "pytorch"),
        ("--backend", "torch", "--out", "nowhere/x.py"),
        ("--backend", "torch", "--out", "torch.py"),
        ("--backend", "torch", "--out", "random.py"),
    ],
)
def test_compile_used_wrongly(
    specc: Specc, first: Path, folder: Path, arguments: tuple[str, ...]
) -> None:
    result = specc("compile", first, *arguments)
    assert result.exit_code == 2
    assert [path.name for path in folder.iterdir()] == ["first.nnspec"]


def test_an_unknown_backend_names_those_that_there_are(
    specc: Specc, first: Path
) -> None:
    result = specc("compile", first, "--backend", "pytorch")
    assert "keras, reference, torch" in result.stderr


# Selecting -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("compile", "--backend", "torch"),
        ("dump", "--stage", "ir"),
        ("prepare", "--out", "arrays.npz"),
        ("train", "--backend", "torch"),
        ("verify",),
    ],
    ids=lambda arguments: arguments[0],
)
def test_several_trainings_need_a_name(
    specc: Specc, folder: Path, arguments: tuple[str, ...]
) -> None:
    (folder / "two.nnspec").write_text(TWO)
    verb, *options = arguments
    for name in ([], ["third"]):
        result = specc(verb, "two.nnspec", *name, *options)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert "first" in result.stderr
        assert result.stderr.count("second") == 1


def test_a_name_selects(specc: Specc, folder: Path) -> None:
    (folder / "two.nnspec").write_text(TWO)
    text = specc("dump", "two.nnspec", "second", "--stage", "ir").stdout
    assert json.loads(text)["training"]["name"] == "second"


def test_a_model_alone_compiles_but_does_not_train(specc: Specc, folder: Path) -> None:
    model = FIRST[FIRST.index("model ") : FIRST.index("train ")]
    (folder / "model.nnspec").write_text(model)
    assert specc("summary", "model.nnspec").exit_code == 0
    assert specc("dump", "model.nnspec", "--stage", "ir").exit_code == 0
    for verb in (
        ("train", "--backend", "torch"),
        ("verify",),
        ("prepare", "--out", "a.npz"),
    ):
        result = specc(verb[0], "model.nnspec", *verb[1:])
        assert result.exit_code == 1
        assert "error[no-training]" in result.stderr
        assert "model.nnspec:1:1" in result.stderr


# dump and schema -------------------------------------------------------------------


def test_dump_of_each_stage(specc: Specc, first: Path) -> None:
    tree = specc("dump", first, "--stage", "tree").stdout
    assert re.search(r"^  statements: Block kind=model name=Classifier", tree, re.M)
    assert json.loads(specc("dump", first, "--stage", "ir").stdout)["ir_version"] == 1
    plan = specc("dump", first, "--stage", "plan", "--backend", "torch").stdout
    assert json.loads(plan)
    code = specc("dump", first, "--stage", "code", "--backend", "torch").stdout
    assert code == specc("compile", first, "--backend", "torch").stdout


def test_dump_used_wrongly(specc: Specc, first: Path) -> None:
    assert specc("dump", first).exit_code == 2
    assert specc("dump", first, "--stage", "plan").exit_code == 2
    assert specc("dump", first, "--stage", "assembly").exit_code == 2


def test_the_tree_of_a_spec_with_errors_is_shown(specc: Specc, folder: Path) -> None:
    (folder / "bad.nnspec").write_text(FIRST.replace("Dense(64)", "Dens(64)"))
    result = specc("dump", "bad.nnspec", "--stage", "tree")
    assert result.exit_code == 0
    assert "name=Dens " in result.stdout


def test_the_schema_describes_real_programs(specc: Specc, first: Path) -> None:
    schema = json.loads(specc("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    program = json.loads(specc("dump", first, "--stage", "ir").stdout)
    jsonschema.validate(program, schema)
    program["network"]["layers"][1]["layer"]["units"] = 0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(program, schema)
    program["network"]["layers"][1]["layer"] = {"kind": "Nothing"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(program, schema)


EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.nnspec"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_examples_pass_every_light_verb(specc: Specc, example: Path) -> None:
    assert specc("check", "--strict", example).stderr == "1 file: no problems\n"
    assert specc("fmt", "--check", example).exit_code == 0
    assert specc("summary", example).exit_code == 0
    name = example.stem
    program = specc("dump", example, name, "--stage", "ir").stdout
    jsonschema.validate(json.loads(program), program_schema())
    assert specc("compile", example, name, "--all", "--out", "code").exit_code == 0
