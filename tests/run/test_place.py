"""Where runs lie: folders that are made, refused and replaced."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from run_programs import job, program

from specc.diagnostics.fault import Fault
from specc.run import RunFolder, create, create_named, open_run, train


def everything(path: Path) -> dict[str, bytes]:
    """All files in a folder."""
    files = (file for file in path.rglob("*") if file.is_file())
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


@pytest.fixture
def old(tmp_path) -> RunFolder:
    """An older run; it lies alone in its folder."""
    return train(job(program(1)), create(tmp_path / "runs" / "run")).folder


def refused(path: Path, force: bool = True):
    """Make a run where none may be; the problem."""
    with pytest.raises(Fault) as caught:
        create(path, force)
    assert caught.value.status == 2
    problem = caught.value.problems[0]
    assert problem.rule == "run-exists"
    return problem


def test_a_taken_folder_is_refused(tmp_path) -> None:
    run = create(tmp_path / "run")
    create(tmp_path / "run")  # it is still empty
    run.write_record({"status": "finished"})
    (tmp_path / "run-2").mkdir()
    problem = refused(tmp_path / "run", force=False)
    assert f"--run {tmp_path / 'run-3'}" in problem.suggestion
    assert "--resume" in problem.suggestion


def test_train_itself_replaces_nothing_that_it_was_not_told_to(old) -> None:
    before = everything(old.path)
    with pytest.raises(Fault) as caught:
        train(job(program(1)), RunFolder(old.path))
    assert caught.value.problems[0].rule == "run-exists"
    assert everything(old.path) == before


def test_force_replaces_a_run_when_the_new_one_begins(old) -> None:
    before = everything(old.path)
    folder = create(old.path, force=True)
    assert everything(old.path) == before
    result = train(job(program(2)), folder)
    assert result.folder == RunFolder(old.path)
    assert [figures["epoch"] for figures in old.history()] == [1, 2]
    assert len(old.record()["starts"]) == 1
    assert [entry.name for entry in old.path.parent.iterdir()] == ["run"]
    with pytest.raises(Fault):
        train(job(program(1)), result.folder)


@pytest.mark.parametrize("how", ["device", "module", "memory", "disk", "rename"])
def test_the_old_run_survives_a_new_one_that_does_not_begin(
    old, how, monkeypatch
) -> None:
    before = everything(old.path)
    made = job(program(2))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    more = {"module": "x = (", "memory": "def init_state(**_): raise MemoryError"}
    text = f"{made.emission.text}\n{more.get(how, '')}\n"
    made = replace(made, emission=replace(made.emission, text=text))
    if how == "disk":
        monkeypatch.setattr(RunFolder, "write_model", full)
    if how == "rename":
        rename = Path.rename

        def fails(path: Path, target: Path) -> Path:
            if target == old.path:
                monkeypatch.undo()
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return rename(path, target)

        monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises((Fault, SyntaxError, OSError)):
        train(
            made,
            create(old.path, force=True),
            device="cuda" if how == "device" else "auto",
        )
    assert everything(old.path) == before
    assert [entry.name for entry in old.path.parent.iterdir()] == ["run"]


@pytest.mark.parametrize(
    "name", ["thesis.txt", "best/thesis.txt", "blocks/thesis.nnspec", ".thesis.new"]
)
def test_force_spares_what_no_run_wrote(old, name) -> None:
    (old.path / name).write_text("years of work")
    problem = refused(old.path)
    assert name in problem.message
    assert (old.path / name).read_text() == "years of work"
    (old.path / name).unlink()
    assert create(old.path, force=True).replaces


def test_force_spares_links(old, tmp_path) -> None:
    shutil.rmtree(old.path / "best")
    (tmp_path / "best").mkdir()
    (old.path / "best").symlink_to(tmp_path / "best")
    assert "best" in refused(old.path).message


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"name": "my program"}'])
def test_force_spares_what_has_a_run_json_of_its_own(tmp_path, text) -> None:
    path = tmp_path / "mine"
    path.mkdir()
    (path / "run.json").write_text(text)
    refused(path)
    assert (path / "run.json").read_text() == text


def test_force_spares_what_is_no_run(tmp_path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    refused(tmp_path / "mine")
    refused(tmp_path / "mine" / "thesis.txt")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_what_a_killed_process_left_half_made(tmp_path) -> None:
    path = tmp_path / "run"
    path.mkdir()
    (path / ".run.json.new").write_text("{")
    assert train(job(program(1)), create(path)).status == "finished"
    shutil.rmtree(path / "best")  # killed later: what there is, is a run's
    (path / "ir.json").rename(path / ".ir.json.new")
    assert train(job(program(1)), create(path, force=True)).status == "finished"


def test_a_link_to_a_run_is_kept_and_the_run_replaced(old, tmp_path) -> None:
    link = tmp_path / "latest"
    link.symlink_to(old.path)
    train(job(program(2)), create(link, force=True))
    assert link.is_symlink()
    assert len(old.history()) == 2
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["latest", "runs"]


def test_a_link_to_nothing(tmp_path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    assert "a link to what does not exist" in refused(tmp_path / "link").message


def test_the_folder_that_the_process_is_in(old, monkeypatch) -> None:
    monkeypatch.chdir(old.path)
    for path in (Path(), Path("best/.."), old.path):
        refused(path, force=False)
        assert "in which specc runs" in refused(path).message
    monkeypatch.chdir("/")
    assert refused(Path()).suggestion is None


def test_folders_that_cannot_be_made(tmp_path) -> None:
    (tmp_path / "file").touch()
    for make in (
        lambda: create(tmp_path / "file" / "run"),
        lambda: create(tmp_path / ("x" * 300)),
        lambda: create_named(tmp_path / "file", "net", "torch"),
    ):
        with pytest.raises(Fault) as caught:
            make()
        assert caught.value.status == 4
        assert caught.value.problems[0].rule == "run-unwritable"


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
