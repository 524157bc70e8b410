"""Why a run failed: which part of the model first gave something that is no number."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from unittest.mock import patch

import numpy as np

from ..backend import Emission
from ..diagnostics.fault import Fault
from ..diagnostics.model import Note, Problem, Span
from ..ir import Origins, Phase, Program

__all__ = ["is_out_of_memory", "not_finite", "out_of_memory", "replay"]

Arrays = dict[str, np.ndarray]


def replay(module: Any, state: Any, batches: Any, step: int) -> Any:
    """Repeat updates until `step` of them are done; return the state before the next.

    Everything random depends on seed and step alone, so the state is the one that the
    run had.
    """
    with np.errstate(all="ignore"):
        return _replay(module, state, batches, step)


class _Reached(Exception):
    """So many updates are done as were asked for."""


def _replay_loop(module: Any, state: Any, batches: Any, step: int) -> Any:
    """The same by the program's own loop, which knows when a phase is over.

    It is also what looks at the figures that a learning rate depends on.
    """
    computed = module.train_step

    def until(state: Any, batch: Arrays, number: int) -> Any:
        if number == step:
            raise _Reached
        return computed(state, batch, number)

    with (
        patch.object(module, "train_step", until),
        suppress(_Reached, module.NotFiniteError),
    ):
        module.train(batches, state)
    return state


def _replay(module: Any, state: Any, batches: Any, step: int) -> Any:
    if hasattr(module, "PHASES") or hasattr(module, "new_plateau"):
        return _replay_loop(module, state, batches, step)
    while True:
        for batch in batches.epoch(state.epoch):
            if state.step == step:
                return state
            state, _ = module.train_step(state, batch, state.step)
            state.step += 1
        state.epoch += 1


def _span(origins: Origins, owner: str, name: str = "") -> Span | None:
    origin = origins.find(owner, name)
    return origin.span if origin is not None else None


def not_finite(
    program: Program,
    emission: Emission,
    probe: Any,
    module: Any,
    state: Any,
    batches: Any,
    error: Any,
    origins: Origins,
) -> Problem:
    """Where the numbers of a training ceased to be finite.

    Args:
        program: what is trained.
        emission: its text and the places of its nodes.
        probe: the backend's.
        module: the running program.
        state: as it was when `error.step` updates were made.
        batches: of the training.
        error: the NotFiniteError that training ended with.
        origins: places for the problem.
    """
    assert program.training is not None
    phases = program.training.phases
    phase = phases[getattr(state, "phase", 0)]
    head = _head(error, state)
    if len(phases) > 1:
        head += f" (phase {phase.name})"
    weight = _first_bad(module.export_weights(state))
    if weight is not None:
        why = f"{head}: {weight} ceased to be finite in the update before"
        return _problem(why, _span(origins, _layer(weight)), phase, origins)
    batch, training, step = error.batch, error.batch is not None, state.step
    with np.errstate(all="ignore"):
        if training:
            gradients, _, logs = probe.raw_gradients(module, state, batch, step)
        else:
            batch, logs = _held_out(module, state, batches)
            gradients = Arrays()
        outputs = probe.node_outputs(module, emission, state, batch, training, step)
    for call in program.network.calls:
        if call.name in outputs and not np.isfinite(outputs[call.name]).all():
            span = _span(origins, call.name) or _span(origins, call.layer)
            why = f"{head}: {call.name} is the first whose output is not finite"
            return _problem(why, span, phase, origins)
    if error.name == "gradient_norm":
        return _of_gradients(head, gradients, phase, origins)
    return _of_loss(head, program, outputs, logs, phase, origins)


def _head(error: Any, state: Any) -> str:
    """What is not finite, and when."""
    if error.batch is None:
        epoch = error.step // state.steps_per_epoch
        if error.name.startswith("val_"):
            return f"{error.name} is {error.figure} after epoch {epoch}"
        return f"not all weights are finite after epoch {epoch}"
    what = "norm of the gradients" if error.name == "gradient_norm" else error.name
    return (
        f"the {what} is {error.figure} at step {error.step + 1} of epoch"
        f" {state.epoch + 1}"
    )


def _held_out(module: Any, state: Any, batches: Any) -> tuple[Arrays, dict[str, float]]:
    """The first batch of the validation whose figures are not all finite, and these."""
    batch: Arrays = {}
    logs: dict[str, float] = {}
    for batch in batches.validation():
        logs = module.evaluate_step(state, batch)
        if not np.isfinite(list(logs.values())).all():
            break
    return batch, logs


def _of_gradients(
    head: str, gradients: Arrays, phase: Phase, origins: Origins
) -> Problem:
    """The loss is finite; it is the gradients that are not, or only their norm."""
    # Going back from the loss, the first that is bad comes last.
    path = _first_bad(dict(reversed(gradients.items())))
    if path is not None:
        why = f"{head}: the loss is finite, its gradient at {path} is not"
    else:
        path = max(gradients, key=lambda name: np.abs(gradients[name]).max())
        size = np.abs(gradients[path]).max()
        why = f"{head}: each gradient is finite, {path}'s reaches {size:.3g}"
    return _problem(why, _span(origins, _layer(path)), phase, origins)


def _of_loss(
    head: str,
    program: Program,
    outputs: Arrays,
    logs: dict[str, float],
    phase: Phase,
    origins: Origins,
) -> Problem:
    """All outputs are finite: of several losses, the first that is not, else the sum."""
    assert program.training is not None
    found = {o.output: o.output for o in program.training.objectives}
    bad = [o for o in found if not np.isfinite(logs.get(f"{o}_loss", 0.0))]
    why = f"{head}: the outputs of all layers are finite, the loss of them is not"
    name = bad[0] if bad else next(iter(found))
    edge = program.network.ends[name]
    if edge in outputs and outputs[edge].size:
        why += f" ({name} reaches {np.abs(outputs[edge]).max():.3g})"
    return _problem(why, _span(origins, f"output:{name}", "loss"), phase, origins)


def _layer(path: str) -> str:
    """The layer that a weight or buffer belongs to."""
    return path.rpartition("/")[0]


def _first_bad(arrays: Arrays) -> str | None:
    for name, values in arrays.items():
        if not np.isfinite(values).all():
            return name
    return None


def _problem(why: str, span: Span | None, phase: Phase, origins: Origins) -> Problem:
    note = Note(
        "a smaller learning rate or clipnorm keeps updates small",
        _span(origins, phase.owner("optimizer")),
    )
    return Problem("loss-not-finite", why, span, notes=(note,))


#: What frameworks say, in lower case, when memory is at an end.
_MEMORY = (
    "out of memory",
    "can't allocate memory",
    "not enough memory",
    "oom when allocating",
    "failed to allocate memory",
)


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error of any framework means that memory is at an end."""
    if isinstance(error, MemoryError):
        return True
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"OutOfMemoryError", "ResourceExhaustedError"}:
        return True
    return isinstance(error, RuntimeError) and any(
        word in str(error).lower() for word in _MEMORY
    )


def out_of_memory(error: Exception, program: Program, origins: Origins) -> Fault:
    """The end of a run for which the memory does not suffice."""
    assert program.training is not None
    reason = str(error).split("\n")[0][:200]
    problem = Problem(
        "out-of-memory",
        "the memory does not suffice" + (f": {reason}" if reason else ""),
        _span(origins, "training", "batch_size"),
        suggestion=f"a batch_size below {program.training.batch_size}",
    )
    return Fault(problem, status=4)
