"""What programs have of which each phase of the training has its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...ir import Phase, Program, Training
from ..pieces import Known
from ..source import assign, literal

__all__ = [
    "at_phase",
    "by_phase",
    "known_of",
    "phase_constants",
    "several",
    "slots_constant",
]


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
