"""From the statements of a model to named calls and the names of what they take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from ..catalog import Construct, catalog
from ..catalog.layers import Layer
from ..diagnostics.model import Span
from ..ir import Origins
from ..syntax import tree
from .bind import Binder
from .defaults import Defaults
from .names import Names
from .origins import record
from .report import one_of
from .statements import as_call

__all__ = ["FlowReader", "Outline", "PendingCall", "Reference"]


@dataclass(frozen=True)
class Reference:
    """The name of an edge, where it was written or implied."""

    name: str
    span: Span


@dataclass
class PendingCall:
    """A call whose inputs may come later in the text; no layer where that is wrong."""

    name: str
    span: Span
    layer: Layer | None
    inputs: list[Reference]


@dataclass
class Outline:
    """What the flows of a model say, before they are put in order."""

    calls: dict[str, PendingCall] = field(default_factory=dict[str, PendingCall])
    aliases: dict[str, Reference] = field(default_factory=dict[str, Reference])
    outputs: dict[str, Reference] = field(default_factory=dict[str, Reference])
    #: Whether a statement was wrong, so that what is unused says nothing.
    faulty: bool = False


@dataclass
class FlowReader:
    """Reads the flows of one model.

    `edges` holds the names that may be referred to. In a sequential model `current` is
    the edge that the next layer takes; elsewhere every flow starts from a name.
    """

    binder: Binder
    defaults: Defaults
    names: Names
    origins: Origins
    edges: dict[str, Span]
    current: Reference | None
    sequential: bool
    outline: Outline = field(default_factory=Outline)

    def read(self, flow: tree.Flow, target: str | None) -> None:
        """Take in one flow; `target` is its name where it has a valid one."""
        source = self.current if self.sequential else None
        steps = list(flow.steps)
        start = self._source(steps[0])
        if start is not None:
            source = start
            del steps[0]
        for index, step in enumerate(steps):
            last = index == len(steps) - 1
            first = index == 0 and start is None
            source = self._step(step, source, target if last else None, first)
        self._finish(flow, source, target, bool(steps))

    def _finish(
        self, flow: tree.Flow, end: Reference | None, target: str | None, made: bool
    ) -> None:
        if end is None:
            return
        if flow.target is None and not made:
            self._no_step(end)
        if target is not None and not made:
            self.outline.aliases[target] = end
            end = Reference(target, flow.span)
        if flow.kind is not None and target is not None:
            self.outline.outputs[target] = Reference(target, flow.span)
        self.current = end

    def _source(self, step: tree.Expression) -> Reference | None:
        """The edge that a flow starts from, where its first step names one."""
        if isinstance(step, tree.Name) and step.text in self.edges:
            return Reference(step.text, step.span)
        return None

    def _step(
        self,
        step: tree.Expression,
        source: Reference | None,
        target: str | None,
        first: bool,
    ) -> Reference | None:
        incoming = [] if source is None else [source]
        call = as_call(step)
        if call is None:
            message = "a flow is made of names and layers"
            self.binder.report.error("wrong-type", message, step.span)
            return self._lost(step, target, incoming)
        kind = self._kind(call, step, first)
        if kind is None:
            return self._lost(step, target, incoming)
        if kind.takes == "many":
            call, named = self._split(call)
            incoming = named if first and len(named) > 1 else incoming + named
        elif self._passes_flow(call):
            return self._lost(step, target, incoming)
        name = target or self.names.make(kind.keyword, step.span)
        if not incoming:
            self._no_source(call)
        self._call(name, call, kind, incoming)
        return Reference(name, step.span)

    def _lost(
        self, step: tree.Expression, target: str | None, inputs: list[Reference]
    ) -> Reference:
        """Stand in for a step that is wrong, so that those after it are still read."""
        self.outline.faulty = True
        name = target or self.names.make("Lost", step.span)
        self.outline.calls[name] = PendingCall(name, step.span, None, inputs)
        return Reference(name, step.span)

    def _call(
        self, name: str, call: tree.Call, kind: type[Layer], inputs: list[Reference]
    ) -> None:
        inherited = self.defaults.get(kind.keyword)
        bound = self.binder.bind(kind, call, inherited)
        layer: Layer | None = None
        if bound is None or not inputs:
            self.outline.faulty = True
        else:
            record(self.origins, name, bound)
            layer = bound.construct
        self.outline.calls[name] = PendingCall(name, call.span, layer, inputs)

    def _kind(
        self, call: tree.Call, step: tree.Expression, first: bool
    ) -> type[Layer] | None:
        word = call.name.text
        kind: type[Construct] | None = catalog().family("layer").get(word)
        if kind is not None:
            return cast("type[Layer]", kind)
        report = self.binder.report
        if word in self.edges and isinstance(step, tree.Name):
            report.error(
                "not-yet",
                f"calling the layer {word} again is not compiled yet",
                step.span,
                suggestion="write a layer of its own, with its own weights",
            )
        elif word in self.names.automatic:
            report.error(
                "unknown-name",
                f"{word} is a name made for a layer without one",
                step.span,
                suggestion="give that layer a name of your own and use that",
            )
        elif first and not self.sequential and isinstance(step, tree.Name):
            report.error(
                "unknown-name",
                f"there is no input or flow called {word}",
                step.span,
                expected=one_of(self.edges),
                suggestion=report.near(word, self.edges),
            )
        elif word in catalog().family("activation"):
            report.error(
                "unknown-layer",
                f"{word} is an activation, not a layer",
                call.name.span,
                suggestion=f"Activation({word})",
            )
        else:
            self.binder.unknown(call.name, "layer")
        return None

    def _split(self, call: tree.Call) -> tuple[tree.Call, list[Reference]]:
        """A joining layer's call without the flows that it names, and these."""
        named: list[Reference] = []
        rest: list[tree.Argument] = []
        for argument in call.arguments:
            if argument.name is not None:
                rest.append(argument)
                continue
            reference = self._reference(argument.value, call)
            if reference is None:
                self.outline.faulty = True
                lost = self.names.make("Lost", argument.span)
                self.outline.calls[lost] = PendingCall(lost, argument.span, None, [])
                reference = Reference(lost, argument.span)
            named.append(reference)
        return tree.Call(call.span, call.name, tuple(rest), call.bare), named

    def _reference(self, value: tree.Expression, call: tree.Call) -> Reference | None:
        report = self.binder.report
        if not isinstance(value, tree.Name):
            report.error(
                "wrong-type",
                f"{call.name.text} takes names of flows",
                value.span,
                expected="the name of an input or a flow",
                suggestion="name it first: flow = …",
            )
            return None
        if value.text not in self.edges:
            message = f"there is no input or flow called {value.text}"
            fix = report.near(value.text, self.edges)
            expected = one_of(self.edges)
            report.error(
                "unknown-name", message, value.span, expected=expected, suggestion=fix
            )
            return None
        return Reference(value.text, value.span)

    def _passes_flow(self, call: tree.Call) -> bool:
        """Report a flow among the arguments of a layer that takes one tensor."""
        for argument in call.arguments:
            value = argument.value
            if (
                argument.name is None
                and isinstance(value, tree.Name)
                and value.text in self.edges
                and value.text not in self.binder.params.table
            ):
                self.binder.report.error(
                    "wrong-type",
                    f"{value.text} is a flow, which {call.name.text} does not take as"
                    " an argument",
                    value.span,
                    suggestion=f"{value.text} -> {call.name.text}",
                )
                return True
        return False

    def _no_step(self, end: Reference) -> None:
        """Report a statement that is the name of an edge and nothing else."""
        self.outline.faulty = True
        self.binder.report.error(
            "misplaced-statement",
            f"{end.name} by itself does nothing",
            end.span,
            expected="a layer that it leads to",
            suggestion=f"{end.name} -> Dense(10)",
        )

    def _no_source(self, call: tree.Call) -> None:
        """Report a layer that nothing flows into."""
        if self.sequential:
            return  # the model has no input, which is reported at its head
        first = next(iter(self.edges), "flow")
        self.binder.report.error(
            "missing-source",
            f"nothing flows into {call.name.text}",
            call.span,
            expected="a flow that starts from a name, because the model has several"
            " inputs or an output statement",
            suggestion=f"{first} -> {call.name.text}",
        )
