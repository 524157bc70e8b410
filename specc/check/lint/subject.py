"""What lints look at, and what they find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TypeVar

from ...catalog.families import Transform
from ...catalog.layers import Layer
from ...catalog.layers.layer import is_real
from ...catalog.transforms import Rescale, Standardize
from ...diagnostics.model import Level
from ...ir import Call, Data, Network, Origins, Program, Reused, Training

__all__ = ["Finding", "Subject", "made_once", "scaling"]

T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """Something doubtful: the rule, and the value it is about as `Origins` knows it.

    `level` is the rule's own unless it is given. The correction, where it is mechanical,
    is the value of `field` in the owner's call, or another `keyword` for it.
    """

    rule: str
    message: str
    owner: str
    field: str = ""
    suggestion: str | None = None
    level: Level | None = None
    value: str | None = None
    keyword: str | None = None


@dataclass(frozen=True)
class Subject:
    """A program without errors: a model, and where it is trained its data and training.

    `trained` gives the program whose training a reused part is taken from, if it is known.
    """

    network: Network
    origins: Origins
    data: Data | None = None
    training: Training | None = None
    trained: Callable[[Reused], Program | None] = lambda _: None

    @cached_property
    def calls(self) -> dict[str, Call]:
        """Calls by the edge that they produce."""
        return {call.name: call for call in self.network.calls}

    @cached_property
    def users(self) -> dict[str, list[Call]]:
        """For each edge the calls that take it."""
        found: dict[str, list[Call]] = {edge.name: [] for edge in self.network.edges}
        for call in self.network.calls:
            for name in dict.fromkeys(call.inputs):
                found[name].append(call)
        return found

    def layer_of(self, call: Call) -> Layer:
        """The layer that a call applies."""
        return self.network.layer(call.layer).layer

    @cached_property
    def placed(self) -> tuple[tuple[Call, Layer], ...]:
        """Every call with its layer."""
        return tuple((call, self.layer_of(call)) for call in self.network.calls)

    def standardized(self) -> set[str]:
        """The inputs that the data block standardizes."""
        names = [item.name for item in self.network.inputs]
        found: set[str] = set()
        for transform in self.data.transforms if self.data else ():
            if isinstance(transform, Standardize):
                found.update(transform.names or names)
        return found & set(names)

    def how(self, owner: str, field: str) -> str:
        """How a value got there: given, default, or the heading it was inherited from."""
        origin = self.origins.table.get((owner, field))
        return origin.how if origin else "default"


def made_once(table: Callable[[Subject], T]) -> Callable[[Subject], T]:
    """The function, which keeps with a subject what it found for it."""

    @wraps(table)
    def kept(subject: Subject) -> T:
        found = vars(subject)
        if table.__qualname__ not in found:
            found[table.__qualname__] = table(subject)
        return found[table.__qualname__]

    return kept


def scaling(program: Program, name: str) -> tuple[Transform, ...]:
    """What a data block does to the numbers of an input, in order; names apart."""
    assert program.data is not None
    real = is_real(program.network.edge(name).dtype)
    return tuple(
        step.model_copy(update={"names": ()})
        for step in program.data.transforms
        if isinstance(step, Rescale | Standardize)
        and (name in step.names or (not step.names and real))
    )
