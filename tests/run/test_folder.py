"""Run folders: what is written is read again, and damage is noticed."""

from __future__ import annotations

import json

import pytest
from run_programs import job, program

from specc import ir
from specc.diagnostics.fault import Fault
from specc.ir import reading
from specc.run import create, load_run, open_run, train
from specc.run.folder import program_digest


def test_a_folder_that_is_taken_says_how_to_mend_it(folder) -> None:
    folder.path.joinpath("run.json").write_text("{}")
    with pytest.raises(Fault, match=r"there is a run in .*run=, force=True"):
        create(folder.path)


def test_texts_are_kept_as_they_were(folder) -> None:
    made = program()
    texts = {
        "main.nnspec": "# mine\r\n",
        "parts/a.nnspec": "é",
        "spec.nnspec": "an import",
    }
    train(job(made), folder)
    folder.write_sources(texts)
    assert (folder.path / "spec.nnspec").read_bytes() == b"# mine\r\n"
    assert (folder.path / "parts" / "a.nnspec").read_text(encoding="utf-8") == "é"
    assert (folder.path / "spec_imported.nnspec").read_text() == "an import"
    assert folder.program() == made
    for path in ("../out.nnspec", "/tmp/out.nnspec"):
        with pytest.raises(ValueError, match="leads out"):
            folder.write_sources({"main.nnspec": "", path: ""})


def test_another_program_does_not_replace_what_ran(folder) -> None:
    train(job(program(1)), folder)
    record = folder.record()
    start = {**record["starts"][0], "backend": "torch"}
    for text in ("one", "two", "two", "three"):
        folder.write_model("torch", text)
        record["starts"].append({**start, "program": program_digest(text)})
    folder.write_record({**record, "nodes": {**record["nodes"], "torch": {}}})
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
    with folder.history_file.open("ab") as file:
        file.write(bytes(100))  # what a file system may leave after a power cut
    assert len(folder.history()) == 2
    assert folder.cut_history(1) == [{"epoch": 1, "loss": 0.5}]
    folder.add_history({"epoch": 2, "loss": 0.25})
    assert [figures["epoch"] for figures in folder.history()] == [1, 2]


BAD_LINES = [
    *(b"{}", b"[1]", b"5", b'{"epoch": "a"}', b"\xff", b'{"epoch": true}', b"", b"\0"),
    *(b'{"epoch": 1}', b'{"epoch": 0}', b'{"epoch": 2, "loss": "x"}', b"[" * 100_000),
]


@pytest.mark.parametrize("line", BAD_LINES)
def test_damage_before_the_last_line_is_not_passed_over(folder, line) -> None:
    lines = [b'{"epoch": 1, "loss": 0.5}', line, b'{"epoch": 3, "loss": 0.1}']
    folder.history_file.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(Fault) as caught:
        folder.history()
    (problem,) = caught.value.problems
    assert problem.rule == "run-unreadable"
    assert (problem.span.line, problem.span.column) == (2, 1)
    assert problem.span.source.name == str(folder.history_file)
    with pytest.raises(Fault):
        folder.cut_history(1)
    assert folder.history_file.read_bytes().splitlines()[2] == lines[2]
    # As the last one it may be what a crash left.
    folder.history_file.write_bytes(b"\n".join(lines[:2]))
    assert folder.history() == [{"epoch": 1, "loss": 0.5}]


def test_a_damaged_history_is_not_trained_over(folder) -> None:
    train(job(program(3)), folder)
    lines = folder.history_file.read_bytes().splitlines(keepends=True)
    damaged = b"".join([b"{\n", *lines[1:]])
    folder.history_file.write_bytes(damaged)
    with pytest.raises(Fault):
        train(job(program(4)), folder, resume=True)
    assert folder.history_file.read_bytes() == damaged
    assert folder.record()["epochs"] == 3


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
    """A run whose program was kept with changes to its JSON."""
    train(job(program(1)), folder)
    found = json.loads((folder.path / "ir.json").read_text())
    text = json.dumps({**found, **changes}, indent=2)
    (folder.path / "ir.json").write_text(text)
    folder.write_record({**folder.record(), "ir": program_digest(text)})


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
    monkeypatch.setattr(reading, "MIGRATIONS", older)
    assert folder.program() == program(1)


