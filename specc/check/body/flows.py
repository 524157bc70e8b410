"""From a flow to named calls and the names of what they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from ...catalog import catalog
from ...catalog.layers import Layer
from ...diagnostics.model import Span
from ...syntax import tree
from ..bind import Binder, Bound
from ..blocks import DeclaredUnit
from ..origins import record
from ..scope import Instance, Reference, Scope
from ..statements import as_call
from .calls import Calls
from .references import split, start_of
from .unfit import no_flow, no_kind, no_layer, no_source, no_step, passes_flow
from .wrappers import inside, is_around, wrapped

__all__ = ["FlowReader"]

#: Puts the layers of an instance behind flows; whether they are called once more.
Inline = Callable[[Scope, Instance, list[Reference], Span, bool], Reference | None]


@dataclass
class FlowReader:
    """Reads the flows of one model, each in the scope that it stands in.

    Args:
        binder: makes layers; it has the report.
        units: the blocks and models of the file that can stand in the place of a layer.
        calls: takes the calls of layers.
        inline: puts the layers of a block in the place of its call.
    """

    binder: Binder
    units: Mapping[str, DeclaredUnit]
    calls: Calls
    inline: Inline
    #: The first call of each unit.
    used: dict[str, Span] = field(default_factory=dict[str, Span])

    def read(self, scope: Scope, flow: tree.Flow, target: str | None) -> None:
        """Take in one flow; `target` is its name where it has a valid one."""
        source = scope.current if scope.sequential else None
        steps = list(flow.steps)
        start = start_of(scope, steps[0])
        if start is not None:
            source = start
            del steps[0]
        for index, step in enumerate(steps):
            named = target if index == len(steps) - 1 else None
            first = index == 0 and start is None
            source = self._step(scope, step, source, named, first)
        self._finish(scope, flow, source, target, bool(steps))

    def _finish(
        self,
        scope: Scope,
        flow: tree.Flow,
        end: Reference | None,
        target: str | None,
        made: bool,
    ) -> None:
        if end is None:
            return
        if flow.target is None and not made:
            self.calls.outline.faulty = True
            no_step(scope, end, self.binder.report)
        if target is not None:
            end = self.calls.alias(scope, target, end, flow.span)
            if flow.kind is not None:
                scope.outputs[scope.full(target)] = Reference(end.name, flow.span)
        scope.current = end

    def declare(self, scope: Scope, flow: tree.Flow, target: str | None) -> bool:
        """Take in a statement that names a layer without a flow into it: ``a = Dense(3)``.

        Returns:
            whether it is one; then flows are led to the name.
        """
        alone = len(flow.steps) == 1 and flow.kind is None and not scope.sequential
        call = as_call(flow.steps[0]) if alone else None
        if call is None or target is None or start_of(scope, flow.steps[0]):
            return False
        named = scope.names[target]
        while call is not None and call.name.text in catalog().family("wrapper"):
            call = as_call(call.arguments[0].value) if is_around(call) else None
            named.over_time += 1
        if call is None:
            return False
        word = call.name.text
        if word in self.units:
            if call.arguments and self.units[word].unit.kind == "model":
                return False  # flows lead into a model as arguments
            named.edge = None
            named.instance = self._instance(scope, call, scope.full(target))
            if named.instance is None:
                named.edge = self.calls.lost(scope, flow.steps[0].span, target).name
            return True
        kind = _layer(word)
        if kind is None or kind.takes == "many":
            return False
        bound = self._bind(scope, kind, call)
        named.edge, named.layer = None, scope.full(target)
        if bound is None:
            self.calls.outline.faulty = named.called = True
        else:
            named.construct = bound.construct
            record(self.calls.origins, named.layer, bound)
        return True

    def _step(
        self,
        scope: Scope,
        step: tree.Expression,
        source: Reference | None,
        target: str | None,
        first: bool,
    ) -> Reference | None:
        incoming = [] if source is None else [source]
        call = as_call(step)
        if call is None:
            message = "a flow is made of names and layers"
            expected = (
                "such as image -> Dense(10); settings stand in data and train blocks"
            )
            self.binder.report.error(
                "wrong-type", message, step.span, expected=expected
            )
            return self.calls.lost(scope, step.span, target, incoming)
        if call.name.text in catalog().family("wrapper"):
            inner = inside(call, self.binder.report)
            if inner is None:
                return self.calls.lost(scope, step.span, target, incoming)
            around = wrapped(scope, call.name.text)
            return self._step(around, inner, source, target, first)
        if call.name.text in scope.names:
            end = self._again(scope, call, source, target, first)
            if end is not None:
                scope.names[call.name.text].results.append(end.name)
            return end
        if call.name.text in self.units:
            return self._unit(scope, call, incoming, target, first)
        kind = _layer(call.name.text)
        if kind is None:
            made = self.calls.names.automatic
            no_kind(scope, call, step, first, made, self.units, self.binder)
            return self.calls.lost(scope, step.span, target, incoming)
        if kind.takes == "many":
            call, named = split(scope, call, self.calls, self.binder.report)
            incoming = named if first and len(named) > 1 else incoming + named
        elif passes_flow(scope, call, self.binder):
            return self.calls.lost(scope, step.span, target, incoming)
        bound = self._bind(scope, kind, call)
        if not incoming:
            no_source(scope, call, self.binder.report)
        if bound is None or not incoming:
            self.calls.outline.faulty = True
        layer = bound.construct if bound is not None and incoming else None
        owner, name = self.calls.called(scope, target, kind.keyword, call.span)
        if bound is not None and layer is not None:
            record(self.calls.origins, owner, bound)
            record(self.calls.origins, name, bound)
        return self.calls.place(scope, name, owner, call.span, layer, incoming, target)

    def _bind(self, scope: Scope, kind: type[Layer], call: tree.Call) -> Bound | None:
        inherited = scope.defaults.values.get(kind.keyword, {})
        self.calls.outline.touched.update(scope.defaults.blocks.get(kind.keyword, ()))
        before = len(self.binder.report.problems)
        bound = self.binder.bind(kind, call, inherited)
        if scope.uses:
            self.binder.report.explain(before, scope.uses)
        return bound

    # Layers and units that have a name ----------------------------------------------

    def _again(
        self,
        scope: Scope,
        call: tree.Call,
        source: Reference | None,
        target: str | None,
        first: bool,
    ) -> Reference | None:
        """Call what a name stands for, with the weights that it has."""
        word, report = call.name.text, self.binder.report
        named = scope.names[word]
        over_time = scope.over_time + named.over_time
        scope = replace(scope, over_time=over_time, wrapper="")
        incoming = [] if source is None else [source]
        if named.lost:
            return self.calls.lost(scope, call.span, target, incoming)
        if named.instance is not None and len(named.instance.flows) > 1:
            call, given = split(scope, call, self.calls, self.binder.report)
            call = replace(call, bare=call.bare or not call.arguments)
            incoming = given if first and given else incoming + given
            source = incoming[0] if incoming else None
        if not call.bare:
            report.error(
                "wrong-type",
                f"{word} is a layer already, and takes no arguments",
                call.span,
                suggestion=word,
            )
            return self.calls.lost(scope, call.span, target, incoming)
        if source is None:
            if named.layer is None and named.instance is None:
                no_source(scope, call, self.binder.report)
            else:
                no_flow(word, call.span, report)
            return self.calls.lost(scope, call.span, target, incoming)
        if named.instance is not None:
            again, named.called = named.called or scope.again, True
            end = self.inline(scope, named.instance, incoming, call.span, again)
            return end or self.calls.lost(scope, call.span, target, incoming)
        if named.layer is None:
            no_layer(scope, call, self.calls.outline, report)
            return self.calls.lost(scope, call.span, target, incoming)
        layer, again = named.construct, named.called or named.edge is not None
        if layer is None and named.layer in self.calls.outline.calls:
            layer = self.calls.outline.calls[named.layer].layer
        named.called = True
        name = self.calls.named_again(scope, named.layer, again, target, call.span)
        if origin := self.calls.origins.find(named.layer):
            self.calls.origins.put(name, "", call.span, origin.how)
        return self.calls.place(
            scope, name, named.layer, call.span, layer, incoming, target
        )

    def _unit(
        self,
        scope: Scope,
        call: tree.Call,
        incoming: list[Reference],
        target: str | None,
        first: bool,
    ) -> Reference | None:
        """A block or a model in the place of a layer."""
        unit = self.units[call.name.text].unit
        # A model without inputs of its own has those of what it reuses.
        if len(unit.inputs) > 1 or (unit.kind == "model" and not unit.inputs):
            call, named = split(scope, call, self.calls, self.binder.report)
            incoming = named if first and named else incoming + named
        owner = self.calls.owner(scope, target, unit.name, call.span)
        instance = self._instance(scope, call, owner)
        if not incoming and instance is not None:
            no_source(scope, call, self.binder.report)
            instance = None
        end = None
        if instance is not None:
            end = self.inline(scope, instance, incoming, call.span, scope.again)
        if end is None:
            self.calls.outline.faulty = True
            return self.calls.place(
                scope, owner, owner, call.span, None, incoming, target
            )
        if target is not None:
            named = scope.names[target]
            named.instance, named.called = instance, True
            named.over_time = scope.over_time - scope.around
        return end

    def _instance(self, scope: Scope, call: tree.Call, name: str) -> Instance | None:
        """The unit of a call with its arguments; None where they are wrong."""
        declared = self.units[call.name.text]
        declared.used = True
        self.used.setdefault(declared.unit.name, call.span)
        arguments = declared.arguments(call, self.binder)
        if arguments is None:
            self.calls.outline.faulty = True
            return None
        return Instance(declared.unit, arguments, f"{name}/", scope.nearer)


def _layer(word: str) -> type[Layer] | None:
    """The kind of layer that a word is of, if it is of one."""
    return cast("type[Layer] | None", catalog().family("layer").get(word))
