"""Where the values of a program came from, kept beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..diagnostics.model import Span

__all__ = ["Block", "Origin", "Origins"]


@dataclass(frozen=True)
class Origin:
    """Where a value came from: its place, and how it got there."""

    span: Span | None
    #: given, default, or the heading it was inherited from (``defaults Dense``)
    how: str = "given"


@dataclass(frozen=True)
class Block:
    """A block, or a model in the place of one, where a model uses it.

    `path` stands before the names of its layers (``stage_1``), `unit` is what is used and
    `arguments` what it is given. `call` counts the uses of one path: those after the first
    have its weights.
    """

    path: str
    unit: str
    arguments: tuple[tuple[str, Any], ...] = ()
    call: int = 1

    def __str__(self) -> str:
        """``encoder``, or ``encoder, call 2``."""
        return self.path if self.call == 1 else f"{self.path}, call {self.call}"


@dataclass
class Origins:
    """Places by (owner, field); and the blocks that each call lies in, outermost first.

    Owners are names in the intermediate form: a layer's or node's name, ``data``,
    ``binding:price``, ``transform:0`` (by position), ``training``, ``output:price``,
    ``phase:main`` and its parts ``phase:main/optimizer``, ``phase:main/schedule``,
    ``phase:main/early_stopping`` (see `Phase.owner`); the field is the argument's, or
    ``""`` for the owner as a whole.
    """

    table: dict[tuple[str, str], Origin] = field(
        default_factory=dict[tuple[str, str], Origin]
    )
    blocks: dict[str, tuple[Block, ...]] = field(
        default_factory=dict[str, tuple[Block, ...]]
    )

    def put(self, owner: str, name: str, span: Span | None, how: str = "given") -> None:
        """Record where a value came from."""
        self.table[owner, name] = Origin(span, how)

    def find(self, owner: str, name: str = "") -> Origin | None:
        """The origin of a value, or of its owner where the value has none."""
        return self.table.get((owner, name)) or self.table.get((owner, ""))
