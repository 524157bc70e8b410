"""Where a run lies: how its folder is found, made, and put in the place of another."""

from __future__ import annotations

import re
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from .durable import flush_folder, writing
from .folder import RunFolder

__all__ = ["beginning", "create", "create_named", "open_run"]

#: What a run writes beside the texts of its spec.
_WRITTEN = re.compile(
    r"run\.json|ir\.json|spec\.nnspec|history\.jsonl|(preparation|reused)\.safetensors"
    r"|model_\w+\.py|(best|last)/weights\.safetensors"
    r"|checkpoints/\.?epoch-\d+(\.new)?/(manifest\.json|\w+\.safetensors)"
)
#: The name of a file that is half written, around that which it gets.
_HALF = re.compile(r"(^|/)\.([^/]+)\.new$")


def open_run(path: Path) -> RunFolder:
    """The run in a folder.

    Raises:
        Fault: there is none (status 3).
    """
    if not (path / "run.json").is_file():
        what = "is not the folder of a run" if path.exists() else "does not exist"
        problem = Problem("run-unreadable", f"{path} {what}", None)
        raise Fault(problem, status=3)
    return RunFolder(path)


def create(path: Path, force: bool = False) -> RunFolder:
    """Make the folder of a new run, or find out that an older run may be replaced.

    An older run stays as it is until the new one begins.

    Args:
        path: where; its parents are made.
        force: whether an older run may be removed. Nothing else ever is.

    Raises:
        Fault: something is there already (status 2), or the folder cannot be made
            (status 4).
    """
    with writing(path):
        if path.is_symlink() and not path.exists():
            raise _taken(path, f"{path} is a link to what does not exist")
        if path.is_dir() and _is_empty(path):
            return RunFolder(path)
        if path.exists():
            _check_replaceable(path, force)
            return RunFolder(path, replaces=True)
        path.mkdir(parents=True)
    return RunFolder(path)


def create_named(root: Path, training: str, backend: str) -> RunFolder:
    """Make the folder of a new run under its automatic name, TRAINING-BACKEND-N.

    Raises:
        Fault: it cannot be made (status 4).
    """
    number = 1
    with writing(root):
        root.mkdir(parents=True, exist_ok=True)
    while True:
        path = root / f"{training}-{backend}-{number}"
        with writing(path):
            try:
                path.mkdir()
            except FileExistsError:
                number += 1
            else:
                return RunFolder(path)


@contextmanager
def beginning(folder: RunFolder) -> Generator[RunFolder]:
    """The folder to write the start of a new run to; afterwards the run is in its place.

    If the start cannot be written, nothing of it is left; an older run that was to be
    replaced is there as before.

    Raises:
        Fault: the folder cannot be put in its place (status 4).
    """
    if not folder.replaces:
        create(folder.path)
        try:
            yield folder
        except BaseException:
            _clear(folder.path)
            raise
        flush_folder(folder.path.resolve().parent)
        return
    _check_replaceable(folder.path, force=True)
    place = folder.path.resolve()  # the run that a link leads to
    fresh, old = _beside(place, "new"), _beside(place, "old")
    try:
        with writing(fresh):
            fresh.mkdir()
        yield replace(folder, path=fresh)
        with writing(folder.path):
            flush_folder(fresh)
            place.rename(old)
            try:
                fresh.rename(place)
            except OSError:
                old.rename(place)
                raise
            flush_folder(place.parent)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _beside(place: Path, kind: str) -> Path:
    """A hidden name beside a folder under which there is nothing."""
    number = 1
    while (path := place.with_name(f".{place.name}.{kind}-{number}")).exists():
        number += 1
    return path


def _clear(path: Path) -> None:
    """Empty the folder of a run that did not begin."""
    with suppress(OSError):
        for entry in path.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink()


def _is_empty(path: Path) -> bool:
    """Whether nothing is in a folder but what a killed process left half written."""
    return all(entry.name == ".run.json.new" for entry in path.iterdir())


def _check_replaceable(path: Path, force: bool) -> None:
    """Fault unless `force` is given and the path is a run, and nothing but a run."""
    if not (path / "run.json").is_file():
        raise _taken(path, f"something else is in {path}")
    if not force:
        more = (
            ", or --force to replace it, or --resume to go on with it"
            " (in Python: run=, force=True, resume=True)"
        )
        raise _taken(path, f"there is a run in {path}", more)
    if Path.cwd().is_relative_to(path.resolve()):
        why = f"{path} is the folder in which specc runs, so that it cannot be replaced"
        raise _taken(path, why)
    try:
        sources: list[str] = RunFolder(path).record()["sources"]
    except Fault as fault:
        why = f"{path} cannot be told from what is no run, so it is not replaced"
        raise Fault([*_taken(path, why).problems, *fault.problems], status=2) from None
    foreign = sorted(_foreign(path, frozenset(sources)))
    if foreign:
        shown = ", ".join(foreign[:3]) + (", …" if len(foreign) > 3 else "")
        why = f"{path} is not replaced: {shown} would be lost, which no run wrote"
        raise _taken(path, why)


def _foreign(path: Path, sources: frozenset[str]) -> Iterator[str]:
    """What is in the folder of a run and was not written by one."""
    for entry in path.rglob("*"):
        name = entry.relative_to(path).as_posix()
        whole = _HALF.sub(r"\1\2", name)
        known = whole in sources or _WRITTEN.fullmatch(whole)
        if entry.is_symlink() or not (entry.is_dir() or (entry.is_file() and known)):
            yield name


def _taken(path: Path, why: str, more: str = "") -> Fault:
    free = _free(path)
    hint = f"--run {free}{more}" if free is not None else None
    return Fault(Problem("run-exists", why, None, suggestion=hint), status=2)


def _free(path: Path) -> Path | None:
    """A name like this one under which there is nothing; None for the root."""
    named = path if path.name not in ("", "..") else path.resolve()
    if not named.name:
        return None
    number = 2
    while (free := named.with_name(f"{named.name}-{number}")).exists():
        number += 1
    return free
