"""The loop over the epochs of several phases of an emitted program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...catalog.callbacks import EarlyStopping
from .section import Section, fill, naming
from .table import SHARED

__all__ = ["phased_training_section"]

_ENDED = '''
def phase_ended(state: State) -> bool:
    """Whether the epochs of the phase are done$or_stopped."""
    done = state.epoch - state.phase_epoch
    return done >= EPOCHS[state.phase]$stopped
'''

_TRAIN = '''
def train(
    batches: Any, state: State | None = None, hooks: Hooks | None = None
) -> tuple[State, list[Figures]]:
    """Train the phases one after the other; return the state and a record of each epoch.

    `batches` gives batches as ArrayBatches does; a `state` goes on from where it is.
$raises
    """
    state, hooks = state or init_state(), hooks or Hooks()
    state.steps_per_epoch = batches.steps_per_epoch
    history: list[Figures] = []
    while True:
        while not phase_ended(state):
            state, record = train_epoch(batches, state, hooks)
            history.append(record)
            hooks.on_epoch(state, record)
$restore
        if state.phase + 1 == len(PHASES):
            return state, history
        begin_phase(state, state.phase + 1)


def train_epoch(batches: Any, state: State, hooks: Hooks) -> tuple[State, Figures]:
    """Train an epoch; return the state and the record of it."""
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
        "phase": state.phase + 1,
        "epoch": state.epoch + 1,
        "step": state.step,
        "seconds": time.perf_counter() - began,
        "learning_rate": rate_at(state, state.step - 1),
        **means.result(),
    }
    held_out = batches.validation()
    if held_out is not None:
        found = evaluate(state, held_out, evaluate_step).items()
        figures = {f"val_{name}": figure for name, figure in found}
$check_held_out
        record |= figures
        record["seconds"] = time.perf_counter() - began
$stop
    state.epoch += 1
$check_weights
    return state, record
'''

_STOP = """\
    done = state.epoch - state.phase_epoch
    state.stopping.update(done, record, partial(export_weights, state))"""
_STOP_SOME = """\
    if state.stopping is not None:
        done = state.epoch - state.phase_epoch
        state.stopping.update(done, record, partial(export_weights, state))"""
_CHECK_WEIGHTS = """\
    if phase_ended(state):
        arrays = export_weights(state).items()
        sizes = {path: float(abs(array).max()) for path, array in arrays}
        check_finite(sizes, state.step)"""
_RESTORE = """\
        if $some
            import_weights(state, state.stopping.best_weights)"""
_SOME = "state.stopping is not None and state.stopping.best_weights is not None:"


def phased_training_section(
    parts: Mapping[str, str],
    callbacks: Sequence[EarlyStopping],
    all_stop: bool,
    checks: bool,
) -> Section:
    """`phase_ended(state)`, `train(batches, state, hooks)`, `train_epoch(…)`.

    Args:
        parts: lines of the loop of one phase that this one has too, there indented by
            four more.
        callbacks: the early stopping of each phase that has one.
        all_stop: whether every phase has.
        checks: whether figures that are not finite end the training.
    """
    inner = {key: _dedented(text) for key, text in parts.items() if key != "raises"}
    stopped = " or state.stopping.stopped" if callbacks else ""
    if callbacks and not all_stop:
        stopped = " or (\n        state.stopping is not None and state.stopping.stopped\n    )"
    restores = any(callback.restore_best for callback in callbacks)
    some = _SOME.partition(" and ")[2] if all_stop else _SOME
    train = fill(
        _TRAIN,
        **inner,
        raises=parts["raises"],
        restore=fill(_RESTORE, some=some) if restores else "",
        stop="" if not callbacks else _STOP if all_stop else _STOP_SOME,
        check_weights=_CHECK_WEIGHTS if checks else "",
    )
    or_stopped = ", or it was stopped" if callbacks else ""
    ended = fill(_ENDED, or_stopped=or_stopped, stopped=stopped)
    return naming(f"{ended}\n\n\n{train}", SHARED.packages)


def _dedented(text: str) -> str:
    """Lines with four spaces less before them."""
    return "\n".join(line.removeprefix("    ") for line in text.split("\n"))
