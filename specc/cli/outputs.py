"""Files and folders that a command writes: kept apart from what it reads, and made."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .exits import Exit, Stop, shown

if TYPE_CHECKING:
    from ..api import Spec

__all__ = ["keep_apart", "make_folder", "path_text", "read_by", "writing"]


def keep_apart(out: Path, inputs: Iterable[str | Path]) -> None:
    """Refuse, as wrong usage, to write over a file that the command reads.

    Files are compared, not names: links and other spellings of a path are noticed.
    """
    for path in map(Path, inputs):
        try:
            same = out.samefile(path)
        except OSError:  # one of them is not there, so that nothing is lost
            continue
        if same:
            why = f"{out} is read by this command: it would be lost"
            raise Stop(f"{why}; choose another name for what is written", Exit.USAGE)


def path_text(path: str | Path) -> str:
    """A path for standard output: as it is for a program, for a terminal as it shows."""
    return shown(path) if sys.stdout.isatty() else str(path)


def read_by(spec: Spec) -> Iterator[Path]:
    """The files that a spec consists of: its text and the data of its trainings."""
    yield Path(spec.source.name)
    for checked in spec.checked.programs:
        path = getattr(checked.program.data and checked.program.data.source, "path", "")
        if path:
            yield spec.folder / path


def make_folder(folder: Path) -> None:
    """Make a folder, and those that it lies in, unless it is there."""
    if folder.is_file():
        raise Stop(f"{folder} is a file, not a folder", Exit.USAGE)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def writing(path: Path | str) -> Generator[None]:
    """End the command as wrong usage where a path cannot be written."""
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Stop(f"cannot write {path}: {why}", Exit.USAGE) from None
