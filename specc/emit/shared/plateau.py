"""A learning rate that is lowered on a plateau, in an emitted program.

Its lowering is for a backend to enter in its own table: it has to ask `rate_of_update`
for the rate, and to export what `export_plateau` gives.
"""

from __future__ import annotations

from ...catalog.callbacks import ReduceOnPlateau
from ...ir import Phase, Program, Training
from ..lowering import Table
from ..pieces import Known
from ..source import Expression, call, literal, statement
from .phases import by_phase, several
from .section import Section
from .watching import direction

__all__ = [
    "enter_plateau",
    "lowers",
    "plateau_field",
    "plateau_known",
    "plateau_of",
    "plateau_section",
    "rate_of_update",
]


def enter_plateau(table: Table) -> None:
    """Enter the lowering in the table of a backend whose programs ask for the rate."""
    how = "one class for all backends, counting as declared"
    table.rule(ReduceOnPlateau, emulated=how)(reduce_on_plateau)


def reduce_on_plateau(
    callback: ReduceOnPlateau, known: Known | None = None, rate: str = "rate"
) -> Expression:
    """Write the object that decides; `rate` is the expression of the first rate."""
    options = {
        "monitor": callback.monitor,
        "factor": callback.factor,
        "patience": int(callback.patience.value),
        "min_delta": callback.min_delta,
        "larger_is_better": callback.larger_is_better(),
        "cooldown": int(callback.cooldown.value),
        "min_learning_rate": callback.min_learning_rate,
    }
    unused = known.unused if known is not None else frozenset[str]()
    given = {n: literal(v) for n, v in options.items() if n not in unused}
    return call("ReduceOnPlateau", rate, **given)


def plateau_of(phase: Phase) -> ReduceOnPlateau | None:
    """What lowers the learning rate of a phase, if anything does."""
    for callback in phase.callbacks:
        if isinstance(callback, ReduceOnPlateau):
            return callback
    return None


def lowers(training: Training | None) -> bool:
    """Whether the learning rate of any phase is lowered on a plateau."""
    phases = training.phases if training is not None else ()
    return any(plateau_of(phase) is not None for phase in phases)


def plateau_known(training: Training | None) -> Known:
    """What pieces that are in all programs know of it."""
    return Known({"hasattr(state, 'plateau')": lowers(training)})


def rate_of_update(training: Training, step: str = "step") -> str:
    """The expression of the rate of an update of a state, before which are so many."""
    if several(training):
        return f"rate_at(state, {step})"
    if lowers(training):
        return "state.plateau.rate"
    return f"learning_rate({step}, state.steps_per_epoch)"


def plateau_field(training: Training | None) -> list[str]:
    """The line of the state's class that holds it, indented by four; or none."""
    if not lowers(training):
        return []
    if several(training):
        return ["    plateau: ReduceOnPlateau | None = field(init=False)"]
    return ["    plateau: ReduceOnPlateau = field(default_factory=new_plateau)"]


def plateau_section(program: Program, table: Table) -> Section | None:
    """`new_plateau()`, which must come before the state's class; None if not used.

    With several phases it takes the phase, and gives None for one that has no such rule.
    """
    training = program.training
    if training is None or not lowers(training):
        return None
    known = direction(program)
    rate = f"learning_rate(0, 1{', phase' if several(training) else ''})"

    def write(phase: Phase, indent: int) -> list[str]:
        callback = plateau_of(phase)
        if callback is None:
            return [f"{' ' * indent}return None"]
        value = table.lowering(callback).write(callback, known, rate)
        return [statement(value, indent, "return ")]

    every = all(plateau_of(phase) is not None for phase in training.phases)
    taken = "phase: int" if several(training) else ""
    lines = [
        f"def new_plateau({taken}) -> ReduceOnPlateau{'' if every else ' | None'}:",
        '    """Return what lowers the learning rate, and has seen no epoch yet."""',
        *by_phase(training, write),
    ]
    return Section("\n".join(lines), frozenset({"ReduceOnPlateau"}), known=known)
