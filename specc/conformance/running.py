"""What programs must do when they run: the same again, the same as the others, all of it."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np

from ..backend import Obstacle, backend
from ..catalog.construct import Construct
from ..catalog.registry import catalog
from ..ir import Program
from ..verify import Verdict
from ..verify.faults import LISTED, of_construct, selftest
from ..verify.preparing import prepare
from ..verify.protocol import JUDGE, Reading
from ..verify.samples import MODELS, base, batches_for, in_shapes
from ..verify.samples.bundles import instances
from .errors import Broken, Unsupported
from .observe import effect, observe, questions
from .workbench import Workbench, usable, written

__all__ = [
    "checkpoints",
    "deterministic",
    "equal_construct",
    "equal_program",
    "faults_noticed",
    "guarded",
    "rivals",
    "sample",
    "whole",
]

#: What importing damaged weights, or a damaged state, must raise.
GUARDS = {
    "missing": "KeyError",
    "unexpected": "KeyError",
    "misshapen": "ValueError",
    "transposed": "ValueError",
}


def rivals(name: str) -> tuple[str, ...]:
    """Whom a backend is compared with: the judge, and the judge with everyone."""
    if name != JUDGE:
        return (JUDGE,)
    return tuple(other for other in usable() if other != JUDGE)


def reasons(obstacles: tuple[Obstacle, ...]) -> str:
    """Why a program is refused, in one line."""
    return "; ".join(dict.fromkeys(obstacle.why for obstacle in obstacles))


def sample(construct: Construct, name: str) -> Program:
    """A small program with a construct that a backend takes.

    Raises:
        Unsupported: it takes none.
    """
    why = "no program is known for it"
    for (program,) in in_shapes(construct):
        obstacles = backend(name).obstacles(program)
        if not obstacles:
            return program
        why = reasons(obstacles)
    raise Unsupported(why)


def whole(name: str) -> Program:
    """The first of the whole sample models that a backend takes; else dense layers."""
    for make in MODELS.values():
        program = make()
        if not backend(name).obstacles(program):
            return program
    return sample(base(catalog().find("layer", "Dense")), name)


def equal_program(program: Program, name: str, bench: Workbench) -> str:
    """A program does the same as the judge's.

    Raises:
        Broken: it does not.
        Unsupported: the backend refuses it.
    """
    emissions, refused = written(program, (name, *rivals(name)))
    if name in refused:
        raise Unsupported(reasons(refused[name]))
    if len(emissions) < 2:
        raise Unsupported("; ".join(map(reasons, refused.values())))
    verdict = bench.compare(program, emissions)
    if verdict.equal:
        return f"{verdict.compared} tensors"
    guilty = verdict.differences[0].guilty if verdict.differences else None
    others = {side: text for side, text in emissions.items() if side != guilty}
    if guilty == name or len(others) in (1, len(emissions)):
        raise Broken(_told(verdict))
    again = bench.compare(program, others)
    if not again.equal:
        raise Broken(_told(again))
    return f"{again.compared} tensors; {guilty} is the one that differs"


def equal_construct(kind: type[Construct], name: str, bench: Workbench) -> str:
    """Every sample of a construct does the same as the judge's.

    Raises:
        Broken: one does not.
        Unsupported: the backend refuses all of them.
    """
    equal, why = 0, ""
    for instance in instances(kind):
        shown = instance.model_dump_json(exclude_defaults=True)
        try:
            equal_program(sample(instance, name), name, bench)
        except Unsupported as refusal:
            why = str(refusal)
        except Broken as broken:
            raise Broken(f"{shown}: {broken}") from None
        else:
            equal += 1
    if not equal:
        raise Unsupported(why)
    return f"{equal} samples equal" + (f"; others refused: {why}" if why else "")


def deterministic(name: str, bench: Workbench) -> str:
    """The same program, run twice, does the same to the bit.

    Raises:
        Broken: it does not.
    """
    program = whole(name)
    emission = written(program, (name,))[0][name]
    again = dataclasses.replace(emission, text=f"{emission.text}# once more\n")
    exam = questions(program)
    one, two = (observe(exam, {name: e}, bench.pool)[name] for e in (emission, again))
    found = effect(one, two, exact=True)
    if found is not None:
        raise Broken(f"two runs differ in {found}")
    return f"{len(one.arrays)} arrays"


def checkpoints(name: str, bench: Workbench) -> str:
    """Training from an exported state comes out as training straight on.

    Raises:
        Broken: it does not.
    """
    reading, last = _examined(name, bench)
    resumed, straight = reading.under("resumed"), reading.under(f"steps/{last}")
    if not resumed or resumed.keys() != straight.keys():
        raise Broken(f"the state has {sorted(resumed)}, not {sorted(straight)}")
    for path, array in straight.items():
        if not np.array_equal(array, resumed[path], equal_nan=True):
            raise Broken(f"{path} differs after training was resumed")
    return f"{len(straight)} arrays to the bit"


def guarded(name: str, bench: Workbench) -> str:
    """Damaged weights and states are refused with the right error, and change nothing.

    Raises:
        Broken: some are accepted, or raise another.
    """
    reading, _ = _examined(name, bench)
    found: dict[str, str] = reading.figures["guards"]
    for what, (word, error) in itertools.product(("weights", "state"), GUARDS.items()):
        tried = [d for d in found if d.startswith(f"{what}: {word}")]
        if not tried and word != "transposed":
            raise Broken(f"{what}, {word}: not tried")
        for damage in tried:
            if found[damage] != error:
                raise Broken(f"{damage}: {found[damage]}, not {error}")
    return ", ".join(found)


def _examined(name: str, bench: Workbench) -> tuple[Reading, int]:
    """What a program does when asked everything, and the last step it recorded."""
    program = whole(name)
    emission = written(program, (name,))[0][name]
    exam = prepare(program, batches_for(program), 10, guards=True)
    return observe(exam, {name: emission}, bench.pool)[name], exam.record[-1]


def faults_noticed(
    kind: type[Construct], name: str, bench: Workbench, most: int = 2
) -> str:
    """Faults planted in what a backend writes for a construct are noticed.

    Raises:
        Broken: one is not.
        Unsupported: there is no text to plant one in.
    """
    if name == JUDGE:
        raise Unsupported("the judge is held against the others, not against itself")
    path = f"{kind.family}/{kind.keyword}"
    by_hand = (f for f in LISTED if f.backend == name and f.construct == path)
    found = itertools.chain(of_construct(kind, name), by_hand)
    planted = [*itertools.islice((f for f in found if not f.equivalent), most)]
    if not planted:
        raise Unsupported("it has no arguments that could be wrong, or is refused")
    result = selftest(planted, bench.pool)
    if result.wrong or result.unplanted:
        raise Broken(result.render())
    return f"{result.killed} of {result.planted}"


def _told(verdict: Verdict) -> str:
    for difference in verdict.differences:
        at, size = difference.node or difference.tensor, difference.size
        told = f"{difference.part}: {at} {difference.reason} by {size:.2g}"
        side = difference.guilty
        return f"{told}; {side} is the one that differs" if side else told
    for failure in verdict.failures:
        return f"{failure.backend}: {failure.why}"
    return verdict.outcome
