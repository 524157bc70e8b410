"""The methods of the model's class that compute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from specc.catalog.automatic import is_automatic
from specc.catalog.types import Dim
from specc.catalog.wrappers import TimeDistributed
from specc.emit.names import Names, mangle
from specc.emit.source import (
    Call,
    Collection,
    Expression,
    assign,
    call,
    define,
    literal,
    statement,
)

from .plan import TABLE, Node, Plan
from .reserved import IN_METHODS
from .site import Held, Layout, Padding
from .text import LONG, doc

__all__ = ["Body"]

_FIRST, _LAST = "permute(0, 3, 1, 2)", "permute(0, 2, 3, 1)"
#: A layout that an image is brought into, or that time steps are put elsewhere.
_Changed = Literal["first", "last", "folded"]
_WHERE: dict[_Changed, str] = {
    "first": "Images are channels last outside and channels first in PyTorch's layers.",
    "last": "Channels last again: the order in which entries are counted.",
    "folded": "A layer takes time steps for so many examples more.",
}


class Body:
    """Writes the calls of the network as the body of a method."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.inputs = [item.name for item in plan.network.inputs]
        self.outputs = plan.network.ends
        edges = [*self.inputs, *(node.call.name for node in plan.nodes)]
        self.names = Names(edges, IN_METHODS)
        self.readers = Counter(e for node in plan.nodes for e in set(node.call.inputs))
        self.passing = self._passing(edges)
        self.sizes = self._run_time_sizes()
        self.explained: set[_Changed] = set()
        self.values = {name: self.names[name] for name in self.inputs}
        #: For the edges whose activation a loss undoes, what enters that.
        self.logits: dict[str, str] = {}

    def _run_time_sizes(self) -> dict[str, str]:
        """The variables of sizes that steps are unfolded to and only run time knows."""
        used = {size for node in self.plan.nodes for size in node.site.steps}
        named = (size for size in self.plan.network.sizes if size in used)
        return {size: self.names.fresh(mangle(size, IN_METHODS)) for size in named}

    def _passing(self, edges: list[str]) -> str:
        """The variable for values without a name that only the next statement reads."""
        taken = {self.names[edge] for edge in edges}
        if "x" in self.inputs and "x" not in self.outputs.values():
            first = self.plan.nodes[0].call.inputs if self.plan.nodes else ()
            taken -= {"x"} if "x" in first and self.readers["x"] == 1 else set()
        free = [name for name in ("x", "h", "z") if name not in taken]
        return free[0] if free else self.names.fresh("x")

    def _parameters(self) -> list[str]:
        return ["self", *(f"{self.names[name]}: Tensor" for name in self.inputs)]

    def _returns(self) -> str:
        return "Tensor" if len(self.outputs) == 1 else "dict[str, Tensor]"

    def method(self) -> Iterator[tuple[str | None, str]]:
        """The method that makes the calls: statements with the node each belongs to."""
        plan = self.plan
        name = "logits" if plan.fused_outputs else "forward"
        yield None, define(name, self._parameters(), self._returns(), 4)
        about = "Return the outputs."
        if plan.fused_outputs:
            about = (
                "Return the outputs as the loss takes them, before the last activation."
            )
        yield None, "\n".join(doc(about, 8))
        for size, variable in self.sizes.items():
            name, axis = plan.network.sizes[size]
            value = f"{self.names[name]}.shape[{axis + 1}]"
            yield None, assign(variable, value, 8)
        for node, following in zip(plan.nodes, (*plan.nodes[1:], None), strict=True):
            yield node.call.name, "\n".join(self._call(node, following))
        if not self._ends(plan.nodes[-1] if plan.nodes else None):
            yield None, self._return()

    def _ends(self, node: Node | None) -> bool:
        """Whether the method ends by returning that node's value."""
        if node is None or len(self.outputs) > 1 or node.held != Held():
            return False
        if node is not self.plan.nodes[-1] or (node.fused and self._read(node)):
            return False
        return node.call.name in self.outputs.values()

    def _read(self, node: Node) -> bool:
        """Whether anything reads a fused node's value behind the activation."""
        return bool(self.readers[node.call.name]) or any(
            edge == node.call.name and name not in self.plan.fused_outputs
            for name, edge in self.outputs.items()
        )

    def _call(self, node: Node, following: Node | None) -> Iterator[str]:
        """The statements of one call."""
        arguments = [self._argument(edge, node.site.held) for edge in node.call.inputs]
        for _, changes in arguments:
            for changed in changes:
                if changed not in self.explained:
                    self.explained.add(changed)
                    yield f"        # {_WHERE[changed]}"
        values: list[Expression] = [value for value, _ in arguments]
        if node.submodule.padding is not None:
            yield "        # The odd row or column of `same` padding comes after."
            yield self._pad(node.submodule.padding, values[0])
            values = [self.passing]
        result = values[0]
        if node.module is not None:
            result = call(f"self.{node.module}", *values)
        if node.fused:
            yield from self._fused(node, result)
            return
        if node.activation is not None:
            result = call(f"self.{node.activation}", result)
        if self._ends(node):
            yield statement(result, 8, "return ")
            return
        yield self._store(node, following, result)

    def _argument(self, edge: str, wanted: Held) -> tuple[str, list[_Changed]]:
        """The value of an edge held in a way, and what had to be changed for that."""
        rank = len(self.plan.network.edge(edge).shape)
        return self._changed(self.values[edge], rank, self.plan.held[edge], wanted)

    def _changed(
        self, value: str, rank: int, held: Held, wanted: Held
    ) -> tuple[str, list[_Changed]]:
        """A value with so many axes of an example held in another way."""
        changes: list[_Changed] = []
        layout: Layout = held.layout
        if held.steps != wanted.steps:
            if layout == "first":
                value, layout = f"{value}.{_LAST}", "last"
                changes.append("last")
            around = TimeDistributed()
            sizes = ", ".join(map(self._size, held.steps))
            value += TABLE.lowering(around).write(around, held, wanted, sizes)
            changes.append("folded")
        if rank - len(wanted.steps) == 3 and layout != wanted.layout:
            value = f"{value}.{_FIRST if wanted.layout == 'first' else _LAST}"
            changes.append(wanted.layout)
        return value, changes

    def _size(self, size: Dim) -> str:
        """The size of an axis; that of an input where it is known only at run time."""
        return str(size) if isinstance(size, int) else self.sizes[size]

    def _pad(self, padding: Padding, value: Expression) -> str:
        named = {} if padding.value is None else {"value": padding.value}
        return assign(
            self.passing, call("F.pad", value, literal(padding.sizes), **named), 8
        )

    def _store(self, node: Node, following: Node | None, result: Expression) -> str:
        """The statement that keeps a value for those who read it."""
        edge = node.call.name
        kept = edge in self.outputs.values()
        if not self.readers[edge] and not kept:
            return statement(result, 8)
        passes = following is not None and edge in following.call.inputs
        given = not is_automatic(edge, node.layer.layer.keyword)
        only = self.readers[edge] == 1 and passes and not kept
        name = self.passing if only and not given else self.names[edge]
        self.values[edge] = name
        return assign(name, result, 8)

    def _fused(self, node: Node, result: Expression) -> Iterator[str]:
        """The statements of a call whose activation a loss undoes."""
        edge = node.call.name
        rank, steps = len(self.plan.network.edge(edge).shape), node.site.steps
        is_image = rank - len(steps) == 3
        held = node.site.held if is_image else Held("last", steps)
        then, _ = self._changed("", rank, held, Held())
        if node.module is not None and then:
            assert isinstance(result, Call), "a module was called"
            result = Call(result.function, result.arguments, then)
        elif then:
            result = f"{result}{then}"
        if self._ends(node):
            yield statement(result, 8, "return ")
            return
        read = self._read(node)
        self.logits[edge] = (
            self.names.fresh(f"{edge}_logits") if read else self.names[edge]
        )
        yield assign(self.logits[edge], result, 8)
        if read:
            self.values[edge] = self.names[edge]
            after = call(f"self.{node.activation}", self.logits[edge])
            yield assign(self.names[edge], after, 8)

    def _output(self, name: str) -> str:
        edge = self.outputs[name]
        if name in self.plan.fused_outputs:
            return self.logits[edge]
        return self._argument(edge, Held())[0]

    def _return(self) -> str:
        if len(self.outputs) == 1:
            return statement(self._output(next(iter(self.outputs))), 8, "return ")
        keys = tuple(f"{_key(name)}: " for name in self.outputs)
        values = tuple(self._output(name) for name in self.outputs)
        return statement(Collection("{}", keys, values), 8, "return ")

    def forward_from_logits(self) -> list[str]:
        """The method `forward`, where it is not the one that makes the calls."""
        plan = self.plan
        if not plan.fused_outputs:
            return []
        activations = {
            node.call.name: node.activation for node in plan.nodes if node.fused
        }
        logits = call("self.logits", *(self.names[name] for name in self.inputs))
        head = [
            "",
            define("forward", self._parameters(), self._returns(), 4),
            '        """Return the outputs."""',
        ]
        if len(self.outputs) == 1:
            (edge,) = self.outputs.values()
            result = call(f"self.{activations[edge]}", logits)
            return [*head, statement(result, 8, "return ")]
        outputs = self.names.fresh("outputs")
        changes: list[str] = []
        for name, edge in self.outputs.items():
            if name in plan.fused_outputs:
                key = _key(name)
                if len(name) > LONG:
                    changes.append(f"        name = {key}")
                    key = "name"
                place = f"{outputs}[{key}]"
                value = call(f"self.{activations[edge]}", place)
                changes.append(assign(place, value, 8))
        return [
            *head,
            assign(outputs, logits, 8),
            *changes,
            f"        return {outputs}",
        ]


def _key(name: str) -> str:
    """A name as a string."""
    text = literal(name)
    assert isinstance(text, str), "a string is displayed as text"
    return text
