"""Which rows are used, and how they are divided into parts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..catalog.transforms import Keep, Take
from ..diagnostics.fault import Fault
from ..diagnostics.model import Level, Problem
from ..ir import Data
from ..runtime.random import permutation
from .fields import kept_field
from .places import Places
from .table import Table

__all__ = ["PARTS", "choose", "split"]

#: The parts of a data set, in the order in which the seeded order is dealt to them.
PARTS = ("test", "validation", "training")

_COMPARE = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


@dataclass
class _Chooser:
    """Applies the filters of a data block to a table."""

    data: Data
    table: Table
    names: tuple[str, ...]
    places: Places
    warnings: list[Problem] = field(default_factory=list[Problem])

    def keep(self, rows: np.ndarray, position: int, keep: Keep) -> np.ndarray:
        """The rows for which the comparison holds."""
        span = self.places.transform(position)
        name = kept_field(keep, self.data, self.names)
        values = self.table.fields[name]
        if values[:1].size != 1:
            why = f"{name} has the shape {values.shape[1:]} in each example"
            hint = "a field with a single number in each example"
            raise Fault(Problem("data-shape", why, span, expected=hint))
        values = values.reshape(-1)[rows]
        if np.isnan(values).any():
            row = self.table.row(rows[np.isnan(values)][0])
            why = (
                f"{name} is missing or not a number in {row}, so it cannot be compared"
            )
            raise Fault(Problem("data-not-finite", why, span))
        where = keep.where
        return rows[_COMPARE[where.operator](values, where.value)]

    def take(self, rows: np.ndarray, position: int, take: Take) -> np.ndarray:
        """The first rows of the seeded order."""
        if take.count > len(rows):
            why = f"take({take.count}) finds only {len(rows)} rows and takes them all"
            span = self.places.transform(position)
            warning = Problem("data-few-rows", why, span, Level.WARNING)
            self.warnings.append(warning)
        order = permutation(self.data.split_seed, "take", str(position), len(rows))
        return rows[order[: take.count]]


def choose(
    data: Data, table: Table, names: tuple[str, ...], places: Places
) -> tuple[np.ndarray, list[Problem]]:
    """The numbers of the rows that the filters leave, in the order they leave them.

    Returns:
        the rows, and warnings.

    Raises:
        Fault: no row is left, or a filter cannot be applied.
    """
    chooser = _Chooser(data, table, names, places)
    rows = np.arange(len(table))
    for position, transform in enumerate(data.transforms):
        if isinstance(transform, Keep):
            rows = chooser.keep(rows, position, transform)
        elif isinstance(transform, Take):
            rows = chooser.take(rows, position, transform)
        if transform.chooses_rows and not len(rows):
            span = places.transform(position)
            why = f"no row is left after {transform.keyword}(…)"
            raise Fault(Problem("data-empty-part", why, span))
    return rows, chooser.warnings


def split(data: Data, rows: np.ndarray, places: Places) -> dict[str, np.ndarray]:
    """The rows of each part that the data block asks for, by name.

    With a test or validation part the rows are put in the seeded order and dealt out:
    test, validation of what remains, then training. Without them nothing is moved.

    Raises:
        Fault: a part would be empty.
    """
    if data.test is None and data.validation is None:
        return {"training": rows}
    rows = rows[permutation(data.split_seed, "split", "", len(rows))]
    parts: dict[str, np.ndarray] = {}
    problems: list[Problem] = []
    for name, portion in (("test", data.test), ("validation", data.validation)):
        if portion is None:
            continue
        count = portion.count(len(rows))
        if count == 0 or count >= len(rows):
            what = f"the {name} part" if count == 0 else "the training part"
            why = f"{name} = {portion} of {len(rows)} rows leaves {what} empty"
            problems.append(Problem("data-empty-part", why, places.setting(name)))
            continue
        parts[name], rows = rows[:count], rows[count:]
    if problems:
        raise Fault(problems)
    return {**parts, "training": rows}
