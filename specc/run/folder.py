"""The folder of a run: what lies where, and how it is made and read."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..data.steps import Fitted
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from ..ir import Program, load
from .durable import replace, to_json
from .weights import Arrays, DamagedError, read_arrays, write_arrays

__all__ = ["RunFolder", "create", "create_named", "open_run"]


@dataclass(frozen=True)
class RunFolder:
    """A folder with one training: its spec, code, figures and weights."""

    path: Path

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.path / "checkpoints"

    @property
    def history_file(self) -> Path:
        """One JSON object a line, one line an epoch."""
        return self.path / "history.jsonl"

    def remove_if_empty(self) -> None:
        """Remove the folder of a run that did not begin."""
        if not any(self.path.iterdir()):
            self.path.rmdir()

    # What it was made from ----------------------------------------------------

    def write_program(self, program: Program) -> None:
        """Keep the resolved program."""
        replace(self.path / "ir.json", program.model_dump_json(indent=2).encode())

    def write_sources(self, sources: Mapping[str, str]) -> None:
        """Keep the texts that the program was made from, as they were.

        `sources` holds the spec itself first, then the files it imports, by their path
        relative to it.
        """
        for number, (name, text) in enumerate(sources.items()):
            target = self.path / ("spec.nnspec" if number == 0 else _inside(name))
            if number and target.exists():  # an import that is called spec.nnspec too
                target = target.with_stem(f"{target.stem}_imported")
            target.parent.mkdir(parents=True, exist_ok=True)
            replace(target, text.encode())

    def program(self) -> Program:
        """The program that the run trains."""
        found = load(self._text("ir.json"), str(self.path / "ir.json"))
        if found.data is None or found.training is None:
            raise _no_run(self.path, "ir.json is a model alone, without a training")
        return found

    def write_model(self, backend: str, text: str) -> None:
        """Keep the program that runs; another one before it is kept beside it."""
        path = self.path / f"model_{backend}.py"
        content = text.encode()
        if path.exists() and path.read_bytes() != content:
            number = 1
            while (older := self.path / f"model_{backend}_{number}.py").exists():
                number += 1
            path.rename(older)
        replace(path, content)

    def has_model(self, backend: str) -> bool:
        """Whether the run trained on a backend."""
        return (self.path / f"model_{backend}.py").is_file()

    def model(self, backend: str) -> str:
        """The program that ran on a backend."""
        return self._text(f"model_{backend}.py")

    # How it went --------------------------------------------------------------

    def record(self) -> dict[str, Any]:
        """What ``run.json`` holds."""
        try:
            found: dict[str, Any] = json.loads(self._text("run.json"))
        except ValueError as error:
            raise _no_run(self.path, f"run.json cannot be read: {error}") from None
        return found

    def threads(self, backend: str) -> int | None:
        """How many threads a backend had when it last trained here."""
        starts: list[dict[str, Any]] = self.record()["starts"]
        had = [int(start["threads"]) for start in starts if start["backend"] == backend]
        return had[-1] if had else None

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Write ``run.json``."""
        replace(self.path / "run.json", to_json(record))

    def add_history(self, figures: Mapping[str, float]) -> None:
        """Add the figures of an epoch."""
        with self.history_file.open("ab") as file:
            file.write(to_json(figures, indent=None))

    def flush_history(self) -> None:
        """Wait until the figures are on the disk."""
        with self.history_file.open("ab") as file:
            os.fsync(file.fileno())

    def history(self) -> list[dict[str, Any]]:
        """The figures of all epochs; a line that was cut short by a crash is left out."""
        if not self.history_file.exists():
            return []
        found: list[dict[str, Any]] = []
        for line in self.history_file.read_text(encoding="utf-8").splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                break
        return found

    def cut_history(self, epochs: int) -> list[dict[str, Any]]:
        """Forget the figures of all but the first epochs; return those that remain."""
        kept = [figures for figures in self.history() if figures["epoch"] <= epochs]
        replace(self.history_file, b"".join(to_json(f, indent=None) for f in kept))
        return kept

    # What it learned ----------------------------------------------------------

    def write_weights(
        self, which: str, weights: Arrays, about: Mapping[str, str]
    ) -> None:
        """Keep weights as ``best`` or ``last``, with words about them."""
        write_arrays(self.path / which / "weights.safetensors", weights, about)

    def weights(self, which: str) -> Arrays:
        """Canonical weights and buffers, ``best`` or ``last``.

        Raises:
            Fault: there are none (status 3), or they are damaged (status 1).
        """
        path = self.path / which / "weights.safetensors"
        try:
            return read_arrays(path)[0]
        except OSError:
            why = f"{self.path} has no weights called {which}"
            hint = f"specc train … --run {self.path} --resume goes on with the run"
            problem = Problem("run-unreadable", why, None, suggestion=hint)
            raise Fault(problem, status=3) from None
        except DamagedError as error:
            why = f"{path} is damaged: {error}"
            raise Fault(Problem("run-unreadable", why, None)) from None

    def write_preparation(self, fitted: Fitted, columns: Mapping[str, Any]) -> None:
        """Keep what transforms were fitted to, for data that comes later."""
        path = self.path / "preparation.safetensors"
        write_arrays(path, fitted.arrays(), {"columns": json.dumps(columns)})

    def preparation(self) -> Fitted:
        """The fitted transforms."""
        try:
            arrays, _ = read_arrays(self.path / "preparation.safetensors")
        except (OSError, DamagedError) as error:
            raise _no_run(self.path, f"preparation.safetensors: {error}") from None
        return Fitted.from_arrays(arrays)

    def _text(self, name: str) -> str:
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise _no_run(self.path, f"{name} cannot be read: {error}") from None


def _inside(name: str) -> PurePosixPath:
    """The path, which must stay inside the folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{name} leads out of the run folder")
    return path


def _no_run(path: Path, why: str) -> Fault:
    return Fault(Problem("run-unreadable", f"{path}: {why}", None))


def create(path: Path, force: bool = False) -> RunFolder:
    """Make the folder of a new run.

    Args:
        path: where; its parents are made.
        force: whether an older run may be removed. Nothing else ever is.

    Raises:
        Fault: something is there already (status 2).
    """
    if path.is_dir() and (force and (path / "run.json").is_file()):
        shutil.rmtree(path)
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        run = (path / "run.json").is_file()
        hint = f"--run {_free(path)}"
        if run:
            hint += ", or --force to replace it, or --resume to go on with it"
        what = "there is a run in" if run else "something else is in"
        problem = Problem("run-exists", f"{what} {path}", None, suggestion=hint)
        raise Fault(problem, status=2)
    path.mkdir(parents=True, exist_ok=True)
    return RunFolder(path)


def _free(path: Path) -> Path:
    """A name like this one under which there is nothing."""
    number = 2
    while (free := path.with_name(f"{path.name}-{number}")).exists():
        number += 1
    return free


def create_named(root: Path, training: str, backend: str) -> RunFolder:
    """Make the folder of a new run under its automatic name, TRAINING-BACKEND-N."""
    root.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        try:
            (path := root / f"{training}-{backend}-{number}").mkdir()
        except FileExistsError:
            number += 1
        else:
            return RunFolder(path)


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
