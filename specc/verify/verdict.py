"""What a comparison found, as plain data."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "Check",
    "Difference",
    "Failure",
    "Outcome",
    "Place",
    "Portable",
    "Refused",
    "Standing",
    "Trace",
    "Verdict",
]

Outcome = Literal["equal", "refused", "different", "not comparable"]


@dataclass(frozen=True)
class Place:
    """A place in a spec."""

    source: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line}"


@dataclass(frozen=True)
class Trace:
    """The largest errors of one sort of tensors by step: parameters, buffers, slots …

    `sides` as in `Check.errors`. Of a long run each step stands for its neighbours too.
    """

    sort: str
    sides: str
    steps: tuple[int, ...]
    errors: tuple[float, ...]


@dataclass(frozen=True)
class Check:
    """One part of the comparison in one precision.

    `compared` counts tensors (each once a batch or step), `expected` says how many the
    intermediate form demands. `worst` is the largest relative difference, found at
    `where`; `tensors` has the largest of each tensor: in float32 the ratio of the sides'
    errors. `errors` has the errors themselves, by pair of sides (``keras|torch``) and
    tensor; in float32 by side, each against its run in float64. `excused` names tensors
    that are beyond the gate and yet no difference, each with the evidence. `unit` says what
    `worst` and `gate` are where they are no relative differences. `left_out` counts tensors
    that were expected and not compared, for an earlier step of training differs.
    """

    precision: str
    part: str
    compared: int
    expected: int
    worst: float
    where: str
    gate: float
    passed: bool
    tensors: dict[str, float]
    errors: dict[str, dict[str, float]]
    traces: tuple[Trace, ...] = ()
    excused: dict[str, str] = dataclasses.field(default_factory=dict[str, str])
    unit: str = ""
    left_out: int = 0


@dataclass(frozen=True)
class Difference:
    """Something on which the sides disagree.

    `sizes` gives the relative difference of each pair of sides; `guilty` the side that
    differs from the others where those agree. `node` is the node, layer or part held
    responsible; `place` its place in the spec, and `emitted` where the programs of the
    sides compute it: first and last lines (of the first few differences).
    """

    precision: str
    part: str
    tensor: str
    reason: str
    size: float
    gate: float
    sizes: dict[str, float]
    guilty: str | None = None
    node: str = ""
    field: str = ""
    place: Place | None = None
    step: int | None = None
    batch: str | None = None
    hint: str | None = None
    emitted: dict[str, tuple[tuple[int, int], ...]] = dataclasses.field(
        default_factory=dict[str, tuple[tuple[int, int], ...]]
    )


@dataclass(frozen=True)
class Failure:
    """A backend that gave no answer to compare: it died, or its program raised.

    `line` is that of the emitted program that was running, if one was.
    """

    backend: str
    why: str
    detail: str
    node: str = ""
    place: Place | None = None
    line: int | None = None


@dataclass(frozen=True)
class Refused:
    """A construct that a backend does not honour."""

    backend: str
    keyword: str
    why: str
    owner: str
    place: Place | None = None


@dataclass(frozen=True)
class Standing:
    """How a backend computes a construct: by its framework's call, written out, or not.

    `text` names the call or the difference in formula, or says why it is refused.
    `errors` has, by precision, the largest error of the tensors in which the construct
    shows: in float64 against the judge (where it took part), in float32 against float64.
    """

    how: Literal["exact", "emulated", "refused"]
    text: str
    errors: dict[str, float] = dataclasses.field(default_factory=dict[str, float])


@dataclass(frozen=True)
class Portable:
    """A construct that the spec uses, and how it stands on each backend."""

    keyword: str
    family: str
    formula: str
    places: tuple[Place, ...]
    backends: dict[str, Standing]


@dataclass(frozen=True)
class Verdict:
    """The result of a comparison; `differences` begin with the one to look at first.

    `versions` are those of the packages in each worker; `environment` says under what else
    it was made: seed, device, Python, specc.
    """

    outcome: Outcome
    name: str
    backends: tuple[str, ...]
    steps: int
    checks: tuple[Check, ...] = ()
    differences: tuple[Difference, ...] = ()
    failures: tuple[Failure, ...] = ()
    refusals: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()
    versions: dict[str, dict[str, str]] = dataclasses.field(
        default_factory=dict[str, dict[str, str]]
    )
    portability: tuple[Portable, ...] = ()
    environment: dict[str, str | int] = dataclasses.field(
        default_factory=dict[str, str | int]
    )

    @property
    def equal(self) -> bool:
        """Whether the programs were shown to be equivalent."""
        return self.outcome == "equal"

    @property
    def compared(self) -> int:
        """How many tensors were compared."""
        return sum(check.compared for check in self.checks)

    @property
    def expected(self) -> int:
        """How many the intermediate form demands."""
        return sum(check.expected for check in self.checks)

    @property
    def stopped(self) -> bool:
        """Whether the comparison of training stopped at its first difference."""
        return any(check.left_out for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Every number, as data for `json.dumps` (infinite ones become text)."""
        return _plain(dataclasses.asdict(self))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
