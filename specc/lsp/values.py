"""What the names in values stand for, by what their place expects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ..catalog import Construct, catalog
from ..check.assign import assign
from ..check.expectation import (
    Choice,
    Compared,
    Expectation,
    Maybe,
    MemberOf,
    Sequence,
    Text,
    signature,
)
from ..check.report import Report
from ..syntax import tree
from .index import Occurrence, Symbol

__all__ = ["Values", "path_head"]


class Values:
    """Reads values in a place where some names are known.

    Args:
        params: what bare words can stand for.
        data: the data block around, whose bindings can be named.
        outputs: a model and its outputs, whose figures can be named.
    """

    def __init__(
        self,
        params: Mapping[str, Symbol],
        data: str | None = None,
        outputs: tuple[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.params, self.data, self.outputs = params, data, outputs

    def type(self, declared: tree.TypeExpr) -> Iterator[Occurrence]:
        """The names in the sizes or limits of a type."""
        for item in declared.dims or ():
            yield from self.of(item, None)

    def field(
        self, kind: type[Construct] | None, name: str, value: tree.Expression
    ) -> Iterator[Occurrence]:
        """The names in the value of a field of a construct."""
        found = signature(kind).parameters.get(name) if kind else None
        yield from self.of(value, found.expects if found else None)

    def arguments(
        self, kind: type[Construct] | None, arguments: Iterable[tree.Argument]
    ) -> Iterator[Occurrence]:
        """The names in the arguments of a call of a construct."""
        given = tuple(arguments)
        expected: dict[int, Expectation] = {}
        if kind is not None:
            found = signature(kind)
            for name, item in assign(found, given, Report()).given.items():
                expected[id(item.value)] = found.parameters[name].expects
            rest = found.parameters.get(found.variadic or "")
        else:
            rest = None
        for argument in given:
            expects = expected.get(id(argument.value))
            if expects is None and argument.name is None and rest is not None:
                expects = rest.expects
            yield from self.of(argument.value, expects)

    def of(
        self, value: tree.Expression, expects: Expectation | None
    ) -> Iterator[Occurrence]:
        """The names in a value; with a stack, because a long sum is a deep tree."""
        todo = [(value, expects)]
        while todo:
            value, expects = todo.pop()
            expects = _inner(expects)
            if isinstance(value, tree.Name):
                yield from self._name(value, expects)
            elif isinstance(value, tree.String):
                if isinstance(expects, Text) and expects.thing == "layer or weight":
                    model = self.outputs[0] if self.outputs is not None else ""
                    yield from path_head(value, model)
            elif isinstance(value, tree.Call):
                family = expects.family if isinstance(expects, MemberOf) else ""
                kind = catalog().family(family).get(value.name.text)
                yield from self.arguments(kind, value.arguments)
            else:
                compared = isinstance(expects, Compared)
                inner = Text("field") if compared else expects
                todo += [(part, inner) for part in _parts(value)]

    def _name(
        self, name: tree.Name, expects: Expectation | None
    ) -> Iterator[Occurrence]:
        place = name.span.start, name.span.end
        if isinstance(expects, MemberOf) and name.text in catalog().family(
            expects.family
        ):
            return
        if isinstance(expects, Choice) and name.text in expects.words:
            return
        if isinstance(expects, Text) and expects.thing is not None:
            yield from self._thing(name, expects.thing)
        elif name.text in self.params:
            yield Occurrence(self.params[name.text], *place)

    def _thing(self, name: tree.Name, thing: str) -> Iterator[Occurrence]:
        """The name of a binding, a field, a figure or a layer."""
        start = name.span.start
        if thing != "figure" and self.data is not None:
            symbol = Symbol("binding", self.data, name.text)
            yield Occurrence(symbol, start, name.span.end)
        if thing == "layer or weight" and self.outputs is not None:
            yield Occurrence(
                Symbol("flow", self.outputs[0], name.text), start, name.span.end
            )
            return
        if thing != "figure" or self.outputs is None:
            return
        model, outputs = self.outputs
        match = re.fullmatch(r"((?:val_)?)(\w+)", name.text)
        for output in outputs if match and len(outputs) > 1 else ():
            if match and match[2].startswith(f"{output}_"):
                at = start + len(match[1])
                yield Occurrence(Symbol("flow", model, output), at, at + len(output))


def path_head(path: tree.String, model: str) -> Iterator[Occurrence]:
    """The first name of a path of layers or a pattern of them: ``body`` in "body/*"."""
    start = path.span.start + 1
    written = path.span.source.text[start : path.span.end - 1]
    match = re.match(r"([A-Za-z_]\w*)(?:/|$)", written)
    if match is not None:
        yield Occurrence(Symbol("flow", model, match[1]), start, start + len(match[1]))


def _inner(expects: Expectation | None) -> Expectation | None:
    """What an item is expected to be where several, or none, are possible."""
    while isinstance(expects, Maybe | Sequence):
        expects = expects.inner if isinstance(expects, Maybe) else expects.item
    return expects


def _parts(value: tree.Expression) -> Iterable[tree.Expression]:
    """The values that a value is made of."""
    match value:
        case tree.Binary():
            return (value.left, value.right)
        case tree.Unary():
            return (value.operand,)
        case tree.Quantity():
            return (value.value,)
        case tree.Range():
            return (value.low, value.high)
        case tree.For():
            return (value.value, value.duration)
        case tree.ListExpr() | tree.Index():
            return value.items
        case _:
            return ()
