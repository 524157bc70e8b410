"""The Python interface: everything that the command line does goes through it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .backend import Backend, Emission, backend
from .backend import backends as all_backends
from .check.checked import Budget, Checked, CheckedProgram, Settings
from .diagnostics.fault import Fault
from .diagnostics.model import Note, Problem, Source, failed
from .pipeline import (
    Compiled,
    SelectionError,
    UnreadableError,
    check_source,
    compile_program,
    plan_program,
    read,
    select,
    select_model,
)

if TYPE_CHECKING:
    from .check.summary import Summary
    from .comparing import Change
    from .data import Prepared
    from .run import Job, Progress, RunFolder, RunResult, Taken
    from .verify import Verdict, Watch, WorkerPool
    from .verify.protocol import Arrays, Precision

__all__ = [
    "Fault",
    "SelectionError",
    "Spec",
    "SpecError",
    "UnknownBackendError",
    "UnreadableError",
    "find_backend",
    "load",
    "usable_backend",
]


class SpecError(Fault):
    """A spec has errors; `problems` holds all that was found, with places.

    As a text it is one line an error, ``file:line:column: error[rule]: message``.
    """

    def __str__(self) -> str:
        return "\n".join(str(item) for item in self.problems if failed([item]))


class UnknownBackendError(Fault):
    """No backend of that name is installed."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Problem(
                "unknown-backend",
                f"no backend is called {name}",
                None,
                expected=f"one of {', '.join(all_backends())}",
            ),
            status=2,
        )


def _untrained(checked: CheckedProgram) -> Problem:
    """The problem of a model that is asked for its training or its data."""
    return Problem(
        "no-training",
        f"{checked.name} is a model that no training of this spec trains",
        checked.span,
        suggestion=f"train {checked.name} on DATA {{ … }}",
    )


def find_backend(name: str) -> Backend:
    """The backend of that name; its framework need not be installed.

    Raises:
        UnknownBackendError: there is none.
    """
    if name not in all_backends():
        raise UnknownBackendError(name)
    return backend(name)


def usable_backend(name: str) -> Backend:
    """The backend of that name, with its framework installed.

    Raises:
        UnknownBackendError: there is none of that name.
        Fault: its framework is not installed (status 3).
    """
    from .run.environment import require_backend

    found = find_backend(name)
    require_backend(found)
    return found


def _among(format: str, formats: tuple[str, ...]) -> None:
    if format not in formats:
        raise ValueError(f"{format!r} is none of {', '.join(formats)}")


