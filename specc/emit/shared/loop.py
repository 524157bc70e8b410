"""The loop over epochs of an emitted program, and early stopping."""

from __future__ import annotations

from ...catalog.callbacks import EarlyStopping
from ...ir import Phase, Program
from ..lowering import Table
from ..pieces import Known
from ..source import Expression, call, literal, statement
from .phased_loop import phased_training_section
from .phases import by_phase, several
from .section import Section, fill, naming
from .table import SHARED

__all__ = ["stopping_field", "stopping_of", "stopping_section", "training_section"]


@SHARED.rule(EarlyStopping, emulated="one class for all backends, counting as declared")
def early_stopping(callback: EarlyStopping, known: Known | None = None) -> Expression:
    """Write the object that decides; `known` is what is known of the class."""
    known = _known(callback) if known is None else known
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


#: What is known where an option of the class is never given.
_FACTS = {
    "larger_is_better": "self.larger_is_better",
    "restore_best": "self.restore_best",
    "baseline": "self.baseline is None",
    "start_from_epoch": "epoch < self.start_from_epoch",
}


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


def stopping_of(phase: Phase) -> EarlyStopping | None:
    """The early stopping of a phase, if it has one."""
    for callback in phase.callbacks:
        if isinstance(callback, EarlyStopping):
            return callback
    return None


def _stoppings(program: Program) -> list[EarlyStopping]:
    """The early stopping of each phase that has one."""
    phases = program.training.phases if program.training else ()
    return [found for found in map(stopping_of, phases) if found is not None]


def stopping_field(program: Program) -> str:
    """The line of the state's class that holds the early stopping, indented by four."""
    found = _stoppings(program)
    if not found:
        return "    stopping: None = None  # the spec has no early stopping"
    if several(program.training):
        none = "" if _all_stop(program) else " | None"
        return f"    stopping: EarlyStopping{none} = field(init=False)"
    return "    stopping: EarlyStopping = field(default_factory=new_stopping)"


def _all_stop(program: Program) -> bool:
    """Whether every phase has early stopping."""
    assert program.training is not None, "a model alone is not trained"
    return len(_stoppings(program)) == len(program.training.phases)


def stopping_section(program: Program, table: Table = SHARED) -> Section | None:
    """`new_stopping()`, which must come before the state's class; None if not used.

    `table` has the callback's lowering, which writes a call of the class EarlyStopping.
    With several phases `new_stopping` takes the phase.
    """
    callbacks, training = _stoppings(program), program.training
    if not callbacks or training is None:
        return None
    known = Known.common([*map(_known, callbacks)])
    unused = {name for name in known.unused if _FACTS[name] in known.facts}
    known = Known(known.facts, frozenset(unused))

    def write(phase: Phase, indent: int) -> list[str]:
        callback = stopping_of(phase)
        if callback is None:
            return [f"{' ' * indent}return None"]
        value = table.lowering(callback).write(callback, known)
        return [statement(value, indent, "return ")]

    none = "" if _all_stop(program) else " | None"
    taken = "phase: int" if several(training) else ""
    lines = [
        f"def new_stopping({taken}) -> EarlyStopping{none}:",
        '    """Return early stopping that has seen no epoch yet."""',
        *by_phase(training, write),
    ]
    pieces = frozenset({"EarlyStopping"})
    return Section("\n".join(lines), pieces, known=known)


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
    training = program.training
    assert training is not None, "a model alone is not trained"
    callbacks = _stoppings(program)
    checks = training.on_nan == "stop"
    clips = any(p.optimizer.clipping() is not None for p in training.phases)
    restores = any(callback.restore_best for callback in callbacks)
    ended = " or state.stopping.stopped" if callbacks else ""
    parts = {
        "raises": _RAISES if checks else "",
        "norm": _POP
        if clips and checks
        else _POP.replace("norm = ", "")
        if clips
        else "",
        "check": "" if not checks else _CHECK_NORM if clips else _CHECK,
        "check_held_out": _CHECK_HELD_OUT if checks else "",
    }
    if several(training):
        return phased_training_section(parts, callbacks, _all_stop(program), checks)
    text = fill(
        _TRAIN,
        **parts,
        going=" and not state.stopping.stopped" if callbacks else "",
        stop=_STOP if callbacks else "",
        check_weights=fill(_CHECK_WEIGHTS, ended=ended) if checks else "",
        restore=_RESTORE if restores else "",
    )
    return naming(text, SHARED.packages)
