"""A random network: layers that fit what flows into them by their own shape rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

from ...catalog.layers import Layer
from ...catalog.layers.dense import Dense
from ...catalog.layers.merge import Concatenate
from ...catalog.layers.shape import Flatten
from ...catalog.registry import catalog
from ...catalog.types import Shape
from ...check.graph import Misfit, Step, own
from ...check.limits import fits_axes
from ...check.names import snake_case
from ..samples import NoAlternative
from ..samples.drafts import Draft
from .choices import Choices
from .constructs import draw

__all__ = ["Sketch", "Unfit", "sketch"]

#: Entries that one tensor of an example may have, and weights of one layer.
ENTRIES, WEIGHTS = 240, 2500
#: Kinds of layers, and instances of a kind, that are tried at one place.
KINDS, INSTANCES = 6, 8
LAYERS = (2, 8)
#: How often a layer is called again in the place of a new one.
SHARED = 0.15
#: How often a layer is applied at every step of the first axis, and an axis is open.
OVER_TIME, OPEN = 0.15, 0.25
#: What an open size counts for.
LONG = 6


class Unfit(ValueError):
    """No layer was found that fits at a place."""


@dataclass
class Sketch:
    """A network in the making. `open` are the edges that nothing uses yet."""

    choices: Choices
    draft: Draft
    open: list[str]
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def place(
        self, layer: Layer, *inputs: str, owner: str = "", over_time: int = 0
    ) -> str:
        """Add a layer, or call that of the name `owner`; what it takes is no longer open.

        With `over_time` it is applied at every step along so many axes.

        Raises:
            Unfit: it does not fit, or would be too large.
        """
        word = "time_distributed" if over_time else snake_case(layer.keyword)
        name = f"{word}_{self.counts.get(word, 0) + 1}"
        self._fit(Step(name, layer, inputs, over_time=over_time))
        try:
            self.draft.add(layer, *inputs, name=name, owner=owner, over_time=over_time)
        except Misfit as misfit:
            raise Unfit(str(misfit)) from None
        self.counts[word] = self.counts.get(word, 0) + 1
        self.open = [edge for edge in self.open if edge not in inputs] + [name]
        return name

    def _fit(self, step: Step) -> None:
        whole = [self.draft.shape(edge) for edge in step.inputs]
        shapes = tuple(shape[step.over_time :] for shape in whole)
        try:
            shape = whole[0][: step.over_time] + step.layer.output_shape(shapes)
            weights = own(step.name, step.layer, shapes).weights
        except ValueError as error:
            raise Unfit(str(error)) from None
        large = (
            prod(LONG if isinstance(size, str) else size for size in shape) > ENTRIES
        )
        heavy = sum(prod(weight.shape) for weight in weights) > WEIGHTS
        if large or heavy or not all(map(fits_axes, weights)):
            raise Unfit(step.layer.keyword)

    def grow(self) -> None:
        """Add a layer of a kind that seldom stood at such a place, to an open edge mostly."""
        edges = tuple(self.draft.builder.edges)
        fresh = self.choices.chance(0.85)
        edge = self.choices.one(self.open if fresh else edges)
        if self.choices.chance(SHARED) and self._again(edge):
            return
        feeder = self.kind_of(edge)
        left = list(catalog().family("layer"))
        for _ in range(min(KINDS, len(left))):
            keyword = self.choices.rare(left, [(feeder, word) for word in left])
            left.remove(keyword)
            if self._attach(keyword, edge):
                return

    def _again(self, edge: str) -> bool:
        """Call a layer that is there once more behind an edge; whether one fits."""
        # Statistics of two inputs are what backends refuse.
        nodes = [n for n in self.draft.builder.layers if not n.buffers]
        nodes = [n for n in nodes if n.layer.takes != "many"]
        for at in self.choices.random.permutation(len(nodes)):
            node = nodes[int(at)]
            try:
                steps = self._steps_of(node.name)
                self.place(node.layer, edge, owner=node.name, over_time=steps)
            except Unfit:
                continue
            return True
        return False

    def _steps_of(self, layer: str) -> int:
        """The axes of steps of a layer's first call, which others have too."""
        calls = self.draft.builder.calls
        return next(call.over_time for call in calls if call.layer == layer)

    def kind_of(self, edge: str) -> str:
        """The keyword of the layer that makes an edge; empty for an input."""
        builder = self.draft.builder
        owners = {call.name: call.layer for call in builder.calls}
        made = {node.name: node.layer.keyword for node in builder.layers}
        return made.get(owners.get(edge, ""), "")

    def _attach(self, keyword: str, edge: str) -> bool:
        """Add a random layer of a kind behind an edge; whether one fits."""
        kind = catalog().family("layer")[keyword]
        assert issubclass(kind, Layer)
        for _ in range(INSTANCES):
            inputs = (edge, *self._partners(kind, edge))
            apart = len(self.draft.shape(edge)) > 1 and self.choices.chance(OVER_TIME)
            shapes = tuple(self.draft.shape(name)[apart:] for name in inputs)
            try:
                suited = kind.suited(shapes)
                given = self.choices.one(suited) if suited else None
                layer = draw(self.choices, kind, given)
                assert isinstance(layer, Layer)
                self.place(layer, *inputs, over_time=int(apart))
            except (Unfit, NoAlternative):
                continue
            return True
        return False

    def _partners(self, kind: type[Layer], edge: str) -> Sequence[str]:
        """The other edges that a joining layer takes."""
        if kind.takes != "many":
            return ()
        others = [name for name in self.draft.builder.edges if name != edge]
        rank = len(self.draft.shape(edge))
        alike = [name for name in others if len(self.draft.shape(name)) == rank]
        waiting = [name for name in alike if name in self.open]
        same = [n for n in alike if self.draft.shape(n) == self.draft.shape(edge)]
        pool = self.choices.one(
            [found for found in (alike, waiting, same) if found] or [[edge]]
        )
        count = self.choices.whole(1, min(2, len(pool)))
        return [
            pool[int(at)] for at in self.choices.random.permutation(len(pool))[:count]
        ]

    def flat(self, edge: str) -> str:
        """The edge with one axis, or with one at each of as many steps as come."""
        shape = self.draft.shape(edge)
        steps = len([size for size in shape if isinstance(size, str)])
        if len(shape) == 1 + steps:
            return edge
        return self.place(Flatten(), edge, over_time=steps)

    def close(self, count: int) -> list[str]:
        """Bring the open edges to so many or fewer, joining some; never an input itself."""
        inputs = set(self.draft.shapes)
        for edge in [name for name in self.open if name in inputs]:
            self.place(Dense(units=self.choices.whole(2, 5)), edge)
        while len(self.open) > count:
            one, other = self.open[:2]
            edge, partner = self.flat(one), self.flat(other)
            self.place(Concatenate(), edge, partner)
        return list(self.open)


def sketch(choices: Choices) -> Sketch:
    """Random inputs, and layers behind them, some side by side, some joined.

    Raises:
        Unfit: it became too large.
    """
    shapes: dict[str, Shape] = {}
    is_open = choices.chance(OPEN)
    for number in range(1, choices.one((1, 1, 1, 1, 2, 2, 3)) + 1):
        shape = _shape(choices)
        shapes[f"x{number}"] = ("time", *shape) if is_open and len(shape) < 3 else shape
    found = Sketch(choices, Draft(shapes), list(shapes))
    for _ in range(choices.whole(*LAYERS)):
        found.grow()
    return found


def _shape(choices: Choices) -> tuple[int, ...]:
    """The shape of features, of a sequence, or of an image."""
    rank = choices.one((1, 2, 3, 3))
    if rank == 1:
        return (choices.whole(3, 9),)
    if rank == 2:
        return choices.whole(3, 7), choices.whole(2, 5)
    return choices.whole(4, 7), choices.whole(4, 7), choices.whole(1, 4)
