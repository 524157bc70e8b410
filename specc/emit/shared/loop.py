"""The loop over the epochs of an emitted program."""

from __future__ import annotations

from ...ir import Program
from .epoch import beginning, epoch
from .phased_loop import phased_training_section
from .phases import several
from .plateau import lowers
from .section import Section, fill, naming
from .stopping import stoppings
from .table import SHARED

__all__ = ["training_section"]

_TRAIN = """
$beginning
    while state.epoch < EPOCHS$going:
$epoch
$plateau
$stop
$check_weights
        state.epoch += 1
        history.append(record)
        hooks.on_epoch(state, record)
$restore
    return state, history
"""
_ABOUT = "Train until EPOCHS epochs are done; return the state and a record of each."
_CHECK_WEIGHTS = """\
        if state.epoch + 1 == EPOCHS$ended:
            arrays = export_weights(state).items()
            sizes = {path: float(abs(array).max()) for path, array in arrays}
            check_finite(sizes, state.step)"""
_STOP = """\
        state.stopping.update(state.epoch, record, partial(export_weights, state))"""
_PLATEAU = """\
        state.plateau.update(record)"""
_RESTORE = """\
    if state.stopping.best_weights is not None:
        import_weights(state, state.stopping.best_weights)"""


def training_section(program: Program) -> Section:
    """`train(batches, state, hooks)`."""
    training = program.training
    assert training is not None, "a model alone is not trained"
    if several(training):
        return phased_training_section(program)
    callbacks = stoppings(program)
    checks = training.on_nan == "stop"
    restores = any(callback.restore_best for callback in callbacks)
    ended = " or state.stopping.stopped" if callbacks else ""
    text = fill(
        _TRAIN,
        beginning=beginning(training, _ABOUT),
        going=" and not state.stopping.stopped" if callbacks else "",
        epoch=epoch(training, 8),
        plateau=_PLATEAU if lowers(training) else "",
        stop=_STOP if callbacks else "",
        check_weights=fill(_CHECK_WEIGHTS, ended=ended) if checks else "",
        restore=_RESTORE if restores else "",
    )
    return naming(text, SHARED.packages)
