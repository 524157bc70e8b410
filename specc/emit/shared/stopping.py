"""Early stopping in an emitted program."""

from __future__ import annotations

from ...catalog.callbacks import EarlyStopping
from ...ir import Phase, Program
from ..lowering import Table
from ..pieces import Known
from ..source import Expression, call, literal, statement
from .phases import by_phase, several
from .section import Section
from .table import SHARED
from .watching import direction, direction_of

__all__ = [
    "all_stop",
    "stopping_field",
    "stopping_of",
    "stopping_section",
    "stoppings",
]


@SHARED.rule(EarlyStopping, emulated="one class for all backends, counting as declared")
def early_stopping(callback: EarlyStopping, known: Known | None = None) -> Expression:
    """Write the object that decides; `known` is what is known of the class."""
    if known is None:
        known = _known(callback) | direction_of(callback.larger_is_better())
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
    "restore_best": "self.restore_best",
    "baseline": "self.baseline is None",
    "start_from_epoch": "epoch < self.start_from_epoch",
}


def _known(callback: EarlyStopping) -> Known:
    """What a program knows of the options that other callbacks do not have."""
    facts = {"self.restore_best": callback.restore_best}
    unused = {"restore_best"}
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


def stoppings(program: Program) -> list[EarlyStopping]:
    """The early stopping of each phase that has one."""
    phases = program.training.phases if program.training else ()
    return [found for found in map(stopping_of, phases) if found is not None]


def stopping_field(program: Program) -> str:
    """The line of the state's class that holds the early stopping, indented by four."""
    found = stoppings(program)
    if not found:
        return "    stopping: None = None  # the spec has no early stopping"
    if several(program.training):
        none = "" if all_stop(program) else " | None"
        return f"    stopping: EarlyStopping{none} = field(init=False)"
    return "    stopping: EarlyStopping = field(default_factory=new_stopping)"


def all_stop(program: Program) -> bool:
    """Whether every phase has early stopping."""
    assert program.training is not None, "a model alone is not trained"
    return len(stoppings(program)) == len(program.training.phases)


def stopping_section(program: Program, table: Table = SHARED) -> Section | None:
    """`new_stopping()`, which must come before the state's class; None if not used.

    `table` has the callback's lowering, which writes a call of the class EarlyStopping.
    With several phases `new_stopping` takes the phase.
    """
    callbacks, training = stoppings(program), program.training
    if not callbacks or training is None:
        return None
    known = Known.common([*map(_known, callbacks)])
    unused = {name for name in known.unused if _FACTS[name] in known.facts}
    known = Known(known.facts, frozenset(unused)) | direction(program)

    def write(phase: Phase, indent: int) -> list[str]:
        callback = stopping_of(phase)
        if callback is None:
            return [f"{' ' * indent}return None"]
        value = table.lowering(callback).write(callback, known)
        return [statement(value, indent, "return ")]

    none = "" if all_stop(program) else " | None"
    taken = "phase: int" if several(training) else ""
    lines = [
        f"def new_stopping({taken}) -> EarlyStopping{none}:",
        '    """Return early stopping that has seen no epoch yet."""',
        *by_phase(training, write),
    ]
    pieces = frozenset({"EarlyStopping"})
    return Section("\n".join(lines), pieces, known=known)
