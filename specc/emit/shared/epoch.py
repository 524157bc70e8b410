"""An epoch of an emitted program, and how its training begins, in whatever phases."""

from __future__ import annotations

from textwrap import indent

from ...ir import Training
from .phases import several
from .plateau import rate_of_update
from .section import fill

__all__ = ["beginning", "epoch"]

_BEGINNING = '''
def train(
    batches: Any, state: State | None = None, hooks: Hooks | None = None
) -> tuple[State, list[Figures]]:
    """$about

    `batches` gives batches as ArrayBatches does; a `state` goes on from where it is.
$raises
    """
    state, hooks = state or init_state(), hooks or Hooks()
    state.steps_per_epoch = batches.steps_per_epoch
    history: list[Figures] = []
'''
_RAISES = """\
    A NotFiniteError says which figure, or weight at the end, is infinite or no number."""

_EPOCH = """
    began = time.perf_counter()
    means = Means()
    for batch in batches.epoch(state.epoch):
        state, logs = train_step(state, batch, state.step)
$norm
$check
        means.add(len(batch["ids"]), logs)
        state.step += 1
        hooks.on_step(state, len(batch["ids"]), logs)
    record: Figures = {
$phase
        "epoch": state.epoch + 1,
        "step": state.step,
        "seconds": time.perf_counter() - began,
        "learning_rate": $rate,
        **means.result(),
    }
    held_out = batches.validation()
    if held_out is not None:
        found = evaluate(state, held_out, evaluate_step).items()
        figures = {f"val_{name}": figure for name, figure in found}
$check_held_out
        record |= figures
        record["seconds"] = time.perf_counter() - began
"""
_PHASE = """\
        "phase": state.phase + 1,"""
_POP = """\
        norm = logs.pop("gradient_norm", 0.0)"""
_CHECK = """\
        check_finite({"loss": logs["loss"]}, state.step, batch)"""
_CHECK_NORM = """\
        looked_at = {"loss": logs["loss"], "gradient_norm": norm}
        check_finite(looked_at, state.step, batch)"""
_CHECK_HELD_OUT = """\
        check_finite(figures, state.step)"""


def beginning(training: Training, about: str) -> str:
    """The head of `train` and its first statements; `about` is what it does."""
    raises = _RAISES if training.on_nan == "stop" else ""
    return fill(_BEGINNING, about=about, raises=raises)


def epoch(training: Training, spaces: int) -> str:
    """The statements that train an epoch, indented by so many, and make its `record`."""
    phased = several(training)
    checks = training.on_nan == "stop"
    clips = any(p.optimizer.clipping() is not None for p in training.phases)
    pop = _POP if checks else _POP.replace("norm = ", "")
    check = _CHECK_NORM if clips else _CHECK
    text = fill(
        _EPOCH,
        norm=pop if clips else "",
        check=check if checks else "",
        phase=_PHASE if phased else "",
        rate=rate_of_update(training, "state.step - 1"),
        check_held_out=_CHECK_HELD_OUT if checks else "",
    )
    return indent(text, " " * (spaces - 4))
