"""What the rules of optimizers and of layers that draw noise answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from specc.emit.pieces import Known
from specc.emit.source import Call

__all__ = ["Masked", "Update"]


@dataclass(frozen=True)
class Masked:
    """A Keras layer that takes a mask for its one random stream.

    `create` is its constructor. The mask of a call in training mode, False where an entry
    is dropped (with probability `rate`), is given to its attribute `keep`.
    """

    create: Call
    rate: float


@dataclass(frozen=True)
class Update:
    """How an update rule is written.

    `create` is the constructor of the Keras optimizer. `slots` gives for each canonical
    slot how the names of the optimizer's variables end that hold it. `scalars` counts the
    numbers that its `scalars_at(rate, step)` gives in float64, which `update_step` then
    takes instead of the learning rate; 0 where it has no such method. `known` is what is
    known of the options of the pieces.
    """

    create: Call
    slots: Mapping[str, str] = field(default_factory=dict[str, str])
    scalars: int = 0
    known: Known = field(default_factory=Known)
