"""Changes of values: what transforms become once they are fitted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .outside import load_outside

__all__ = ["Affine", "Encoded", "Fitted", "Rescaled", "Standardized", "Step"]


#: The kinds of steps by name.
_KINDS: dict[str, type[Step]] = {}


class Step(ABC):
    """A change of the float64 values of some examples; the first axis counts them.

    A kind of its own is a frozen dataclass of arrays with a name, `kind`. It keeps the
    shape of the values.
    """

    kind: ClassVar[str]

    def __init_subclass__(cls) -> None:
        if "kind" in cls.__dict__:
            _KINDS[cls.kind] = cls

    @abstractmethod
    def apply(self, values: np.ndarray) -> np.ndarray:
        """The changed values."""


class Affine(Step):
    """x ← x · a + b with a ≠ 0, entry by entry: what is predicted for a target that it
    changed can be given in the units of the data.
    """

    @abstractmethod
    def undo(self, values: np.ndarray) -> np.ndarray:
        """The values before the change."""

    @abstractmethod
    def undo_spread(self, spread: np.ndarray) -> np.ndarray:
        """Deviations of the values before the change: offsets do not enter."""


@dataclass(frozen=True)
class Standardized(Affine):
    """x ← (x − mean) / deviation; both have the shape of one example."""

    kind: ClassVar[str] = "standardize"
    mean: np.ndarray
    deviation: np.ndarray

    def apply(self, values: np.ndarray) -> np.ndarray:
        return (values - self.mean) / self.deviation

    def undo(self, values: np.ndarray) -> np.ndarray:
        return values * self.deviation + self.mean

    def undo_spread(self, spread: np.ndarray) -> np.ndarray:
        return spread * self.deviation


@dataclass(frozen=True)
class Rescaled(Affine):
    """x ← x · scale + offset; both have the shape of one example, or none."""

    kind: ClassVar[str] = "rescale"
    scale: np.ndarray
    offset: np.ndarray

    def apply(self, values: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore", invalid="ignore"):  # the cast notices
            return values * self.scale + self.offset

    def undo(self, values: np.ndarray) -> np.ndarray:
        return (values - self.offset) / self.scale

    def undo_spread(self, spread: np.ndarray) -> np.ndarray:
        return spread / np.abs(self.scale)


@dataclass(frozen=True)
class Encoded(Step):
    """Class numbers to rows with a single one: (n, …) → (n, …, classes)."""

    kind: ClassVar[str] = "one_hot"
    classes: np.ndarray

    def apply(self, values: np.ndarray) -> np.ndarray:
        return np.equal(values[..., None], np.arange(int(self.classes))).astype(
            np.float64
        )


@dataclass(frozen=True)
class Fitted:
    """The fitted steps of each binding, in the order they apply."""

    steps: dict[str, tuple[Step, ...]]

    def apply(self, binding: str, values: np.ndarray) -> np.ndarray:
        """Raw values of some examples, changed as the training part's were."""
        for step in self.steps.get(binding, ()):
            values = step.apply(np.asarray(values, np.float64))
        return values

    def arrays(self) -> dict[str, np.ndarray]:
        """All that was fitted, by ``binding/position/kind/argument``."""
        return {
            f"{binding}/{position}/{step.kind}/{name}": np.asarray(value)
            for binding, steps in self.steps.items()
            for position, step in enumerate(steps)
            for name, value in vars(step).items()
        }

    @staticmethod
    def from_arrays(arrays: dict[str, np.ndarray]) -> Fitted:
        """The inverse of `arrays`."""
        load_outside()
        found: dict[str, dict[int, tuple[str, dict[str, np.ndarray]]]] = {}
        for path, value in arrays.items():
            binding, position, kind, name = path.split("/")
            steps = found.setdefault(binding, {})
            steps.setdefault(int(position), (kind, {}))[1][name] = value
        return Fitted(
            {
                binding: tuple(
                    _KINDS[kind](**arguments)
                    for _, (kind, arguments) in sorted(s.items())
                )
                for binding, s in found.items()
            }
        )
