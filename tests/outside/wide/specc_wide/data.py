"""What carries out the source and the transforms."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from specc.data.fitting import Fitting, fit
from specc.data.rows import Choosing, choose_rows
from specc.data.steps import Affine, Step
from specc.data.table import Opened, Table, open_source
from specc.diagnostics.model import Span

from .constructs import Center, Every, Rings


@dataclass(frozen=True)
class OpenRings:
    """Points on two rings; every other one is on the outer."""

    count: int
    names: ClassVar[tuple[str, ...]] = ("features", "label")

    def read(self, names: tuple[str, ...]) -> Table:
        """The points by angle."""
        label = np.arange(self.count) % 2
        angle = np.arange(self.count) * 0.7
        points = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (1 + label[:, None])
        fields = {"features": points, "label": label.astype(np.int64)}
        return Table({name: fields[name] for name in names})


@open_source.register
def rings(source: Rings, base: Path, span: Span | None) -> Opened:
    """Open the rings."""
    return OpenRings(source.count)


@choose_rows.register
def every(transform: Every, rows: np.ndarray, choosing: Choosing) -> np.ndarray:
    """Keep every n-th row."""
    return rows[:: transform.n]


@dataclass(frozen=True)
class Centered(Affine):
    """x ← x − median."""

    kind: ClassVar[str] = "center"
    median: np.ndarray

    def apply(self, values: np.ndarray) -> np.ndarray:
        return values - self.median

    def undo(self, values: np.ndarray) -> np.ndarray:
        return values + self.median

    def undo_spread(self, spread: np.ndarray) -> np.ndarray:
        return spread


@fit.register
def center(transform: Center, fitting: Fitting) -> Step:
    """Find the median of each entry."""
    return Centered(np.median(np.concatenate(list(fitting.blocks())), axis=0))
