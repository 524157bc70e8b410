"""Where batches come from, and what is in them."""

from typing import Annotated, Literal

from pydantic import SerializeAsAny

from ..catalog.construct import Model
from ..catalog.families import Transform
from ..catalog.types import Count, Dim, DType, Member, Portion, SourceArg

__all__ = ["Binding", "Data"]


Transforms = Annotated[SerializeAsAny[Transform], Member("transform")]


class Binding(Model):
    """What a field of the batches is made of: columns or arrays of the source.

    `columns` are names in the source; several are put side by side on the last axis,
    `through` says that the two names are the ends of a run of columns.
    """

    name: str
    role: Literal["input", "target", "sample_weight"]
    columns: tuple[str, ...]
    through: bool = False
    #: What the model expects of it.
    dtype: DType
    shape: tuple[Dim, ...]
    #: Class numbers must lie in 0 … classes − 1.
    classes: int | None = None


class Data(Model):
    """Where batches come from. `transforms` are in the order they apply.

    `shards` is the number of processes that each batch is dealt out to, by its positions.
    """

    name: str
    source: SourceArg
    test: Portion | None = None
    validation: Portion | None = None
    split_seed: int = 0
    bindings: tuple[Binding, ...]
    transforms: tuple[Transforms, ...] = ()
    shards: Count = 1
