"""What names and expressions stand for: values, and what takes their place."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from ..catalog.construct import Construct
from ..catalog.types import Shape
from ..diagnostics.model import Span
from .report import Report

__all__ = [
    "ABSENT",
    "LARGEST",
    "UNITS",
    "Absent",
    "Held",
    "Number",
    "Param",
    "Params",
    "Size",
    "Unknown",
    "Value",
    "kind_of",
]

Number = int | float
Value = int | float | bool | str
#: What a name may stand for besides a value: a construct, ``none``, a shape.
Held = Value | Construct | Shape | None
#: Bytes of each unit of memory.
UNITS: Final = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
#: No whole number of a spec may be larger.
LARGEST: Final = 2**63 - 1


class Size(str):
    """A size that is known only at run time, by its name."""


class Absent:
    """Stands for a value that could not be had; the reason is reported already."""


ABSENT: Final = Absent()


@dataclass(frozen=True)
class Unknown(Absent):
    """Stands for a value of a block that nothing uses: only of what sort it is is known.

    `sort` is the type of plain values, the family of constructs, None for anything.
    """

    sort: type | str | None = None

    def __str__(self) -> str:
        return "…"

    def may_be(self, *sorts: type | str) -> bool:
        """Whether it can be of one of these sorts."""
        return self.sort is None or self.sort in sorts


@dataclass
class Param:
    """A name for a value: a param of the file, an argument of a block, a loop's variable.

    The value is ABSENT where it is wrong.
    """

    name: str
    span: Span
    value: Held | Absent
    used: bool = False


@dataclass
class Params:
    """The params in force, and how many more expressions may be evaluated."""

    table: dict[str, Param] = field(default_factory=dict[str, Param])
    work: int = 500_000
    #: Whether shapes and amounts of memory are values, as in assertions.
    amounts: bool = False
    #: Whether it has been reported that there is no more work.
    exhausted: bool = False

    def spend(self, amount: int, span: Span, report: Report) -> bool:
        """Whether there is that much work left; what goes beyond is reported once."""
        self.work -= amount
        if self.work < 0 and not self.exhausted:
            self.exhausted = True
            report.error("too-much-work", "this file asks for too much work", span)
        return self.work >= 0

    @contextmanager
    def within(
        self, table: Mapping[str, Param], amounts: bool = False
    ) -> Generator[None]:
        """These params are in force instead."""
        before = self.table, self.amounts
        self.table, self.amounts = dict(table), amounts
        try:
            yield
        finally:
            self.table, self.amounts = before

    def find(self, name: str) -> Param | None:
        """The param of that name, marked as used."""
        found = self.table.get(name)
        if found is not None:
            found.used = True
        return found


def kind_of(value: object) -> str:
    """What sort of value it is, in words."""
    names: dict[type, str] = {
        tuple: "a shape",
        bool: "true or false",
        Size: "a size that is known only at run time",
        int: "a whole number",
        float: "a number",
    }
    sort = value.sort if isinstance(value, Unknown) else type(value)
    return names.get(sort, "a text") if isinstance(sort, type) else "a value"
