"""What each verb prints, where, and how it ends."""

import errno
import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from click.testing import Result

from specc.cli.entry import VERBS
from specc.cli.init import FIRST
from specc.schema import program_schema

Specc = Callable[..., Result]

TWO = (
    FIRST.replace("train first:", "train second:")
    + FIRST[FIRST.index("train first:") :]
)


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


def test_verify_in_json_has_the_problems_of_a_spec(specc: Specc, first: Path) -> None:
    first.write_text(FIRST.replace("Dense(64)", "Dens(64)"))
    result = specc("verify", first, "--format", "json")
    assert result.exit_code == 1
    (problem,) = json.loads(result.stdout)["problems"]
    assert problem["rule"] == "unknown-layer"


def test_verify_in_json_says_what_else_is_wrong(
    specc: Specc, first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space left", "batches.npz")

    monkeypatch.setattr("specc.cli.proving.open_spec", full)
    result = specc("verify", first, "--format", "json")
    assert result.exit_code == 4
    why = "batches.npz: no space left"
    assert result.stderr == f"specc: {why}\n"
    assert json.loads(result.stdout) == {
        "file": str(first),
        "outcome": "no verdict",
        "why": why,
        "status": 4,
    }


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
