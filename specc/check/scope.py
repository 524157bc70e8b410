"""What the statements of a body of layers see: names, defaults, the flow they go on with."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property

from ..catalog.layers import Layer
from ..catalog.types import Dim, Shape
from ..diagnostics.model import Note, Span
from ..ir import Block
from ..syntax import tree
from .defaults import Defaults, layered
from .inputs import DeclaredInput
from .parts import Part
from .reuse import PlacedPart
from .sizes import fits
from .values import Param

__all__ = ["Instance", "Named", "Outline", "PendingCall", "Reference", "Scope", "Unit"]


@dataclass(frozen=True)
class Reference:
    """The name of an edge, where it was written or implied."""

    name: str
    span: Span


@dataclass
class PendingCall:
    """A call whose inputs may come later in the text; no layer where that is wrong.

    `owner` is the layer that is called, `uses` where the blocks are used that it stands
    in. `hint` says how to mend inputs that do not fit.
    """

    name: str
    owner: str
    span: Span
    layer: Layer | None
    inputs: list[Reference]
    uses: tuple[Note, ...] = ()
    hint: str | None = None
    #: Where the text gives it a name.
    named: Span | None = None
    over_time: int = 0


@dataclass
class Outline:
    """What the statements of a model say, before they are put in order.

    `wanted` gives the shape that a nested model declares for an edge, `touched` the
    ``defaults`` blocks that are for some layer.
    """

    calls: dict[str, PendingCall] = field(default_factory=dict[str, PendingCall])
    aliases: dict[str, Reference] = field(default_factory=dict[str, Reference])
    outputs: dict[str, Reference] = field(default_factory=dict[str, Reference])
    wanted: list[Wanted] = field(default_factory=list["Wanted"])
    #: Parts of trained models, in the order in which they are first used.
    parts: list[PlacedPart] = field(default_factory=list[PlacedPart])
    touched: set[Span] = field(default_factory=set[Span])
    #: Whether a statement was wrong, so that what is unused says nothing.
    faulty: bool = False


@dataclass(frozen=True)
class Wanted:
    """A flow into a nested model, and the declaration of the input that it is for."""

    flow: Reference
    model: str
    input: DeclaredInput
    uses: tuple[Note, ...] = ()
    #: The axes along which the model is applied at every step.
    over_time: int = 0
    #: What the named sizes of that use of the model stand for, as far as it is known.
    bound: dict[str, Dim] = field(default_factory=dict[str, Dim], compare=False)

    def takes(self, shape: Shape) -> bool:
        """Whether the input may have that shape; one that is wrong has any."""
        declared, step = self.input.shape, shape[self.over_time :]
        if declared is None or len(shape) < self.over_time:
            return True  # which is reported elsewhere
        return fits(declared, step, self.bound)


@dataclass(frozen=True)
class Unit:
    """A block or a model: a body of layers that stands in the place of one.

    `span` is its head, `whole` all of it. `inputs` are those that a model declares; a block
    has none, and takes one flow.
    """

    name: str
    kind: str
    span: Span
    body: tuple[tree.Statement, ...]
    whole: Span
    inputs: tuple[tree.InputDecl, ...] = ()


@dataclass(frozen=True)
class Instance:
    """A unit with its arguments, and what stands before the names of its layers.

    `part` is what a unit of the kind ``part`` consists of, in the place of a body.
    """

    unit: Unit
    arguments: Mapping[str, Param]
    path: str
    defaults: Defaults
    part: Part | None = None

    @property
    def flows(self) -> tuple[str, ...]:
        """What it calls the flows that it takes."""
        if self.part is not None:
            return self.part.inputs
        return tuple(item.name.text for item in self.unit.inputs) or ("input",)


@dataclass
class Named:
    """What a name means: an edge, a layer or a unit that can be called again, or both.

    `edge` is None for a layer that nothing flowed into where it was named.
    """

    span: Span
    edge: str | None = None
    layer: str | None = None
    instance: Instance | None = None
    #: The layer that was named without a flow, and whether it has been called since.
    construct: Layer | None = None
    called: bool = False
    #: The axes along which it is applied at every step, as it was named.
    over_time: int = 0
    #: Whether what it stands for is wrong, which is reported: a flow or a layer.
    lost: bool = False
    #: The edges that its calls by this name gave.
    results: list[str] = field(default_factory=list[str])


@dataclass
class Scope:
    """Where statements stand.

    In a sequential scope `current` is the edge that the next layer takes; elsewhere every
    flow starts from a name. `path` stands before the names of layers, `suffix` behind
    those that the text gives (in a repetition). With `again`, weights are those of the
    same layers in an earlier call.
    """

    names: MutableMapping[str, Named]
    #: The defaults of the file, and those of the bodies around, the nearest over others.
    file: Defaults
    sequential: bool
    nearer: Defaults = field(default_factory=Defaults)
    current: Reference | None = None
    path: str = ""
    suffix: str = ""
    again: bool = False
    #: The axes along which layers are applied at every step: those of the unit that the
    #: statements stand in, and with those that are written around a layer.
    around: int = 0
    over_time: int = 0
    #: What a layer without a name is called after, where it is not its keyword.
    wrapper: str = ""
    uses: tuple[Note, ...] = ()
    #: The blocks that the statements stand in, outermost first.
    blocks: tuple[Block, ...] = ()
    #: The flows into the nested model that the statements stand in.
    wanted: tuple[Wanted, ...] = ()
    #: What the statements say that outputs are.
    outputs: dict[str, Reference] = field(default_factory=dict[str, Reference])
    #: The numbers of automatic names in a unit that is called again.
    counts: dict[str, int] = field(default_factory=dict[str, int])

    @cached_property
    def defaults(self) -> Defaults:
        """The defaults in force."""
        return layered(self.file, self.nearer)

    def under(self, nearer: Defaults) -> None:
        """From here on these are the nearest defaults."""
        self.nearer = nearer
        self.__dict__.pop("defaults", None)

    def full(self, name: str) -> str:
        """What a name that the text gives is called in the model."""
        return f"{self.path}{name}{self.suffix}"
