"""Which rows are used, and how they are divided into parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import singledispatch

import numpy as np

from ..catalog.families import Transform
from ..catalog.transforms import Keep, Take
from ..catalog.transforms.rows import COMPARE
from ..diagnostics.fault import Fault
from ..diagnostics.model import Level, Problem, Span
from ..ir import Data
from ..runtime.random import permutation
from .fields import read_field
from .places import Places
from .table import Table

__all__ = ["PARTS", "Choosing", "choose", "choose_rows", "split"]

#: The parts of a data set, in the order in which the seeded order is dealt to them.
PARTS = ("test", "validation", "training")


@dataclass
class Choosing:
    """What a transform that chooses rows has to go by.

    `names` are all fields of the source; `table` has those that are bound or that a
    transform `reads`. `position` is the transform's among those of the data block.
    """

    data: Data
    table: Table
    names: tuple[str, ...]
    position: int
    span: Span | None
    warnings: list[Problem] = field(default_factory=list[Problem])

    def numbers(self, name: str, rows: np.ndarray) -> np.ndarray:
        """The values of a field, or of a binding of one field, in some rows.

        Raises:
            Fault: it has not one number in each of them.
        """
        name = read_field(name, self.data, self.names)
        values = self.table.fields[name]
        if values[:1].size != 1:
            why = f"{name} has the shape {values.shape[1:]} in each example"
            hint = "a field with a single number in each example"
            raise Fault(Problem("data-shape", why, self.span, expected=hint))
        values = values.reshape(-1)[rows]
        if np.isnan(values).any():
            row = self.table.row(rows[np.isnan(values)][0])
            why = (
                f"{name} is missing or not a number in {row}, so it cannot be compared"
            )
            raise Fault(Problem("data-not-finite", why, self.span))
        return values


@singledispatch
def choose_rows(
    transform: Transform, rows: np.ndarray, choosing: Choosing
) -> np.ndarray:
    """The numbers of the rows that a transform leaves, in the order it leaves them.

    A transform from another package registers its own function here.

    Args:
        transform: one that chooses rows.
        rows: those that transforms before it left.
        choosing: the data.

    Raises:
        Fault: it cannot be applied.
    """
    why = f"nothing is registered that chooses rows by {transform.keyword}"
    raise Fault(Problem("data-unregistered", why, choosing.span))


@choose_rows.register
def _(transform: Keep, rows: np.ndarray, choosing: Choosing) -> np.ndarray:
    """The rows for which the comparison holds."""
    where = transform.where
    values = choosing.numbers(where.field, rows)
    return rows[COMPARE[where.operator](values, where.value)]


@choose_rows.register
def _(transform: Take, rows: np.ndarray, choosing: Choosing) -> np.ndarray:
    """The first rows of the seeded order."""
    count = transform.count
    if count > len(rows):
        why = f"take({count}) finds only {len(rows)} rows and takes them all"
        warning = Problem("data-few-rows", why, choosing.span, Level.WARNING)
        choosing.warnings.append(warning)
    place, seed = str(choosing.position), choosing.data.split_seed
    return rows[permutation(seed, "take", place, len(rows))[:count]]


def choose(
    data: Data, table: Table, names: tuple[str, ...], places: Places
) -> tuple[np.ndarray, list[Problem]]:
    """The numbers of the rows that the filters leave, in the order they leave them.

    Returns:
        the rows, and warnings.

    Raises:
        Fault: no row is left, or a filter cannot be applied.
    """
    rows, warnings = np.arange(len(table)), list[Problem]()
    for position, transform in enumerate(data.transforms):
        if not transform.chooses_rows:
            continue
        span = places.transform(position)
        choosing = Choosing(data, table, names, position, span, warnings)
        rows = choose_rows(transform, rows, choosing)
        if not len(rows):
            why = f"no row is left after {transform.keyword}(…)"
            raise Fault(Problem("data-empty-part", why, span))
    return rows, warnings


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
