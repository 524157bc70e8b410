"""Run folders: made, refused, replaced and read."""

from __future__ import annotations

import json

import pytest
from run_programs import job, program

from specc import ir
from specc.diagnostics.fault import Fault
from specc.run import create, create_named, load_run, open_run, train


def test_a_taken_folder_is_refused(tmp_path) -> None:
    run = create(tmp_path / "run")
    create(tmp_path / "run")  # it is still empty
    run.write_record({"status": "finished"})
    (tmp_path / "run-2").mkdir()
    with pytest.raises(Fault) as caught:
        create(tmp_path / "run")
    (problem,) = caught.value.problems
    assert caught.value.status == 2
    assert problem.rule == "run-exists"
    assert f"--run {tmp_path / 'run-3'}" in problem.suggestion
    assert "--resume" in problem.suggestion


def test_force_replaces_runs_and_nothing_else(tmp_path) -> None:
    run = create(tmp_path / "run")
    run.write_record({})
    (run.path / "best").mkdir()
    assert not any(create(tmp_path / "run", force=True).path.iterdir())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(Fault):
        create(tmp_path / "mine", force=True)
    with pytest.raises(Fault):
        create(tmp_path / "mine" / "thesis.txt", force=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_automatic_names(tmp_path) -> None:
    root = tmp_path / "runs"
    names = [create_named(root, "net", "torch").path.name for _ in range(3)]
    assert names == ["net-torch-1", "net-torch-2", "net-torch-3"]


@pytest.mark.parametrize("what", ["nothing", "folder"])
def test_no_run(tmp_path, what) -> None:
    if what == "folder":
        (tmp_path / "x").mkdir()
    with pytest.raises(Fault) as caught:
        open_run(tmp_path / "x")
    assert caught.value.status == 3


def test_texts_are_kept_as_they_were(folder) -> None:
    made = program()
    texts = {
        "main.nnspec": "# mine\r\n",
        "parts/a.nnspec": "é",
        "spec.nnspec": "an import",
    }
    folder.write_program(made)
    folder.write_sources(texts)
    assert (folder.path / "spec.nnspec").read_bytes() == b"# mine\r\n"
    assert (folder.path / "parts" / "a.nnspec").read_text(encoding="utf-8") == "é"
    assert (folder.path / "spec_imported.nnspec").read_text() == "an import"
    assert folder.program() == made
    for path in ("../out.nnspec", "/tmp/out.nnspec"):
        with pytest.raises(ValueError, match="leads out"):
            folder.write_sources({"main.nnspec": "", path: ""})


def test_another_program_does_not_replace_what_ran(folder) -> None:
    for text in ("one", "two", "two", "three"):
        folder.write_model("torch", text)
    assert folder.model("torch") == "three"
    assert (folder.path / "model_torch_1.py").read_text() == "one"
    assert (folder.path / "model_torch_2.py").read_text() == "two"
    assert not (folder.path / "model_torch_3.py").exists()


def test_history_bears_a_crash_and_what_json_cannot_say(folder) -> None:
    folder.add_history({"epoch": 1, "loss": 0.5})
    folder.add_history({"epoch": 2, "loss": float("nan"), "mae": float("inf")})
    with folder.history_file.open("a") as file:
        file.write('{"epoch": 3, "lo')
    assert folder.history() == [
        {"epoch": 1, "loss": 0.5},
        {"epoch": 2, "loss": None, "mae": None},
    ]
    assert folder.cut_history(1) == [{"epoch": 1, "loss": 0.5}]
    folder.add_history({"epoch": 2, "loss": 0.25})
    assert [figures["epoch"] for figures in folder.history()] == [1, 2]


@pytest.mark.parametrize("name", ["ir.json", "run.json", "best/weights.safetensors"])
def test_damaged_runs(folder, name) -> None:
    (folder.path / "best").mkdir()
    (folder.path / name).write_bytes(b"\x00\xff")
    with pytest.raises(Fault) as caught:
        {
            "ir.json": folder.program,
            "run.json": folder.record,
            "best/weights.safetensors": lambda: folder.weights("best"),
        }[name]()
    assert caught.value.problems[0].rule == "run-unreadable"


# The program ------------------------------------------------------------------


def kept(folder, **changes) -> None:
    """Keep a program, with changes to its JSON."""
    folder.write_program(program())
    found = json.loads((folder.path / "ir.json").read_text())
    (folder.path / "ir.json").write_text(json.dumps({**found, **changes}, indent=2))


@pytest.mark.parametrize("version", [0, 2, "1", True, 1.0, None, [1]])
def test_programs_of_other_versions_are_refused(folder, version) -> None:
    kept(folder, ir_version=version)
    with pytest.raises(Fault) as caught:
        folder.program()
    (problem,) = caught.value.problems
    assert problem.rule == "run-unreadable"
    assert "version" in problem.message
    assert problem.span.line == 2, "the place of the version"


def test_an_older_program_is_made_a_new_one(folder, monkeypatch) -> None:
    kept(folder, ir_version=7)
    older = {7: lambda found: {**found, "ir_version": 8}}
    older[8] = lambda found: {**found, "ir_version": ir.IR_VERSION}
    monkeypatch.setattr(ir, "MIGRATIONS", older)
    assert folder.program() == program()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "5",
        '{"ir_version": 1}',
        "[" * 100_000,
        '{"ir_version": }',
    ],
)
def test_what_is_no_program(text) -> None:
    with pytest.raises(Fault) as caught:
        ir.load(text, "run/ir.json")
    (problem,) = caught.value.problems
    assert problem.rule == "run-unreadable"
    assert (
        problem.message.startswith("run/ir.json is no ") or "version" in problem.message
    )
    assert problem.span.source.name == "run/ir.json"


def test_a_model_alone_is_no_run(folder) -> None:
    kept(folder, training=None)
    with pytest.raises(Fault, match="a model alone"):
        folder.program()


def test_other_random_numbers_go_on_with_nothing(folder) -> None:
    made = job(program(1))
    train(made, folder)
    kept(folder, rng_version=ir.RNG_VERSION + 1)
    assert load_run(folder), "it can be used"
    with pytest.raises(Fault) as caught:
        train(job(program(2)), folder, resume=True)
    assert caught.value.problems[0].rule == "run-differs"
    assert "random numbers" in caught.value.problems[0].message
