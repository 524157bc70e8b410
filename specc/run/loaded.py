"""A trained model from the folder of its run, ready to compute."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..backend import Backend, Emission, backend, backends
from ..diagnostics.fault import Fault
from ..diagnostics.model import Level, Problem
from ..ir import Program
from ..live import load
from .checkpoint import newest
from .environment import choose_device, fitting_threads, require_backend, set_threads
from .folder import RunFolder
from .taken import beginning_with

__all__ = ["Loaded", "load_model", "load_run", "weights_of"]

Arrays = dict[str, np.ndarray]

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Loaded:
    """A running program whose state has a run's weights."""

    folder: RunFolder
    program: Program
    backend: Backend
    emission: Emission
    probe: Any
    module: Any
    state: Any
    warnings: tuple[Problem, ...] = ()


def load_model(text: str, backend: str) -> Any:
    """The running module of an emitted program."""
    return load(text, f"specc_{backend}_{next(_numbers)}")


def weights_of(folder: RunFolder, which: str) -> tuple[Arrays, list[Problem]]:
    """The weights ``best`` or ``last`` of a run, and warnings.

    A run that was killed, or still runs, has no last weights, or those that a start
    before left; those of its newest checkpoint are taken.

    Raises:
        Fault: there are none.
    """
    record = folder.record()
    status, done = record["status"], record.get("epochs_done", 0)
    after = (
        f"after epoch {done} of {record['epochs']}" if done else "in its first epoch"
    )
    words = {
        "interrupted": f"was interrupted {after}",
        "failed": f"failed {after}",
        "running": "did not come to its end",
    }
    ended = status not in words
    what = "has lost its last weights" if ended else words[status]
    checkpoint = newest(folder.checkpoints) if which == "last" else None
    if status != "running" or checkpoint is None:
        try:
            weights = folder.weights(which)
        except Fault as fault:
            if checkpoint is None or fault.status != 3:
                raise
        else:
            return weights, [] if ended else [_unfinished(folder, what)]
    taken = f"{what}; these are those after epoch {checkpoint.epoch}"
    return checkpoint.weights, [_unfinished(folder, taken)]


def _unfinished(folder: RunFolder, what: str) -> Problem:
    return Problem("run-unfinished", f"{folder.path} {what}", None, Level.WARNING)


def load_run(
    folder: RunFolder,
    *,
    which: str = "last",
    backend_name: str | None = None,
    device: str = "auto",
    threads: int | None = None,
) -> Loaded:
    """Load the program that a run trained, with its weights.

    Args:
        folder: of the run.
        which: ``last``, what training ended with, or ``best``.
        backend_name: any, for weights are canonical; None: that of the run, the latest
            if there were several.
        device: auto, cpu or cuda.
        threads: how many the framework may use; None: those of the run.

    Raises:
        Fault: something is missing (status 3) or damaged (status 1).
    """
    name = backend_name or str(folder.record()["starts"][-1]["backend"])
    if name not in backends():
        why = f"no backend called {name} is installed"
        hint = f"one of {', '.join(backends())}"
        raise Fault(Problem("backend-missing", why, None, expected=hint), status=3)
    weights, warnings = weights_of(folder, which)
    found = backend(name)
    require_backend(found)
    program = folder.program()
    emission = _emission(folder, found, program)
    probe = found.load_probe()
    usual = folder.threads(name) or fitting_threads(program)
    set_threads(found, probe, threads, usual)
    module = load_model(emission.text, name)
    state = module.init_state(
        device=choose_device(found, probe, device), **beginning_with(folder.reused())
    )
    if hasattr(module, "PHASES"):
        # Which weights have penalties is that of the last one.
        module.begin_phase(state, len(module.PHASES) - 1)
    try:
        module.import_weights(state, weights)
    except (KeyError, ValueError) as error:
        why = f"{folder.path}: the weights do not fit the program: {error}"
        raise Fault(Problem("run-unreadable", why, None)) from None
    return Loaded(
        folder, program, found, emission, probe, module, state, tuple(warnings)
    )


def _emission(folder: RunFolder, found: Backend, program: Program) -> Emission:
    """The program that ran, or one for a backend on which the run did not train."""
    if folder.has_model(found.name):
        nodes: dict[str, str] = folder.record()["nodes"][found.name]
        return Emission(folder.model(found.name), nodes)
    plan = found.plan(program)
    if plan.obstacles:
        refused = plan.obstacles[0]
        why = (
            f"{found.title} refuses {refused.keyword} ({refused.owner}): {refused.why}"
        )
        raise Fault(Problem("refused", why, None))
    return found.emit(plan)