@dataclass(frozen=True)
class Spec:
    """A spec that was read. Programs in it are selected by the name of their training.

    A name may be left out where the spec has one training (or one model and no
    training). The methods that need a correct spec raise `SpecError` for one with errors.
    """

    source: Source
    settings: Settings = field(default_factory=Settings)

    @cached_property
    def checked(self) -> Checked:
        """The outcome of the check, made once."""
        return check_source(self.source, self.settings)

    def check(self) -> tuple[Problem, ...]:
        """Every problem of the spec, in the order of its text."""
        return self.checked.problems

    def program(self, name: str | None = None) -> CheckedProgram:
        """The training of that name, its model and its data.

        Raises:
            SpecError: the spec has errors.
            SelectionError: the name selects nothing, or one is needed.
        """
        return select(self._sound(), name)

    def trained(self, name: str | None = None) -> CheckedProgram:
        """The same, which must have a training and data: a model alone is an error.

        Raises:
            SpecError: the spec has errors, or no training trains the model.
            SelectionError: the name selects nothing, or one is needed.
        """
        checked = self.program(name)
        if checked.program.training is None or checked.program.data is None:
            raise SpecError(_untrained(checked))
        return checked

    def model(self, name: str | None = None) -> CheckedProgram:
        """The model of that name, alone.

        Raises:
            SpecError: the spec has errors.
            SelectionError: the name selects nothing, or one is needed.
        """
        return select_model(self._sound(), name)

    def plan(self, backend: str, name: str | None = None) -> Compiled:
        """What a backend decides before it writes; refusals are among the problems."""
        return plan_program(self.program(name), find_backend(backend))

    def compile(self, backend: str, name: str | None = None) -> str:
        """The Python source that a backend writes. No framework is imported.

        Raises:
            SpecError: the spec has errors, or the backend refuses a construct of it.
            SelectionError: the name selects nothing, or one is needed.
            UnknownBackendError: there is no such backend.
        """
        compiled = compile_program(self.program(name), find_backend(backend))
        if compiled.emission is None or compiled.failed:
            raise SpecError(compiled.problems)
        return compiled.emission.text

    def build(
        self,
        backend: str,
        name: str | None = None,
        *,
        reuse: Mapping[str, str | Path] | None = None,
    ) -> Any:
        """The model as the backend's framework has it, with its initial weights.

        Those that it reuses are taken from runs, as for `train`.

        Raises:
            Fault: the framework is not installed (status 3).
            SpecError: as for `compile`.
        """
        from .live import load as load_module
        from .run import beginning_with

        usable_backend(backend)
        checked = self.program(name)
        text = self.compile(backend, name)
        module = load_module(text, f"specc_{backend}_{checked.name}")
        return module.build_model(
            **beginning_with(self.taken(name, reuse, backend).arrays)
        )

    def summary(self, name: str | None = None, *, depth: int | None = None) -> Summary:
        """Layers, shapes, parameters and memory of a model.

        The memory is what its training needs where the name selects one. With a `depth`,
        blocks below so many levels are one row each.

        Raises:
            SpecError: the spec has errors.
            SelectionError: the name selects nothing, or one is needed.
        """
        from .check.summary import summarize

        chosen = self._shown(name)
        whole = summarize(chosen.program)
        return whole if depth is None else whole.folded(chosen.origins, depth)

    def summaries(self, *, depth: int | None = None) -> tuple[Summary, ...]:
        """The summary of every model of the spec, in the order of the text.

        Raises:
            SpecError: the spec has errors.
            SelectionError: there is no model in it.
        """
        names = [item.name for item in self._sound().models]
        return tuple(self.summary(name, depth=depth) for name in names or (None,))

    def graph(
        self,
        name: str | None = None,
        *,
        format: str = "mermaid",
        depth: int | None = 0,
    ) -> str:
        """A picture of a model, with all shapes, as a text.

        Args:
            name: the model, or a training of it.
            format: mermaid, dot or svg.
            depth: levels of blocks that are open; 0: each is one node, None: all are open.

        Raises:
            SpecError: the spec has errors.
            SelectionError: the name selects nothing, or one is needed.
            ValueError: there is no such format.
        """
        from .pictures import GRAPHS, draw_graph

        _among(format, GRAPHS)
        chosen = self._shown(name)
        return draw_graph(chosen.program, chosen.origins, format, depth)

    def schedule(
        self,
        name: str | None = None,
        *,
        format: str = "text",
        steps_per_epoch: int | None = None,
    ) -> str:
        """The learning rate over a whole training, by the function that training uses.

        Args:
            name: the training.
            format: text, svg or mermaid.
            steps_per_epoch: updates of an epoch; None: the data is read and gives them.

        Raises:
            SpecError: the spec has errors, or the model has no training.
            SelectionError: the name selects nothing, or one is needed.
            Fault: the data is needed and is not there (status 3) or does not fit (status 1).
            ValueError: there is no such format.
        """
        from .pictures import SCHEDULES, draw_schedule

        _among(format, SCHEDULES)
        checked = self.trained(name)
        steps = steps_per_epoch or self._steps_per_epoch(checked, name)
        return draw_schedule(checked.program, checked.origins, steps, format)

    def _steps_per_epoch(self, checked: CheckedProgram, name: str | None) -> int:
        """The updates of an epoch, which the size of the data gives."""
        assert checked.program.training is not None
        try:
            prepared = self.prepare(name)
        except Fault as fault:
            first, *others = fault.problems
            hint = Note("steps_per_epoch (--steps-per-epoch N) goes without the data")
            first = replace(first, notes=(*first.notes, hint))
            raise Fault((first, *others), fault.status) from None
        return prepared.batches(checked.program.training).steps_per_epoch

    def _shown(self, name: str | None) -> CheckedProgram:
        """The program of a name; where that is no training's, a model alone."""
        try:
            return self.program(name)
        except SelectionError:
            return self.model(name)

    def prepare(self, name: str | None = None) -> Prepared:
        """The data of a training, read, divided and scaled. Paths are relative to the spec.

        Raises:
            SpecError: the spec has errors.
            SelectionError: the name selects nothing, or one is needed.
            Fault: the data is not there (status 3) or does not fit (status 1).
        """
        from .data import prepare

        checked = self.trained(name)
        assert checked.program.data is not None
        return prepare(checked.program.data, self.folder, checked.origins)

    def train(
        self,
        backend: str,
        name: str | None = None,
        *,
        run: str | Path | None = None,
        resume: bool = False,
        force: bool = False,
        device: str = "auto",
        threads: int | None = None,
        reuse: Mapping[str, str | Path] | None = None,
        progress: Progress | None = None,
        warn: Callable[[Sequence[Problem]], object] | None = None,
        command: Sequence[str] = (),
    ) -> RunResult:
        """Train, in this process, and keep everything in a run folder.

        Args:
            backend: that runs the program.
            name: the training.
            run: the folder; None: a new one, ``runs/TRAINING-BACKEND-N``.
            resume: go on with the run in that folder, which may be of another backend.
            force: replace a run that is in that folder.
            device: auto, cpu or cuda.
            threads: how many the framework may use; None: one for a small model, all
                processors for a large one.
            reuse: runs by the name of the training whose weights are reused; None: the
                newest run in ``runs`` that is of this spec.
            progress: shows how it goes; None: nothing is shown.
            warn: called with the warnings, if there are any, before training starts.
            command: how the training was started, to be kept.

        Raises:
            SpecError: the spec has errors, or the backend refuses a construct of it.
            SelectionError: the name selects nothing, or one is needed.
            Fault: the folder is taken (status 2), something is missing (status 3) or the
                run failed (status 4).
        """
        from .run import open_run, train

        if resume and run is None:
            raise ValueError("to resume, name the run to go on with")
        if run == "":
            raise ValueError("the name of a run folder is not empty")
        before = open_run(Path(run or "")) if resume else None
        job = self._job(backend, name, command, before, reuse)
        folder = before or _new_folder(job, run, force)
        try:
            return train(
                job,
                folder,
                device=device,
                threads=threads,
                resume=resume,
                progress=progress,
                warn=warn,
            )
        except BaseException:
            with suppress(OSError):
                folder.path.rmdir()  # only where nothing was written yet
            raise

    def _job(
        self,
        backend: str,
        name: str | None,
        command: Sequence[str],
        before: RunFolder | None,
        reuse: Mapping[str, str | Path] | None,
    ) -> Job:
        """What is trained; `before` is the run that goes on, if one does."""
        from .run import Job, Taken, prepare_again

        found = usable_backend(backend)
        checked = self.trained(name)
        compiled = compile_program(checked, found)
        if compiled.emission is None or compiled.failed:
            raise SpecError(compiled.problems)
        return Job(
            checked.program,
            compiled.emission,
            found,
            self.prepare(name)
            if before is None
            else prepare_again(before, checked.program, self.folder, checked.origins),
            checked.origins,
            self._sources(),
            self.folder,
            command,
            self.taken(name, reuse, backend)
            if before is None
            else Taken(before.reused()),
        )

    def taken(
        self,
        name: str | None = None,
        reuse: Mapping[str, str | Path] | None = None,
        backend: str = "NAME",
    ) -> Taken:
        """The trained weights that a training begins with, and the runs that have them.

        Args:
            name: the training.
            reuse: runs by the name of the training whose weights are reused.
            backend: the one that the training runs on, which messages name.

        Raises:
            SpecError: the spec has errors.
            SelectionError: the name selects nothing, or one is needed.
            Fault: there is no such run (status 3), or it is of another training.
        """
        from .run import Taken, take

        checked = self.program(name)
        given = {key: Path(path) for key, path in (reuse or {}).items()}
        if not checked.program.network.reused and not given:
            return Taken()
        # What replaces settings is meant for the training that is asked for.
        plain = Spec(self.source, replace(self.settings, training={}))
        trained = {item.name: item.program for item in plain.checked.programs}
        return take(
            checked.program, checked.origins, trained, self.folder, given, backend
        )

    def differences(self, other: Spec) -> tuple[Change, ...]:
        """What changes in meaning from this spec to the other.

        Raises:
            SpecError: one of them has errors.
        """
        from .comparing import compare

        return compare(self._sound(), other._sound())

    def _sources(self) -> dict[str, str]:
        """The texts of the spec and of what it imports, by path from its folder."""
        found = {Path(self.source.name).name: self.source.text}
        for source in self.checked.imports:
            path = os.path.relpath(source.name, self.folder)
            found[Path(path).as_posix()] = source.text
        return found

    def verify(
        self,
        name: str | None = None,
        *,
        backends: Iterable[str] | None = None,
        steps: int = 20,
        precisions: Iterable[Precision] = ("float64", "float32"),
        reuse: Mapping[str, str | Path] | None = None,
        pool: WorkerPool | None = None,
        watch: Watch | None = None,
    ) -> Verdict:
        """Run the programs of several backends side by side and compare all they compute.

        Args:
            name: the training.
            backends: those to compare; all that there are if None.
            steps: updates to take at least; training may end earlier.
            precisions: of ``float64`` and ``float32``, which is measured against float64
                and so includes it.
            reuse: runs by the name of the training whose weights are reused; None: those
                that `train` would take. Where there are none, random numbers stand in.
            pool: workers that also serve other specs; None starts and ends some.
            watch: hears how far each side is.

        Raises:
            SpecError: the spec has errors.
            SelectionError: the name selects nothing, or one is needed.
            Fault: a backend cannot be used (status 2 or 3), the data is not there (status
                3) or does not fit (status 1).
        """
        from .verify import annotated, refused

        checked = self.trained(name)
        sides = tuple(backends if backends is not None else all_backends())
        found = {side: usable_backend(side) for side in sides}
        compiled = {side: compile_program(checked, found[side]) for side in sides}
        tables = {side: found[side].table for side in sides}
        obstacles = {
            side: made.plan.obstacles
            for side, made in compiled.items()
            if made.plan.obstacles
        }
        if obstacles:
            verdict = refused(checked.program.title, sides, obstacles, checked.origins)
            return annotated(verdict, checked.program, checked.origins, tables)
        for made in compiled.values():
            if made.failed:
                raise SpecError(made.problems)
        emissions = {s: made.emission for s, made in compiled.items() if made.emission}
        trained = self._trained_weights(name, reuse)
        verdict = self._compare(
            name, emissions, steps, precisions, trained, pool, watch
        )
        return annotated(verdict, checked.program, checked.origins, tables)

    def _trained_weights(
        self, name: str | None, reuse: Mapping[str, str | Path] | None
    ) -> Mapping[str, Arrays] | None:
        """Those that a training begins with; None where there is no run that has them."""
        try:
            return self.taken(name, reuse).arrays or None
        except Fault as fault:
            if reuse or fault.status != 3:
                raise
            return None

    def _compare(
        self,
        name: str | None,
        emissions: Mapping[str, Emission],
        steps: int,
        precisions: Iterable[Precision],
        trained: Mapping[str, Arrays] | None,
        pool: WorkerPool | None,
        watch: Watch | None,
    ) -> Verdict:
        """Run emitted programs side by side; workers start while the data is prepared."""
        from .verify import Watch, WorkerPool, verify

        if pool is None:
            with WorkerPool(emissions) as own:
                return self._compare(
                    name, emissions, steps, precisions, trained, own, watch
                )
        checked = self.trained(name)
        training = checked.program.training
        assert training is not None
        pool.start()
        pool.watch = watch or Watch()
        batches = self.prepare(name).batches(training)
        try:
            return verify(
                checked.program,
                checked.origins,
                emissions,
                batches,
                steps,
                precisions,
                pool,
                reused=trained,
            )
        finally:
            pool.watch.end()

    @property
    def folder(self) -> Path:
        """The folder of the spec, which relative paths in it are relative to."""
        return Path(self.source.name).parent

    def _sound(self) -> Checked:
        if failed(self.checked.problems):
            raise SpecError(self.checked.problems)
        return self.checked


def _new_folder(job: Job, run: str | Path | None, force: bool) -> RunFolder:
    from .run import create, create_named

    if run is None:
        return create_named(Path("runs"), job.training.name, job.backend.name)
    return create(Path(run), force)


def load(
    path: str | Path,
    params: Mapping[str, str] | None = None,
    *,
    training: Mapping[str, str] | None = None,
    strict: bool = False,
    memory: int | None = None,
) -> Spec:
    """Read a spec.

    Args:
        path: an .nnspec file.
        params: replaces defaults of the spec's ``param`` declarations, as texts.
        training: replaces settings of its trainings (``{"epochs": "5"}``), as texts.
        strict: whether warnings count as errors.
        memory: bytes that a training may need at most; None: 16 GiB.

    Raises:
        UnreadableError: the file is not there or is no UTF-8 text.
    """
    budget = Budget() if memory is None else Budget(memory=memory)
    settings = Settings(params or {}, training or {}, strict, budget)
    return Spec(read(path, settings.budget), settings)
