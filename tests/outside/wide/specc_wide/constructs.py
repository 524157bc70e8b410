"""The constructs: declared as specc's own are."""

from typing import ClassVar

from pydantic import Field

from specc.catalog.families import Callback
from specc.catalog.types import Count

__all__ = ["CONSTRUCTS", "Snapshot"]


class Snapshot(Callback):
    """Keeps the weights of every few epochs."""

    keyword: ClassVar[str] = "snapshot"
    formula: ClassVar[str] = "w(every), w(2 · every), …"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "snapshot(every = 2)"

    every: Count = Field(default=1, description="epochs between two")


CONSTRUCTS = (Snapshot,)
