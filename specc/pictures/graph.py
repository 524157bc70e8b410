"""A model as a graph that can be drawn: its calls, its blocks open or folded, its shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ..ir import Block, Call, Network, Origins, Program
from ..reference.values import spell
from ..unparse import written
from . import words
from .sharing import Sharing, sharing, size

__all__ = ["Frame", "Graph", "Link", "Node", "graph"]


@dataclass(frozen=True)
class Node:
    """An input, an output, a call of a layer, or a block that is folded.

    `lines` are its name and what else its label says, `tip` all there is to know. `shape` is
    that of what it makes. Nodes of one `family` have the same weights; `borrows` says that
    these are counted at another node. `frame` is the position of the block it lies in.
    """

    kind: Literal["input", "output", "layer", "block"]
    lines: tuple[str, ...]
    shape: str
    tip: tuple[str, ...]
    family: int | None = None
    borrows: bool = False
    frame: int | None = None


@dataclass(frozen=True)
class Frame:
    """A block that is open, within that at position `parent`."""

    title: str
    tip: tuple[str, ...]
    family: int | None = None
    borrows: bool = False
    parent: int | None = None


@dataclass(frozen=True)
class Link:
    """From one node to another, by their positions."""

    source: int
    target: int
    shape: str


@dataclass(frozen=True)
class Graph:
    """What is drawn. Frames come after those around them."""

    title: str
    nodes: tuple[Node, ...]
    frames: tuple[Frame, ...]
    links: tuple[Link, ...]


def graph(program: Program, origins: Origins, depth: int | None = 0) -> Graph:
    """The graph of a program's model.

    Args:
        program: only its network is drawn.
        origins: tell which blocks the calls lie in.
        depth: how many levels of blocks are open; None: all, 0: every block is one node.
    """
    return _Builder(program.network, origins, depth).build()


#: A use of a block.
_Use = tuple[str, int]


class _Builder:
    """Takes in inputs, calls in their order, outputs."""

    def __init__(self, network: Network, origins: Origins, depth: int | None) -> None:
        self.network, self.origins, self.depth = network, origins, depth
        self.shared: Sharing = sharing(network, origins)
        self.nodes: list[Node] = []
        self.frames: list[Frame] = []
        self.opened: dict[_Use, int] = {}
        #: The node that makes each edge.
        self.makers: dict[str, int] = {}
        #: What flows into each folded block already.
        self.come: dict[int, set[tuple[int, str]]] = {}

    def build(self) -> Graph:
        net = self.network
        for item in net.inputs:
            kind = net.edge(item.name).dtype
            self.makers[item.name] = self._end("input", item.name, item.name, kind)
        for folded, calls in self._drawn():
            made = self._block(folded, calls) if folded else self._layer(calls[0])
            self.nodes.append(made)
            for call in calls:
                self.makers[call.name] = len(self.nodes) - 1
        links = [link for call in net.calls for link in self._links(call)]
        for output in net.outputs:
            target = self._end("output", output.name, output.edge)
            source, shape = self.makers[output.edge], self._shape(output.edge)
            links.append(Link(source, target, shape))
        total = words.count(sum(map(size, net.layers)))
        title = f"{net.name}, {total}"
        return Graph(title, tuple(self.nodes), tuple(self.frames), tuple(links))

    def _end(
        self, kind: Literal["input", "output"], name: str, edge: str, dtype: str = ""
    ) -> int:
        """An input or an output of the model."""
        said = f"{kind} {dtype}".strip()
        lines = (name, said, self._shape(edge))
        self.nodes.append(Node(kind, lines, lines[-1], lines))
        return len(self.nodes) - 1

    def _links(self, call: Call) -> Iterator[Link]:
        """What flows into a call, each flow into a folded block once."""
        target = self.makers[call.name]
        sources = [(self.makers[edge], self._shape(edge)) for edge in call.inputs]
        if self.nodes[target].kind == "block":
            come = self.come.setdefault(target, set())
            sources = [s for s in sources if s[0] != target and s not in come]
            come.update(sources)
        return (Link(source, target, shape) for source, shape in sources)

    def _shape(self, edge: str) -> str:
        return words.shape(self.network.edge(edge).shape)

    # Folding -------------------------------------------------------------------------

    def _drawn(self) -> Iterator[tuple[tuple[Block, ...], list[Call]]]:
        """The calls of each node; if it is a folded block, the blocks down to it."""
        groups: dict[_Use | str, tuple[tuple[Block, ...], list[Call]]] = {}
        for call in self.network.calls:
            around = self._around(call)
            if self.depth is None or len(around) <= self.depth:
                groups[call.name] = ((), [call])
            else:
                down = around[: self.depth + 1]
                use = (down[-1].path, down[-1].call)
                groups.setdefault(use, (down, []))[1].append(call)
        return iter(groups.values())

    def _around(self, call: Call) -> tuple[Block, ...]:
        return self.origins.blocks.get(call.name, ())

    def _frame(self, around: Iterable[Block]) -> int | None:
        """The frame of the last of these blocks."""
        position: int | None = None
        for block in around:
            use = (block.path, block.call)
            if use not in self.opened:
                self.opened[use] = len(self.frames)
                title = (str(block), words.unit(block), self._inside(block))
                self.frames.append(
                    Frame(
                        " · ".join(filter(None, title)),
                        tuple(self._tip(block)),
                        self._family(block),
                        block.call > 1,
                        position,
                    )
                )
            position = self.opened[use]
        return position

    # Nodes ---------------------------------------------------------------------------

    def _layer(self, call: Call) -> Node:
        node = self.network.layer(call.layer)
        around = self._around(call)
        path = f"{around[-1].path}/" if around else ""
        owner = call.layer.removeprefix(path)
        home = self.shared.home[call.layer] == call.name
        family = self.shared.layers.get(call.layer)
        said = words.over_time(words.layer(node.layer), call.over_time)
        if home and call.name != call.layer:
            said = f"{owner}: {said}"
        lines = [call.name.removeprefix(path), said]
        if not home and family is not None:
            lines.append(f"weights of {owner}")
        elif size(node):
            lines.append(_weights(size(node), family))
        into = ", ".join(map(self._shape, call.inputs))
        layer = words.over_time(written(node.layer), call.over_time)
        tip = [call.name, layer, f"{into} → {self._shape(call.name)}"]
        tip += [f"{w.path} {words.shape(w.shape)}" for w in node.weights]
        tip += [f"{b.path} {words.shape(b.shape)}" for b in node.buffers]
        return Node(
            "layer",
            tuple(map(words.clean, lines)),
            self._shape(call.name),
            tuple(map(words.clean, tip)),
            family,
            family is not None and not home,
            self._frame(around),
        )

    def _block(self, down: tuple[Block, ...], calls: list[Call]) -> Node:
        *around, block = down
        path = f"{around[-1].path}/" if around else ""
        flow = self._flow(calls)
        lines = (
            str(block).removeprefix(path),
            words.unit(block),
            flow,
            self._inside(block),
        )
        return Node(
            "block",
            tuple(filter(None, lines)),
            flow.rpartition(" → ")[2],
            (*self._tip(block), flow),
            self._family(block),
            block.call > 1,
            self._frame(around),
        )

    def _flow(self, calls: list[Call]) -> str:
        """The shapes that go into calls and come out of them: ``8×8×3 → 8×8×16``."""
        own = {call.name for call in calls}
        into = dict.fromkeys(e for call in calls for e in call.inputs if e not in own)
        left = [call.name for call in calls if self._users[call.name] - own]
        return " → ".join(", ".join(map(self._shape, edges)) for edges in (into, left))

    @cached_property
    def _users(self) -> dict[str, set[str]]:
        """The calls that take each edge; an output of the model is one without a name."""
        users: dict[str, set[str]] = {edge.name: set() for edge in self.network.edges}
        for call in self.network.calls:
            for edge in call.inputs:
                users[edge].add(call.name)
        for output in self.network.outputs:
            users[output.edge].add("")
        return users

    def _family(self, block: Block) -> int | None:
        return self.shared.blocks.get(block.path)

    def _inside(self, block: Block) -> str:
        """What weights a block has."""
        if block.call > 1:
            return f"weights of {block.path}"
        weights = self.shared.inside[block.path]
        return _weights(weights, self._family(block)) if weights else ""

    def _tip(self, block: Block) -> Iterator[str]:
        given = ", ".join(f"{name} = {spell(value)}" for name, value in block.arguments)
        yield words.clean(str(block))
        yield words.clean(f"{block.unit}({given})" if given else block.unit)
        if inside := self._inside(block):
            yield inside


def _weights(weights: int, family: int | None) -> str:
    return words.count(weights) + ("" if family is None else ", shared")
