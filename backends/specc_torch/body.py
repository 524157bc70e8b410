"""The methods of the model's class that compute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from specc.catalog.automatic import is_automatic
from specc.emit.names import Names
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

from .plan import Node, Plan
from .reserved import IN_METHODS
from .site import Layout, Padding
from .text import LONG, doc

__all__ = ["Body"]

_FIRST, _LAST = "permute(0, 3, 1, 2)", "permute(0, 2, 3, 1)"
_WHERE: dict[Layout, str] = {
    "first": "Images are channels last outside and channels first in PyTorch's layers.",
    "last": "Channels last again: the order in which entries are counted.",
}


class Body:
    """Writes the calls of the network as the body of a method."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.inputs = [item.name for item in plan.network.inputs]
        self.outputs = {item.name: item.edge for item in plan.network.outputs}
        edges = [*self.inputs, *(node.call.name for node in plan.nodes)]
        self.names = Names(edges, IN_METHODS)
        self.readers = Counter(e for node in plan.nodes for e in set(node.call.inputs))
        self.passing = self._passing(edges)
        self.explained: set[Layout] = set()
        self.values = {name: self.names[name] for name in self.inputs}
        #: For the edges whose activation a loss undoes, what enters that.
        self.logits: dict[str, str] = {}

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
        for node, following in zip(plan.nodes, (*plan.nodes[1:], None), strict=True):
            yield node.call.name, "\n".join(self._call(node, following))
        if not self._ends(plan.nodes[-1] if plan.nodes else None):
            yield None, self._return()

    def _ends(self, node: Node | None) -> bool:
        """Whether the method ends by returning that node's value."""
        if node is None or len(self.outputs) > 1 or node.layout == "first":
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
        arguments: list[tuple[str, Layout | None]] = [
            self._argument(edge, node.site.layout) for edge in node.call.inputs
        ]
        for _, changed in arguments:
            if changed is not None and changed not in self.explained:
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

    def _argument(self, edge: str, wanted: Layout) -> tuple[str, Layout | None]:
        """The value of an edge in a layout, and that layout if it had to be changed."""
        value, has = self.values[edge], self.plan.layouts[edge]
        is_image = len(self.plan.network.edge(edge).shape) == 3
        if not is_image or has == wanted:
            return value, None
        return f"{value}.{_FIRST if wanted == 'first' else _LAST}", wanted

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
        if node.module is not None and node.site.layout == "first":
            assert isinstance(result, Call), "a module was called"
            result = Call(result.function, result.arguments, f".{_LAST}")
        elif node.site.layout == "first":
            result = f"{result}.{_LAST}"
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
        return self._argument(edge, "last")[0]

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
