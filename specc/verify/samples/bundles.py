"""Programs that hold many samples at once, each in a branch of its own.

Starting a program costs far more than running one more layer in it, and a difference is
traced to its node anyway.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...catalog.construct import Construct
from ...catalog.families import Constraint, Loss, Metric
from ...catalog.layers import Layer
from ...catalog.layers.dense import Dense
from ...catalog.layers.pooling import GlobalAveragePooling2D
from ...catalog.layers.shape import Reshape
from ...catalog.registry import catalog
from ...catalog.types import Shape
from ...check.graph import Misfit
from ...ir import Program
from .bases import base, members
from .drafts import SHAPES, Draft, train
from .programs import (
    at_every_step,
    branch,
    conv,
    ending,
    in_layer,
    join,
    lead,
    with_open_size,
)
from .variations import variations

__all__ = ["OPEN_SHAPES", "bundles", "instances", "keeping", "over_time"]

#: Shapes in which a size is known only at run time.
OPEN_SHAPES: dict[str, Shape] = {
    "sequence": ("time", 3),
    "rows": ("height", 5, 4),
    "columns": (6, "width", 4),
}

#: Branches in one program.
WIDTH = 14


def instances(kind: type[Construct]) -> list[Construct]:
    """The plain instance of a construct and all its variations, each once."""
    found = [base(kind)]
    for variation in variations(kind):
        for item in (variation.plain, variation.changed):
            if item not in found:
                found.append(item)
    return found


def bundles() -> Iterator[tuple[str, Program]]:
    """All bundles by name, but for optimizers, schedules and callbacks."""
    for kind in catalog().family("layer").values():
        found = instances(kind)
        shapes = [shape for shape in SHAPES if _fits(base(kind), shape)]
        for shape in shapes:
            some = found
            if shape in shapes[1:-1]:  # options are shown with fewer axes and with more
                ends = shapes[0], shapes[-1]
                some = [c for c in found[1:] if not any(_fits(c, end) for end in ends)]
                some = [found[0], *some]
            yield from _layers(f"{kind.keyword}-{shape}", some, shape)
    for shape, sizes in SHAPES.items():
        found = tuple(over_time(sizes))
        yield f"over-time-{shape}", at_every_step(found, sizes)
    for shape, sizes in OPEN_SHAPES.items():
        found = tuple(keeping(sizes))
        yield f"open-{shape}", with_open_size(found, sizes)
    for family in ("activation", "initializer", "regularizer", "constraint"):
        found = [
            item
            for kind in catalog().family(family).values()
            for item in instances(kind)
        ]
        yield from _arguments(family, found)
    yield "losses", losses()
    yield "losses-unfused", losses(fused=False)


def over_time(shape: Shape) -> Iterator[Layer]:
    """The plain instance of each layer that can be applied at every step of that shape."""
    for layer in members("layer"):
        assert isinstance(layer, Layer)
        try:
            at_every_step((layer,), shape)
        except Misfit:
            continue
        yield layer


def keeping(shape: Shape) -> Iterator[Layer]:
    """An instance of each layer that takes a shape in which a size is a name."""
    for kind in catalog().family("layer").values():
        assert issubclass(kind, Layer)
        suited = kind.suited((shape,))
        layer = kind.model_validate(suited[0]) if suited else base(kind)
        assert isinstance(layer, Layer)
        if "padding" in kind.model_fields:
            layer = layer.model_copy(update={"padding": "same", "strides": (1, 1)})
        try:
            with_open_size((layer,), shape)
        except Misfit:
            continue
        yield layer


def _layers(
    name: str, constructs: list[Construct], shape: str
) -> Iterator[tuple[str, Program]]:
    """One or more programs with a branch for each layer that accepts the shape."""
    fitting = [c for c in constructs if isinstance(c, Layer) and _fits(c, shape)]
    for start in range(0, len(fitting), WIDTH):
        draft = Draft({"x": SHAPES[shape]})
        some = fitting[start : start + WIDTH]
        number = start // WIDTH + 1
        title = name if len(fitting) <= WIDTH else f"{name}-{number}"
        yield title, join(draft, [branch(draft, layer) for layer in some])


def _fits(layer: Construct, shape: str) -> bool:
    if not isinstance(layer, Layer):
        return False
    try:
        branch(Draft({"x": SHAPES[shape]}), layer)
    except Misfit:
        return False
    return True


def _arguments(family: str, found: list[Construct]) -> Iterator[tuple[str, Program]]:
    """Each construct as an argument of a dense layer and of a convolution; some alone."""
    field = family if family == "activation" else f"kernel_{family}"
    for host in ("dense", "conv"):
        layers: list[Layer] = [
            Dense.model_validate({"units": 3, field: item})
            if host == "dense"
            else conv(**{field: item})
            for item in found
        ]
        if family == "initializer":
            # What they draw does not depend on what stands before and after.
            yield f"{family}-{host}", _side_by_side(layers)
        else:
            yield from _layers(f"{family}-{host}", list(layers), "image")
    if family == "activation":
        alone = [in_layer(item) for item in found]
        yield from _layers(f"{family}-alone", list(alone), "flat")
    elif family != "initializer":  # a bias has one axis
        biases = [
            Dense.model_validate({"units": 4, f"bias_{family}": item})
            for item in found
            if not isinstance(item, Constraint) or max(item.axes(), default=0) < 1
        ]
        yield from _layers(f"{family}-bias", list(biases), "flat")


def _side_by_side(layers: list[Layer]) -> Program:
    """Weighted layers on the input itself, averaged and joined."""
    draft = Draft({"x": SHAPES["image"]})
    edges = [
        draft.add(GlobalAveragePooling2D(), draft.add(layer, "x")) for layer in layers
    ]
    return join(draft, edges)


def losses(fused: bool = True) -> Program:
    """Every loss with every variation, each at an output of its own, with all metrics.

    Unfused outputs end in a reshape, so that losses see probabilities.
    """
    draft = Draft({"x": SHAPES["flat"]})
    outputs: dict[str, str] = {}
    asked: dict[str, Loss] = {}
    metrics: dict[str, tuple[Metric, ...]] = {}
    for kind in catalog().family("loss").values():
        for item in instances(kind):
            assert isinstance(item, Loss)
            if not fused and (item.fuses is None or item.takes_logits()):
                continue
            name = f"out{len(outputs)}"
            edge = lead(draft, "x")
            edge = draft.add(Dense(units=3, activation=ending(item)), edge)
            if not fused:
                edge = draft.add(Reshape(target_shape=(3,)), edge)
            outputs[name], asked[name] = edge, item
            metrics[name] = tuple(_metrics(item))
    return train(draft.network(outputs), asked, metrics, sample_weight="w")


def _metrics(loss: Loss) -> Iterator[Metric]:
    for item in members("metric"):
        assert isinstance(item, Metric)
        if item.refuses(loss) is None:
            yield item
