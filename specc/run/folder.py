"""The folder of a run: what lies where, and how it is written and read."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..data.steps import Fitted
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from ..ir import Program, load
from .durable import replace, to_json, writing
from .history import read_history
from .record import read_record
from .weights import Arrays, DamagedError, digest, read_arrays, write_arrays

__all__ = ["RunFolder", "Trained", "program_digest", "resolved_text", "source_names"]

#: Arrays of trained models by source and path.
Trained = dict[str, Arrays]


@dataclass(frozen=True)
class RunFolder:
    """A folder with one training: its spec, code, figures and weights.

    `replaces` says that another run is there, to be replaced when this one begins.
    """

    path: Path
    replaces: bool = False

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
        with suppress(OSError):
            self.path.rmdir()

    # What it was made from ----------------------------------------------------

    def write_program(self, program: Program) -> None:
        """Keep the resolved program."""
        replace(self.path / "ir.json", resolved_text(program).encode())

    def write_sources(self, sources: Mapping[str, str]) -> None:
        """Keep the texts that the program was made from, as they were.

        `sources` holds the spec itself first, then the files it imports, by their path
        relative to it.
        """
        for name, text in zip(source_names(sources), sources.values(), strict=True):
            target = self.path / name
            with writing(target):
                target.parent.mkdir(parents=True, exist_ok=True)
            replace(target, text.encode())

    def program(self) -> Program:
        """The program that the run trains.

        Raises:
            Fault: it cannot be read, or is not what the record tells.
        """
        text = self._text("ir.json")
        found = load(text, str(self.path / "ir.json"))
        if found.data is None or found.training is None:
            raise _no_run(self.path, "ir.json is a model alone, without a training")
        if self.record().get("ir") not in (None, program_digest(text)):
            raise _changed(self.path / "ir.json", "what the run trains")
        return found

    def write_model(self, backend: str, text: str) -> None:
        """Keep the program that runs; another one before it is kept beside it."""
        path = self.path / f"model_{backend}.py"
        content = text.encode()
        if path.exists() and path.read_bytes() != content:
            number = 1
            while (older := self.path / f"model_{backend}_{number}.py").exists():
                number += 1
            replace(older, path.read_bytes())
        replace(path, content)

    def has_model(self, backend: str) -> bool:
        """Whether the run trained on a backend."""
        return (self.path / f"model_{backend}.py").is_file()

    def model(self, backend: str) -> str:
        """The program that ran on a backend.

        Raises:
            Fault: the file is not what ran.
        """
        text = self._text(f"model_{backend}.py")
        starts: list[dict[str, Any]] = self.record()["starts"]
        ran = {start["program"] for start in starts if start["backend"] == backend}
        if program_digest(text) not in ran:
            raise _changed(self.path / f"model_{backend}.py", "the program that ran")
        return text

    # How it went --------------------------------------------------------------

    def record(self) -> dict[str, Any]:
        """What ``run.json`` holds.

        Raises:
            Fault: it has not the form of a record.
        """
        return read_record(self._text("run.json"), self.path / "run.json")

    def threads(self, backend: str) -> int | None:
        """How many threads a backend had when it last trained here."""
        starts: list[dict[str, Any]] = self.record()["starts"]
        had = [int(start["threads"]) for start in starts if start["backend"] == backend]
        return had[-1] if had else None

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Write ``run.json``."""
        replace(self.path / "run.json", to_json(record))

    def add_history(self, figures: Mapping[str, float | str]) -> None:
        """Add the figures of an epoch."""
        with writing(self.history_file), self.history_file.open("ab") as file:
            file.write(to_json(figures, indent=None))

    def flush_history(self) -> None:
        """Wait until the figures are on the disk."""
        with writing(self.history_file), self.history_file.open("ab") as file:
            os.fsync(file.fileno())

    def history(self) -> list[dict[str, Any]]:
        """The figures of all epochs; a line that was cut short by a crash is left out.

        Raises:
            Fault: a line before the last is damaged.
        """
        return read_history(self.history_file)

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
        """The fitted transforms.

        Raises:
            Fault: they are not those of the run.
        """
        try:
            arrays, _ = read_arrays(self.path / "preparation.safetensors")
        except (OSError, DamagedError) as error:
            raise _no_run(self.path, f"preparation.safetensors: {error}") from None
        if digest(arrays) != self.record()["data"]["preparation"]:
            raise _no_run(self.path, "preparation.safetensors is that of another run")
        return Fitted.from_arrays(arrays)

    def write_reused(self, reused: Mapping[str, Arrays]) -> None:
        """Keep the trained arrays that the run begins with."""
        flat = {
            f"{source}:{path}": values
            for source, arrays in reused.items()
            for path, values in arrays.items()
        }
        write_arrays(self.path / "reused.safetensors", flat, {})

    def reused(self) -> Trained:
        """The trained arrays that the run began with; none where it reuses nothing.

        Raises:
            Fault: they are missing, or not those that were written.
        """
        sources = self.program().network.sources()
        if not sources:
            return {}
        try:
            arrays, _ = read_arrays(self.path / "reused.safetensors")
        except (OSError, DamagedError) as error:
            raise _no_run(self.path, f"reused.safetensors: {error}") from None
        found: Trained = {source: {} for source in sources}
        for name, values in arrays.items():
            source, _, path = name.rpartition(":")
            found.setdefault(source, {})[path] = values
        return found

    def _text(self, name: str) -> str:
        try:
            return (self.path / name).read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            raise _no_run(self.path, f"{name} cannot be read: {error}") from None


#: What a run keeps beside the texts of its spec.
_OWN = re.compile(
    r"(run\.json|ir\.json|history\.jsonl|(preparation|reused)\.safetensors"
    r"|model_\w+\.py)$"
    r"|(best|last|checkpoints)/"
)


def source_names(sources: Mapping[str, str]) -> list[str]:
    """The names that texts of a spec have in the folder, the spec's own first."""
    names: list[str] = []
    for name in sources:
        target = _inside(name) if names else PurePosixPath("spec.nnspec")
        if names and (str(target) in names or _OWN.match(str(target))):
            target = target.with_stem(f"{target.stem}_imported")
        names.append(str(target))
    return names


def _changed(path: Path, what: str) -> Fault:
    why = f"{path} is not {what}: it was changed since"
    right = "a file with the SHA-256 that run.json tells"
    return Fault(Problem("run-unreadable", why, None, expected=right))


def resolved_text(program: Program) -> str:
    """What ``ir.json`` holds."""
    return program.model_dump_json(indent=2)


def program_digest(text: str) -> str:
    """SHA-256 of an emitted program, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _inside(name: str) -> PurePosixPath:
    """The path, which must stay inside the folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{name} leads out of the run folder")
    return path


def _no_run(path: Path, why: str) -> Fault:
    return Fault(Problem("run-unreadable", f"{path}: {why}", None))
