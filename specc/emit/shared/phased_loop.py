"""The loop over the epochs of several phases of an emitted program."""

from __future__ import annotations

from ...ir import Program
from .epoch import beginning, epoch
from .plateau import lowers
from .section import Section, fill, naming
from .stopping import all_stop, stoppings
from .table import SHARED

__all__ = ["phased_training_section"]

_ENDED = '''
def phase_ended(state: State) -> bool:
    """Whether the epochs of the phase are done$or_stopped."""
    done = state.epoch - state.phase_epoch
    return done >= EPOCHS[state.phase]$stopped
'''

_TRAIN = '''
$beginning
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
$epoch
$plateau
$stop
    state.epoch += 1
$check_weights
    return state, record
'''
_ABOUT = (
    "Train the phases one after the other; return the state and a record of each epoch."
)

_STOP = """\
    done = state.epoch - state.phase_epoch
    state.stopping.update(done, record, partial(export_weights, state))"""
_STOP_SOME = """\
    if state.stopping is not None:
        done = state.epoch - state.phase_epoch
        state.stopping.update(done, record, partial(export_weights, state))"""
_PLATEAU = """\
    if state.plateau is not None:
        state.plateau.update(record)"""
_CHECK_WEIGHTS = """\
    if phase_ended(state):
        arrays = export_weights(state).items()
        sizes = {path: float(abs(array).max()) for path, array in arrays}
        check_finite(sizes, state.step)"""
_RESTORE = """\
        if $some
            import_weights(state, state.stopping.best_weights)"""
_SOME = "state.stopping is not None and state.stopping.best_weights is not None:"


def phased_training_section(program: Program) -> Section:
    """`phase_ended(state)`, `train(batches, state, hooks)`, `train_epoch(…)`."""
    training = program.training
    assert training is not None, "a model alone is not trained"
    callbacks, every = stoppings(program), all_stop(program)
    stopped = " or state.stopping.stopped" if callbacks else ""
    if callbacks and not every:
        stopped = " or (\n        state.stopping is not None and state.stopping.stopped\n    )"
    restores = any(callback.restore_best for callback in callbacks)
    some = _SOME.partition(" and ")[2] if every else _SOME
    train = fill(
        _TRAIN,
        beginning=beginning(training, _ABOUT),
        epoch=epoch(training, 4),
        restore=fill(_RESTORE, some=some) if restores else "",
        plateau=_PLATEAU if lowers(training) else "",
        stop="" if not callbacks else _STOP if every else _STOP_SOME,
        check_weights=_CHECK_WEIGHTS if training.on_nan == "stop" else "",
    )
    or_stopped = ", or it was stopped" if callbacks else ""
    ended = fill(_ENDED, or_stopped=or_stopped, stopped=stopped)
    return naming(f"{ended}\n\n\n{train}", SHARED.packages)
