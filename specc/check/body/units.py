"""Blocks, models and parts of trained models in the place of a layer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager

from ...catalog.types import Dim
from ...diagnostics.model import Note, Span
from ...ir import Block
from ...syntax import tree
from ..bind import Binder
from ..blocks import DeclaredUnit
from ..gaps import has_gap
from ..inputs import read_input
from ..reuse import inherited
from ..scope import Instance, Named, Outline, Reference, Scope, Unit, Wanted
from .allowance import Allowance
from .choices import has_outputs, without_inputs
from .copies import Copies

__all__ = ["UnitReader"]

#: Blocks within blocks within …: deeper than anybody reads.
DEEPEST = 40
#: What reading a block once takes of the work that a file may ask for.
_UNIT_WORK = 50


class UnitReader:
    """Puts the layers of units behind flows.

    Args:
        binder: makes layers; problems go to its report.
        units: the blocks and models that can stand in the place of a layer.
        outline: takes what the units say.
        copies: puts parts of trained models there.
        allowance: what the units may ask for.
        read: takes in the statements of a scope.
    """

    def __init__(
        self,
        binder: Binder,
        units: Mapping[str, DeclaredUnit],
        outline: Outline,
        copies: Copies,
        allowance: Allowance,
        read: Callable[[Iterable[tree.Statement], Scope], None],
    ) -> None:
        self.binder, self.report, self.units = binder, binder.report, units
        self.outline, self.copies, self.allowance = outline, copies, allowance
        self._read = read
        #: The units that are being read, from the outermost.
        self._open: list[str] = []
        #: How many times the layers of each path are used.
        self._uses: dict[str, int] = {}

    @contextmanager
    def within(self, name: str) -> Generator[None]:
        """The unit of that name is being read."""
        self._open.append(name)
        try:
            yield
        finally:
            self._open.pop()

    def in_model(self) -> bool:
        """Whether the unit that is being read is a model."""
        return self.units[self._open[-1]].unit.kind == "model"

    def place(
        self,
        scope: Scope,
        instance: Instance,
        incoming: list[Reference],
        span: Span,
        again: bool,
    ) -> Reference | None:
        """Put the layers of a unit behind flows; where they end, or None and a problem."""
        unit = instance.unit
        if instance.part is not None:
            return self._copied(scope, instance, incoming, span, again)
        if not self._may_open(unit, span):
            return None
        known = len(self.outline.wanted)
        names = self._inputs(instance.unit, incoming, span, scope)
        if names is None:
            return None
        sequential = unit.kind == "block" or not has_outputs(unit.body)
        inner = Scope(
            names=names,
            file=self.units[unit.name].defaults,
            nearer=instance.defaults,
            sequential=sequential and len(incoming) == 1,
            current=incoming[0],
            path=instance.path,
            again=again,
            around=scope.over_time,
            over_time=scope.over_time,
            uses=(*scope.uses, Note(f"{unit.name} is used here", span)),
            blocks=(*scope.blocks, self._used(instance)),
            wanted=tuple(self.outline.wanted[known:]) or scope.wanted,
        )
        if not self.allowance.spend(_UNIT_WORK, span):
            return None
        with self.within(unit.name), self.binder.params.within(instance.arguments):
            self._read(without_inputs(unit), inner)
        self.units[unit.name].note(instance.arguments)
        return self._end(unit, inner, span)

    def _may_open(self, unit: Unit, span: Span) -> bool:
        """Whether a unit can be read within those that are being read."""
        if unit.name in self._open:
            inside = self._open[self._open.index(unit.name) :]
            circle = " -> ".join([*inside, unit.name])
            message = f"{unit.name} would contain itself: {circle}"
            expected = "blocks within others only"
            self.report.error("cycle", message, span, expected=expected)
            return False
        if len(self._open) >= DEEPEST:
            message = f"blocks lie within one another more than {DEEPEST} deep"
            self.report.error("too-much-work", message, span)
            return False
        return True

    def _copied(
        self,
        scope: Scope,
        instance: Instance,
        incoming: list[Reference],
        span: Span,
        again: bool,
    ) -> Reference | None:
        """Put a part of a trained model behind flows."""
        name = instance.path.removesuffix("/")
        if not self._takes(name, instance.flows, incoming, span):
            return None
        if self.allowance.full(span):
            return None
        return self.copies.place(
            scope, instance, incoming, span, again, self._used(instance)
        )

    def _used(self, instance: Instance) -> Block:
        """One more use of a unit."""
        path, unit = instance.path.removesuffix("/"), instance.unit.name
        self._uses[path] = self._uses.get(path, 0) + 1
        places = self.units[unit].places if instance.part is None else ()
        given = [(name, instance.arguments[name].value) for name in places]
        return Block(path, unit, tuple(given), self._uses[path])

    def _takes(
        self, name: str, flows: tuple[str, ...], incoming: list[Reference], span: Span
    ) -> bool:
        """Whether a unit gets as many flows as it takes."""
        wanted = len(flows)
        if len(incoming) == wanted:
            return True
        what = "one flow" if wanted == 1 else f"{wanted} flows"
        message = f"{name} takes {what}, and here are {len(incoming)}"
        fix = f"{name}({', '.join(flows)})" if wanted > 1 else None
        self.report.error("missing-source", message, span, suggestion=fix)
        return False

    def _inputs(
        self,
        unit: Unit,
        incoming: list[Reference],
        span: Span,
        scope: Scope,
    ) -> dict[str, Named] | None:
        """What names the flows have within a unit."""
        if unit.kind == "model" and has_gap(unit.body):
            return None
        if unit.kind == "block":
            if not self._takes(unit.name, ("input",), incoming, span):
                return None
            return {"input": Named(unit.span, edge=incoming[0].name)}
        with self.binder.params.within(self.units[unit.name].params):
            inputs = [read_input(item, self.binder) for item in unit.inputs]
        inputs = inputs or inherited(unit.body, self.copies.sources)
        if not inputs:
            return None  # which is reported at the model
        if not self._takes(
            unit.name, tuple(item.name for item in inputs), incoming, span
        ):
            return None
        found: dict[str, Named] = {}
        bound: dict[str, Dim] = {}
        for declared, flow in zip(inputs, incoming, strict=True):
            found[declared.name] = Named(declared.span, edge=flow.name)
            here = Reference(flow.name, span)
            wanted = Wanted(
                here, unit.name, declared, scope.uses, scope.over_time, bound
            )
            self.outline.wanted.append(wanted)
        return found

    def _end(self, unit: Unit, inner: Scope, span: Span) -> Reference | None:
        """Where the layers of a unit end."""
        if inner.sequential or unit.kind == "block":
            return inner.current
        if len(inner.outputs) == 1:
            return next(iter(inner.outputs.values()))
        message = f"{unit.name} has {len(inner.outputs)} outputs, and a layer has one"
        self.report.error("missing-output", message, span)
        return None
