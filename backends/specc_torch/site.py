"""What lowerings are told about the place they write for, and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from specc.catalog.families import Loss
from specc.catalog.types import Dim, Shape
from specc.emit.pieces import Known
from specc.emit.source import Call, Expression

__all__ = [
    "Held",
    "Images",
    "Layout",
    "LossSite",
    "MetricSite",
    "Padding",
    "Site",
    "Submodule",
    "Update",
    "images",
    "images_of",
]

#: Where the channels of an image are: after its rows and columns, or before them.
Layout = Literal["last", "first"]
#: The layout in which a layer takes and gives images; either: as they come.
Images = Literal["last", "first", "either"]

Write = Callable[..., Any]


def images(layout: Images) -> Callable[[Write], Write]:
    """Mark the lowering of a layer with the layout of images it needs (unmarked: last)."""

    def mark(write: Write) -> Write:
        setattr(write, "images", layout)  # noqa: B010
        return write

    return mark


def images_of(write: Write) -> Images:
    """The layout of images that a lowering needs."""
    return getattr(write, "images", "last")


@dataclass(frozen=True)
class Held:
    """How a tensor is held: its layout if it is an image, and the axes that are folded.

    `steps` are the sizes of the axes after the batch that are folded into it.
    """

    layout: Layout = "last"
    steps: tuple[Dim, ...] = ()


@dataclass(frozen=True)
class Site:
    """A call of a layer: the shapes that reach it, and how images are laid out there.

    `alone` says that the layer has no other call: only then may what depends on these
    shapes be fixed when the module is made. `steps` are the sizes of axes that are folded
    into the batch; the shapes are without them.
    """

    shapes: tuple[Shape, ...]
    layout: Layout = "last"
    alone: bool = True
    steps: tuple[Dim, ...] = ()

    @property
    def held(self) -> Held:
        """How the layer takes tensors."""
        return Held(self.layout, self.steps)

    def dim(self, axis: int) -> int:
        """The dimension of a tensor that holds an example's axis, counted from 0."""
        if self.layout == "first":
            return (2, 3, 1)[axis]
        return axis + 1


@dataclass(frozen=True)
class Padding:
    """Rows and columns put around an image before the layer: F.pad's numbers and value."""

    sizes: tuple[int, int, int, int]
    value: Expression | None = None


@dataclass(frozen=True)
class Submodule:
    """How a layer is written as a module.

    `create` is its constructor; None if the layer is nothing but its activation.
    `weights` gives for each slot the attribute that holds it and the order of that
    tensor's axes which is the canonical one; `buffers` gives the attribute. `masks` gives
    for each random stream the rate at which entries are dropped; the attribute that takes
    the mask is named as the stream.
    """

    create: Call | None
    weights: Mapping[str, tuple[str, tuple[int, ...]]] = field(
        default_factory=dict[str, tuple[str, tuple[int, ...]]]
    )
    buffers: Mapping[str, str] = field(default_factory=dict[str, str])
    masks: Mapping[str, float] = field(default_factory=dict[str, float])
    padding: Padding | None = None


@dataclass(frozen=True)
class LossSite:
    """Where a loss is computed: expressions for the output and the target.

    `logits` says that the output holds logits. `rank` counts the axes of an example's
    output. `reduction` is PyTorch's argument: the mean, or a loss for each entry.
    """

    output: str
    target: str
    logits: bool
    rank: int
    classes: int | str
    reduction: Literal["mean", "none"] = "mean"


@dataclass(frozen=True)
class MetricSite:
    """Where a metric is computed: expressions for the model's output and the target."""

    prediction: str
    target: str
    loss: Loss


@dataclass(frozen=True)
class Update:
    """How an update rule is written.

    `create` is the optimizer's constructor without its parameters, `why` a comment on it.
    `slots` gives for each canonical slot the key in the optimizer's state, led by a minus
    where that holds the negative. `start` is what programs put into that state for each
    weight, as expressions; nothing where the optimizer does so itself. `scales_gradients`
    says that the learning rate multiplies gradients and the optimizer's own rate is 1.
    `group` and `slot_lines` are statements done before each update for each `group` of
    parameters and for the `slots` of each weight; `step` counts the updates made before.
    `known` is what is known of the options of the pieces.
    """

    create: Call
    slots: Mapping[str, str] = field(default_factory=dict[str, str])
    start: Mapping[str, str] = field(default_factory=dict[str, str])
    why: tuple[str, ...] = ()
    scales_gradients: bool = False
    group: tuple[str, ...] = ()
    slot_lines: tuple[str, ...] = ()
    known: Known = field(default_factory=Known)
