"""The trained weights that a run begins with: which run has them, and that they fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..check.report import quoted_list
from ..diagnostics.fault import Fault
from ..diagnostics.model import Level, Problem, Span
from ..differences import differences
from ..ir import Origins, Program, Reused
from .folder import RunFolder
from .loaded import weights_of
from .place import open_run
from .taken import Taken
from .weights import Arrays, digest

__all__ = ["ROOT", "take"]

#: Where runs without a name of their own are.
ROOT = Path("runs")
#: How a run ends that has come to its end.
_ENDED = ("finished", "stopped")


def take(
    program: Program,
    origins: Origins,
    trained: Mapping[str, Program],
    base: Path,
    given: Mapping[str, Path],
    backend: str = "NAME",
) -> Taken:
    """The arrays that a program takes over, from the runs that have them.

    Args:
        program: whose network reuses something, or nothing.
        origins: its places.
        trained: the trainings of its spec by name.
        base: the folder that run folders in the spec are relative to.
        given: run folders by source, instead of those that would be looked for.
        backend: on which missing runs are to be trained.

    Raises:
        Fault: there is no such run (status 3), or it is of another training.
    """
    arrays: dict[str, Arrays] = {}
    record: list[dict[str, Any]] = []
    problems: list[Problem] = []
    parts: dict[str, list[Reused]] = {}
    for part in program.network.reused:
        parts.setdefault(part.source, []).append(part)
    for name in given:
        if name not in parts:
            raise _unknown(program, name, parts)
    for source, (part, *others) in parts.items():
        own = trained.get(part.training) if part.run is None else None
        names = tuple(one.name for one in (part, *others))
        search = _Search(part, names, origins, own, given.get(source), backend)
        folder = search.folder(base)
        weights, unfinished = weights_of(folder, "last")
        arrays[source] = _fitting(program, source, weights, folder)
        kept = folder.record()
        record += [
            {
                "name": name,
                "source": source,
                "training": part.training,
                "run": str(folder.path),
                "backend": kept["starts"][-1]["backend"],
                "epochs": kept.get("epochs_done", 0),
                "weights": digest(weights),
            }
            for name in names
        ]
        problems += [*search.problems, *unfinished]
    return Taken(arrays, tuple(record), tuple(problems))


def _unknown(program: Program, name: str, known: Iterable[str]) -> Fault:
    """What a run is given for that nothing is taken of."""
    listed = ", ".join(known)
    problem = Problem(
        "reuse-differs",
        f"{program.title} reuses nothing called {name}",
        None,
        Level.ERROR,
        expected=f"one of {listed}" if listed else "no --reuse",
    )
    return Fault(problem, status=2)


def _fitting(
    program: Program, source: str, weights: Arrays, folder: RunFolder
) -> Arrays:
    """Those arrays of a run that a network takes, in the shapes that it takes them in."""
    network = program.network
    found: Arrays = {}
    for array in (*network.weights(), *network.buffers()):
        where = network.taken(array.path)
        if where is None or where[0] != source:
            continue
        values = weights.get(where[1])
        if values is None or values.shape != array.shape:
            had = "no such array" if values is None else f"shape {list(values.shape)}"
            why = (
                f"{array.path} is {list(array.shape)}, and {where[1]} of {folder.path}"
                f" has {had}"
            )
            raise Fault(Problem("reuse-differs", why, None, Level.ERROR))
        found[where[1]] = values
    return found


@dataclass
class _Search:
    """Looks for the run of a part; `program` is its training's, where the spec has it.

    `names` are those of all parts that are taken from the same run.
    """

    part: Reused
    names: tuple[str, ...]
    origins: Origins
    program: Program | None
    given: Path | None
    backend: str
    problems: list[Problem] = field(default_factory=list[Problem])

    def folder(self, base: Path) -> RunFolder:
        """The folder of the run."""
        if self.given is not None:
            found = open_run(self.given)
            self._compare(found)
        elif self.part.run is not None:
            found = open_run(base / self.part.run)
        else:
            found = self._newest()
        epochs = found.record().get("epochs_done", 0)
        what = f"{self._begin()} with the weights of {found.path}"
        self._say("reuses-run", f"{what}, trained for {_counted(epochs)}", Level.NOTE)
        return found

    def _newest(self) -> RunFolder:
        """The newest run of the training that has come to its end."""
        differing: list[str] = []
        for folder in _runs_of(self.part.training):
            if folder.record()["status"] not in _ENDED:
                differing.append(f"{folder.path} did not come to its end")
                continue
            try:
                changed = self._differences(folder)
            except Fault as fault:
                differing.append(fault.problems[0].message)
                continue
            if not changed:
                self._epochs(folder)
                return folder
            differing.append(f"{folder.path} is of another spec: {changed}")
        name = self.part.training
        first = f"specc train {self._file()} {name} --backend {self.backend}"
        if differing:
            shown = "; ".join(differing[:3]) + ("; …" if len(differing) > 3 else "")
            raise self._missing(
                f"no run in {ROOT} is that of {name} in this spec: {shown}",
                f"{first}, or --reuse {name}=DIR to take a run as it is",
            )
        raise self._missing(
            f"there is no run of {name} in {ROOT}, whose weights {self._begin()} with",
            f"{first} first, or --reuse {name}=DIR",
        )

    def _begin(self) -> str:
        """``stem begins``, ``stem and tail begin``."""
        verb = "begins" if len(self.names) == 1 else "begin"
        return f"{quoted_list(self.names)} {verb}"

    def _epochs(self, folder: RunFolder) -> None:
        wanted, had = _epochs(self.program), _epochs(folder.program())
        if wanted != had:
            why = f"{folder.path} was for {_counted(had)}, and the spec says {wanted}"
            self._say("reuse-differs", why, Level.WARNING)

    def _compare(self, folder: RunFolder) -> None:
        training = folder.record()["training"]
        if training != self.part.training:
            why = f"{folder.path} is a run of {training}, not of {self.part.training}"
            self._say("reuse-differs", why, Level.WARNING)
        elif changed := self._differences(folder):
            why = f"{folder.path} is of another spec: {changed}"
            self._say("reuse-differs", why, Level.WARNING)
        elif self.program is not None:
            self._epochs(folder)

    def _differences(self, folder: RunFolder) -> str:
        """In what the training of a run differs from the spec's; epochs apart."""
        if self.program is None:
            return ""
        found = differences(folder.program(), self.program, epochs=False)
        return ", ".join(map(str, found[:3])) + (", …" if len(found) > 3 else "")

    def _say(self, rule: str, message: str, level: Level) -> None:
        self.problems.append(Problem(rule, message, self._span(), level))

    def _span(self) -> Span | None:
        origin = self.origins.find(self.part.name)
        return origin.span if origin else None

    def _file(self) -> str:
        span = self._span()
        return span.source.name if span is not None else "FILE"

    def _missing(self, message: str, suggestion: str) -> Fault:
        problem = Problem(
            "no-trained-run", message, self._span(), suggestion=suggestion
        )
        return Fault(problem, status=3)


def _runs_of(training: str) -> Iterator[RunFolder]:
    """The runs of a training, the newest first; what is no run is passed over."""
    found: list[tuple[str, RunFolder]] = []
    for path in sorted(ROOT.glob("*/run.json")):
        with suppress(Fault):
            folder = RunFolder(path.parent)
            record = folder.record()
            if record["training"] == training:
                ended = str(record.get("ended", record["starts"][-1]["time"]))
                found.append((ended, folder))
    yield from (f for _, f in sorted(found, key=lambda item: item[0], reverse=True))


def _counted(epochs: int) -> str:
    return "1 epoch" if epochs == 1 else f"{epochs} epochs"


def _epochs(program: Program | None) -> int:
    assert program is not None
    assert program.training is not None
    return sum(phase.epochs for phase in program.training.phases)
