"""The loop over epochs of an emitted program, and early stopping."""

from __future__ import annotations

from ...catalog.callbacks import EarlyStopping
from ...ir import Program
from ..lowering import Table
from ..pieces import Known
from ..source import Expression, call, literal, statement
from .section import Section, fill, naming
from .settings import only_phase
from .table import SHARED

__all__ = ["stopping_field", "stopping_of", "stopping_section", "training_section"]


@SHARED.rule(EarlyStopping, emulated="one class for all backends, counting as declared")
def early_stopping(callback: EarlyStopping) -> Expression:
    """Write the object that decides."""
    known = _known(callback)
    options = {
        "monitor": callback.monitor,
        "patience": int(callback.patience.value),
        "min_delta": callback.min_delta,
        "larger_is_better": callback.larger_is_better(),
        "baseline": callback.baseline,
        "start_from_epoch": callback.start_from_epoch,
        "restore_best": callback.restore_best,
    }
    given = {name: value for name, value in options.items() if name not in known.unused}
    return call("EarlyStopping", **{name: literal(v) for name, v in given.items()})


def _known(callback: EarlyStopping) -> Known:
    """What a program knows of the options of the class."""
    facts = {
        "self.larger_is_better": callback.larger_is_better(),
        "self.restore_best": callback.restore_best,
    }
    unused = {"larger_is_better", "restore_best"}
    if callback.baseline is None:
        facts["self.baseline is None"] = True
        unused.add("baseline")
    if not callback.start_from_epoch:
        facts["epoch < self.start_from_epoch"] = False
        unused.add("start_from_epoch")
    return Known(facts, frozenset(unused))


def stopping_of(program: Program) -> EarlyStopping | None:
    """The early stopping of a program, if it has one."""
    if program.training is None:
        return None
    for callback in only_phase(program.training).callbacks:
        if isinstance(callback, EarlyStopping):
            return callback
    return None


def stopping_field(program: Program) -> str:
    """The line of the state's class that holds the early stopping, indented by four."""
    if stopping_of(program) is None:
        return "    stopping: None = None  # the spec has no early stopping"
    return "    stopping: EarlyStopping = field(default_factory=new_stopping)"


def stopping_section(program: Program, table: Table = SHARED) -> Section | None:
    """`new_stopping()`, which must come before the state's class; None if not used.

    `table` has the callback's lowering, which writes a call of the class EarlyStopping.
    """
    callback = stopping_of(program)
    if callback is None:
        return None
    value = table.lowering(callback).write(callback)
    lines = [
        "def new_stopping() -> EarlyStopping:",
        '    """Return early stopping that has seen no epoch yet."""',
        statement(value, 4, "return "),
    ]
    pieces = frozenset({"EarlyStopping"})
    return Section("\n".join(lines), pieces, known=_known(callback))


_TRAIN = '''
def train(
    batches: Any, state: State | None = None, hooks: Hooks | None = None
) -> tuple[State, list[Figures]]:
    """Train until EPOCHS epochs are done; return the state and a record of each.

    `batches` gives batches as ArrayBatches does; a `state` goes on from where it is.
$raises
    """
    state, hooks = state or init_state(), hooks or Hooks()
    state.steps_per_epoch = batches.steps_per_epoch
    history: list[Figures] = []
    while state.epoch < EPOCHS$going:
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
            "epoch": state.epoch + 1,
            "step": state.step,
            "seconds": time.perf_counter() - began,
            "learning_rate": learning_rate(state.step - 1, state.steps_per_epoch),
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
$check_weights
        state.epoch += 1
        history.append(record)
        hooks.on_epoch(state, record)
$restore
    return state, history
'''

_RAISES = """\
    A NotFiniteError says which figure, or weight at the end, is infinite or no number."""
_POP = """\
            norm = logs.pop("gradient_norm", 0.0)"""
_CHECK = """\
            check_finite({"loss": logs["loss"]}, state.step, batch)"""
_CHECK_NORM = """\
            looked_at = {"loss": logs["loss"], "gradient_norm": norm}
            check_finite(looked_at, state.step, batch)"""
_CHECK_HELD_OUT = """\
            check_finite(figures, state.step)"""
_CHECK_WEIGHTS = """\
        if state.epoch + 1 == EPOCHS$ended:
            arrays = export_weights(state).items()
            sizes = {path: float(abs(array).max()) for path, array in arrays}
            check_finite(sizes, state.step)"""
_STOP = """\
        state.stopping.update(state.epoch, record, partial(export_weights, state))"""
_RESTORE = """\
    if state.stopping.best_weights is not None:
        import_weights(state, state.stopping.best_weights)"""


def training_section(program: Program) -> Section:
    """`train(batches, state, hooks)`."""
    assert program.training is not None, "a model alone is not trained"
    callback = stopping_of(program)
    checks = program.training.on_nan == "stop"
    clips = only_phase(program.training).optimizer.clipping() is not None
    restores = callback is not None and callback.restore_best
    ended = " or state.stopping.stopped" if callback is not None else ""
    text = fill(
        _TRAIN,
        raises=_RAISES if checks else "",
        going=" and not state.stopping.stopped" if callback is not None else "",
        norm=_POP if clips and checks else _POP.replace("norm = ", "") if clips else "",
        check="" if not checks else _CHECK_NORM if clips else _CHECK,
        check_held_out=_CHECK_HELD_OUT if checks else "",
        stop=_STOP if callback is not None else "",
        check_weights=fill(_CHECK_WEIGHTS, ended=ended) if checks else "",
        restore=_RESTORE if restores else "",
    )
    return naming(text, SHARED.packages)
