"""What the comparing process and its workers say to each other.

Requests and replies are JSON objects, one a line; arrays go through safetensors files in
a directory that both can reach. Array names are paths of words joined by slashes.
"""

from __future__ import annotations

import dataclasses
import errno
import os
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import ConfigDict, Field
from safetensors import SafetensorError
from safetensors.numpy import (  # pyright: ignore[reportUnknownVariableType]
    load_file,  # pyright: ignore[reportUnknownVariableType]
    save_file,  # pyright: ignore[reportUnknownVariableType]
)

from ..catalog.construct import Model

__all__ = [
    "JUDGE",
    "STAGES",
    "Alone",
    "Arrays",
    "Case",
    "Later",
    "Mishap",
    "NoRoom",
    "Odd",
    "Precision",
    "Probe",
    "Reading",
    "Relations",
    "Single",
    "read_arrays",
    "write_arrays",
]

#: The backend that judges the others; it takes part in float64 only.
JUDGE = "reference"

#: The stages of a case, in order.
STAGES = (
    "load",
    "build",
    "alone",
    "look",
    "relate",
    "loop",
    "train",
    "after",
    "resume",
    "stop",
    "single_steps",
    "odd_steps",
    "updates",
    "plain",
    "not_finite",
    "guards",
    "bare",
)

Arrays = dict[str, np.ndarray]
Precision = Literal["float64", "float32"]


class Probe(Model):
    """A look into the model at rest: outputs, loss and gradients on one batch.

    `start` says which weights it has: the randomised ones, or those it was built with.
    """

    name: str
    batch: str
    start: Literal["random", "built"] = "random"
    step: int = 0
    phase: int = 0

    @property
    def ordinary(self) -> bool:
        """Whether its numbers are of an ordinary size."""
        return self.batch != "large"


class Alone(Model):
    """What a node takes when it is looked at alone: its layer, and its input edges."""

    layer: str
    inputs: tuple[str, ...]


class Relations(Model):
    """The batch on which relations within one program are looked at, and which hold.

    `symmetric`: gradients do not depend on the order of the examples; `additive`: they
    are means over them.
    """

    batch: str
    symmetric: bool
    additive: bool


class Single(Model):
    """One training step from a given state (``state/<step>/…``), on one batch."""

    step: int
    batch: str


class Odd(Model):
    """One training step from the start, on a batch made to be degenerate."""

    name: str
    batch: str
    step: int


class Later(Model):
    """What is asked of a phase after the first, besides looks: tables of its rates."""

    rates: int = 0
    late_rates: tuple[int, ...] = ()


class Case(Model):
    """All that is asked of one program in one precision.

    Batches are named; their arrays are ``batch/<name>/<field>``. The start's arrays are
    ``start/<path>``. What a part is not asked for is left empty.
    """

    # Figures may be infinite.
    model_config = ConfigDict(allow_inf_nan=True, ser_json_inf_nan="constants")

    text: str
    nodes: dict[str, str]
    lines: dict[str, tuple[int, int]] = Field(
        default_factory=dict[str, tuple[int, int]]
    )
    precision: Precision
    arrays: str
    out: str
    #: Nodes to look at alone; they take ``edge/<name>`` and pull back ``cotangent/<name>``.
    alone: dict[str, Alone] = Field(default_factory=dict[str, Alone])
    #: Ways to strain them; of each ``strained/<way>/<name>`` take the place of edges.
    strained: tuple[str, ...] = ()
    probes: tuple[Probe, ...] = ()
    relations: Relations | None = None
    #: Names of the batches of each epoch of training, and of the held-out part.
    epochs: tuple[tuple[str, ...], ...] = ()
    validation: tuple[str, ...] = ()
    #: How many of the epochs each phase has, where there are several phases.
    spans: tuple[int, ...] = ()
    #: The phases after the first.
    later: tuple[Later, ...] = ()
    #: Numbers of updates after which the whole state is written down.
    record: tuple[int, ...] = ()
    #: The batch on which outputs are taken once more after training.
    after: str | None = None
    singles: tuple[Single, ...] = ()
    odd: tuple[Odd, ...] = ()
    #: Steps of updates from given gradients (``gradient/<step>/…``), one after another
    #: from the start (with ``idle/…``), and a batch for what is not computed from them.
    updates: tuple[int, ...] = ()
    updates_on: str = ""
    #: Length of the table of learning rates, and the steps of an epoch it assumes.
    rates: int = 0
    #: Single steps beyond the table whose rates are asked for.
    late_rates: tuple[int, ...] = ()
    rate_epoch: int = 1
    #: Number of examples, and of epochs, whose order is asked for.
    order: tuple[int, int] = (0, 0)
    #: Figures of successive epochs to feed to the stopping rule; None is not a number.
    figures: tuple[tuple[float | None, ...], ...] = ()
    #: Whether to see what a loss that is not a number leads to (with `epochs`).
    not_finite: bool = False
    #: The names of the figures of a step.
    logs: tuple[str, ...] = ()
    #: Whether to see what importing damaged weights leads to.
    guards: bool = False
    #: What trained arrays are taken from, in the order of ``reused/<number>/<path>``.
    reused: tuple[str, ...] = ()
    #: Whether to use the program by itself (with `epochs`), and whether it draws masks.
    bare: bool = False
    seeded: bool = False


@dataclass(frozen=True)
class Mishap:
    """An error inside a worker: where it was, and what Python said.

    `stage` is the part of the case; `line` the line of the emitted text, if one was
    being run, and `names` what the objects that were at work are called, innermost first.
    """

    stage: str
    kind: str
    message: str
    trace: str
    line: int | None = None
    names: list[str] = dataclasses.field(default_factory=list[str])


@dataclass(frozen=True)
class Reading:
    """What a worker found: arrays, plain figures, and the error that ended it early."""

    arrays: Arrays
    figures: dict[str, Any]
    mishap: Mishap | None = None
    #: How long the worker took.
    seconds: float = 0.0

    def under(self, prefix: str) -> Arrays:
        """The arrays whose names begin with ``prefix/``, by the rest of their names."""
        lead = prefix + "/"
        first = bisect_left(self._names, lead)
        end = bisect_left(self._names, prefix + "0", first)  # what follows / is 0
        return {name[len(lead) :]: self.arrays[name] for name in self._names[first:end]}

    @cached_property
    def _names(self) -> list[str]:
        return sorted(self.arrays)


class NoRoom(OSError):
    """The disk has no room for arrays."""


def write_arrays(path: str | Path, arrays: Mapping[str, Any]) -> None:
    """Write arrays by name; safetensors needs copies in C order.

    Raises:
        NoRoom: the disk is full.
    """
    copies = {name: np.array(value, order="C") for name, value in arrays.items()}
    try:
        save_file(copies, str(path))
    except SafetensorError as error:
        if f"os error {errno.ENOSPC}" not in str(error):
            raise
        why = os.strerror(errno.ENOSPC)
        raise NoRoom(errno.ENOSPC, why, str(path)) from None


def read_arrays(path: str | Path) -> Arrays:
    """Read what `write_arrays` wrote."""
    return load_file(str(path))
