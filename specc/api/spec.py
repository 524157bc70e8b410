"""A spec that was read, and all that can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..check.checked import Budget, Settings
from ..diagnostics.model import Problem
from ..pipeline import Compiled, plan_program, read
from .backends import emission, find_backend, usable_backend
from .programs import Programs
from .values import Plain, written

if TYPE_CHECKING:
    from ..check.summary import Summary
    from ..comparing import Change
    from ..run import Progress, RunResult, Taken
    from ..verify import Verdict, Watch, WorkerPool
    from ..verify.protocol import Precision

__all__ = ["Spec", "load"]


@dataclass(frozen=True)
class Spec(Programs):
    """A spec that was read. Programs in it are selected by the name of their training.

    A name may be left out where the spec has one training (or one model and no
    training). The methods that need a correct spec raise `SpecError` for one with errors.
    """

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
        return emission(self.program(name), find_backend(backend)).text

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
        from ..live import load as load_module
        from ..run import beginning_with

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
        from ..check.summary import summarize

        chosen = self.shown(name)
        whole = summarize(chosen.program)
        return whole if depth is None else whole.folded(chosen.origins, depth)

    def summaries(self, *, depth: int | None = None) -> tuple[Summary, ...]:
        """The summary of every model of the spec, in the order of the text.

        Raises:
            SpecError: the spec has errors.
            SelectionError: there is no model in it.
        """
        names = [item.name for item in self.sound().models]
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
        from .drawing import graph

        return graph(self, name, format, depth)

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
        from .drawing import schedule

        return schedule(self, name, format, steps_per_epoch)

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
        from .training import train_spec

        return train_spec(
            self,
            backend,
            name,
            run,
            resume=resume,
            force=force,
            device=device,
            threads=threads,
            reuse=reuse,
            progress=progress,
            warn=warn,
            command=command,
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
        from .training import taken

        return taken(self, name, reuse, backend)

    def differences(self, other: Spec) -> tuple[Change, ...]:
        """What changes in meaning from this spec to the other.

        Raises:
            SpecError: one of them has errors.
        """
        from ..comparing import compare

        return compare(self.sound(), other.sound())

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
        from .proving import verify_spec

        return verify_spec(self, name, backends, steps, precisions, reuse, pool, watch)


def load(
    path: str | Path,
    params: Mapping[str, Plain] | None = None,
    *,
    training: Mapping[str, Plain] | None = None,
    strict: bool = False,
    memory: int | None = None,
) -> Spec:
    """Read a spec.

    Args:
        path: an .nnspec file.
        params: replaces defaults of the spec's ``param`` declarations: ``{"width": 3}``.
        training: replaces settings of its trainings (``{"epochs": 5}``). A text is read as
            on the command line (``"sgd(0.1)"``, ``"10%"``).
        strict: whether warnings count as errors.
        memory: bytes that a training may need at most; None: 16 GiB.

    Raises:
        UnreadableError: the file is not there or is no UTF-8 text.
        TypeError: params or training have no names, or other values.
    """
    budget = Budget() if memory is None else Budget(memory=memory)
    given, replaced = written("params", params), written("training", training)
    settings = Settings(given, replaced, strict, budget)
    return Spec(read(path, settings.budget), settings)