def test_a_program_that_was_changed_since_is_not_what_the_run_trains(folder) -> None:
    train(job(program(1)), folder)
    path = folder.path / "ir.json"
    path.write_text(path.read_text().replace('"batch_size": 16', '"batch_size": 8'))
    with pytest.raises(Fault, match="was changed since"):
        folder.program()
    with pytest.raises(Fault, match="was changed since"):
        load_run(folder)


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
    kept(folder, rng_version=ir.RNG_VERSION + 1)
    assert load_run(folder), "it can be used"
    with pytest.raises(Fault) as caught:
        train(job(program(2)), folder, resume=True)
    assert caught.value.problems[0].rule == "run-differs"
    assert "random numbers" in caught.value.problems[0].message


# What was written, and nothing else ---------------------------------------------

RECORDS = [
    *("{}", "[]", "null", "5", '"x"', "{", "[" * 100_000, '{"starts": []}'),
    *("starts", "data", "nodes", "status", "epochs", "sources"),
]


@pytest.mark.parametrize("text", RECORDS)
def test_records_of_the_wrong_form(folder, text) -> None:
    train(job(program(1)), folder)
    if text.isalpha() and text != "null":
        record = folder.record()
        del record[text]
        text = json.dumps(record)
    (folder.path / "run.json").write_text(text)
    run = open_run(folder.path)
    for use in (
        run.record,
        lambda: load_run(run),
        lambda: train(job(program(2)), run, resume=True),
    ):
        with pytest.raises(Fault) as caught:
            use()
        (problem,) = caught.value.problems
        assert problem.rule == "run-unreadable"
        assert problem.span.source.name.endswith("run.json")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(
            ("threads", "many"),
            ("threads", 0),
            ("threads", 10**30),
            ("backend", 3),
            ("backend", "torch"),
        ),
        *(("from_epoch", -1), ("versions", []), ("command", "x"), ("program", None)),
    ],
)
def test_starts_of_the_wrong_form(folder, key, value) -> None:
    train(job(program(1)), folder)
    record = folder.record()
    record["starts"][0][key] = value
    folder.write_record(record)
    with pytest.raises(Fault) as caught:
        load_run(folder)
    assert caught.value.problems[0].rule == "run-unreadable"


@pytest.mark.parametrize("text", ["x = (", "x=1", "raise SystemExit(0)", "", None])
def test_a_program_that_was_changed_is_not_run(folder, text) -> None:
    train(job(program(1)), folder)
    path = folder.path / "model_reference.py"
    ran = path.read_text()
    path.write_text(f"{ran}\n# a note\n" if text is None else text)
    with pytest.raises(Fault) as caught:
        load_run(folder)
    (problem,) = caught.value.problems
    assert problem.rule == "run-unreadable"
    assert "model_reference.py is not the program that ran" in problem.message
    # Going on writes it anew and keeps what was there.
    train(job(program(2)), folder, resume=True)
    assert path.read_text() == job(program(2)).emission.text
    assert (folder.path / "model_reference_1.py").exists()
    assert load_run(folder)


def test_the_preparation_of_another_run(tmp_path) -> None:
    made = program(1)
    other = made.data.model_copy(update={"split_seed": 3})
    for name, data in (("a", made.data), ("b", other)):
        train(job(made.model_copy(update={"data": data})), create(tmp_path / name))
    path = tmp_path / "a" / "preparation.safetensors"
    path.write_bytes((tmp_path / "b" / path.name).read_bytes())
    with pytest.raises(Fault, match="of another run"):
        open_run(tmp_path / "a").preparation()
