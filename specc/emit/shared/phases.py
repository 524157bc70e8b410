"""What programs have of which each phase of the training has its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...ir import Phase, Program, Training
from ..pieces import Known
from ..source import assign, literal
from .section import fill

__all__ = [
    "COUNTERS_OF_PHASE",
    "at_phase",
    "by_phase",
    "export_state_text",
    "import_state_text",
    "known_of",
    "phase_constants",
    "several",
    "slots_constant",
]

#: The fields of the state's class that say which phase it is in, indented by four.
COUNTERS_OF_PHASE = """\
    phase: int = 0
    phase_step: int = 0  # the updates and
    phase_epoch: int = 0  # the epochs that were done when the phase began"""


def several(training: Training | None) -> bool:
    """Whether a training has several phases."""
    return training is not None and len(training.phases) > 1


def by_phase(
    training: Training,
    write: Callable[[Phase, int], Iterable[str]],
    on: str = "phase",
) -> list[str]:
    """The lines of a function's body that each phase has its own of.

    Args:
        training: of one phase or several.
        write: the lines of a phase, indented by so many; all may end in return.
        on: the expression that has the number of the phase.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, phase in enumerate(training.phases):
        groups.setdefault(tuple(write(phase, 4)), []).append(number)
    if len(groups) == 1:
        return list(next(iter(groups)))
    returns = all(lines[-1:] and _returns(lines) for lines in groups)
    found: list[str] = []
    told = [numbers for lines, numbers in groups.items() if lines]
    for place, numbers in enumerate(told):
        phase = training.phases[numbers[0]]
        if place == len(told) - 1 and len(told) == len(groups):
            found += write(phase, 4) if returns else ["    else:", *write(phase, 8)]
            continue
        word = "elif" if place and not returns else "if"
        found += [f"    {word} {at_phase(numbers, on)}:", *write(phase, 8)]
    return found


def _returns(lines: tuple[str, ...]) -> bool:
    """Whether a block ends in return."""
    return any(line.startswith("    return ") for line in lines)


def at_phase(numbers: list[int], on: str = "phase") -> str:
    """The condition that the phase is one of some."""
    if len(numbers) == 1:
        return f"{on} == {numbers[0]}"
    return f"{on} in ({', '.join(map(str, numbers))})"


def known_of(kinds: Iterable[tuple[str, Known]]) -> Known:
    """What is known of pieces that are used in several ways, each under its kind."""
    groups: dict[str, list[Known]] = {}
    for kind, known in kinds:
        groups.setdefault(kind, []).append(known)
    found = Known()
    for group in groups.values():
        found |= Known.common(group)
    return found


def phase_constants(program: Program) -> list[str]:
    """PHASES, EPOCHS and FROZEN, each with an entry for each phase."""
    training = program.training
    assert training is not None, "a model alone is not trained"
    names = tuple(phase.name for phase in training.phases)
    epochs = tuple(phase.epochs for phase in training.phases)
    frozen = tuple(
        (*program.frozen(phase), *program.at_rest(phase)) for phase in training.phases
    )
    return [
        assign("PHASES", literal(names)),
        assign("EPOCHS", literal(epochs)),
        assign("FROZEN", literal(frozen)),
    ]


def slots_constant(training: Training) -> str:
    """SLOTS: the slots of the optimizer of each phase."""
    slots = tuple(phase.optimizer.slots() for phase in training.phases)
    note = "# What the optimizer of each phase keeps for a weight."
    return "\n".join([note, assign("SLOTS", literal(slots))])


_EXPORT = '''
def export_state(state: State) -> Arrays:
    """Return weights, buffers, the optimizer's slots and the counters."""
$arrays
    return arrays | export_counters(state)
'''


_IMPORT = '''
def expected_state(state: State, phase: int) -> Arrays:
    """Return arrays with the names and shapes of those that a state in a phase has."""
    arrays = export_weights(state)
    for path in $weights:
        if path not in FROZEN[phase]:
            slots = {f"optimizer/{slot}/{path}": arrays[path] for slot in SLOTS[phase]}
            arrays |= slots
    return arrays | export_counters(state)


def import_state(state: State, arrays: Arrays) -> None:
    """Take over what export_state returned; raises as import_weights does."""
    phase = phase_of(arrays, len(PHASES))
    check_arrays(expected_state(state, phase), arrays)
    if phase != state.phase:
        begin_phase(state, phase)
$put
    import_counters(state, arrays)
'''


def export_state_text(arrays: str) -> str:
    """`export_state`; `arrays` has the statements that make those but the counters."""
    return fill(_EXPORT, arrays=arrays)


def import_state_text(weights: str, put: str) -> str:
    """`expected_state` and `import_state`.

    Args:
        weights: an expression for the paths of all weights.
        put: the statements that take over all arrays but the counters.
    """
    return fill(_IMPORT, weights=weights, put=put)
