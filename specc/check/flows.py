"""From a flow to named calls and the names of what they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from ..catalog import Construct, catalog
from ..catalog.layers import Layer
from ..diagnostics.model import Note, Span
from ..ir import Origins
from ..syntax import tree
from .bind import Binder, Bound
from .blocks import DeclaredUnit
from .names import Names, stem
from .origins import record
from .report import one_of
from .scope import Instance, Named, Outline, PendingCall, Reference, Scope
from .statements import as_call
from .wording import plain_text

__all__ = ["FlowReader"]

#: Puts the layers of an instance behind flows; whether they are called once more.
Inline = Callable[[Scope, Instance, list[Reference], Span, bool], Reference | None]


@dataclass
class FlowReader:
    """Reads the flows of one model, each in the scope that it stands in.

    Args:
        binder: makes layers; it has the report.
        units: the blocks and models of the file that can stand in the place of a layer.
        names: what names are taken in the model.
        origins: takes the places of layers and of their arguments.
        outline: takes the calls.
        inline: puts the layers of a block in the place of its call.
    """

    binder: Binder
    units: Mapping[str, DeclaredUnit]
    names: Names
    origins: Origins
    outline: Outline
    inline: Inline

    def read(self, scope: Scope, flow: tree.Flow, target: str | None) -> None:
        """Take in one flow; `target` is its name where it has a valid one."""
        source = scope.current if scope.sequential else None
        steps = list(flow.steps)
        start = self._source(scope, steps[0])
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
            self._no_step(end)
        if target is not None:
            end = self.alias(scope, target, end, flow.span)
            if flow.kind is not None:
                scope.outputs[scope.full(target)] = Reference(end.name, flow.span)
        scope.current = end

    def alias(self, scope: Scope, target: str, end: Reference, span: Span) -> Reference:
        """The end of a flow under the name that the text gives it."""
        full = scope.full(target)
        if end.name != full and not scope.again:
            self.outline.aliases[full] = end
            end = Reference(full, span)
        scope.names[target].edge = end.name
        return end

    def declare(self, scope: Scope, flow: tree.Flow, target: str | None) -> bool:
        """Take in a statement that names a layer without a flow into it: ``a = Dense(3)``.

        Returns:
            whether it is one; then flows are led to the name.
        """
        alone = len(flow.steps) == 1 and flow.kind is None and not scope.sequential
        call = as_call(flow.steps[0]) if alone else None
        if call is None or target is None or self._source(scope, flow.steps[0]):
            return False
        named = scope.names[target]
        while call is not None and call.name.text in catalog().family("wrapper"):
            call = as_call(call.arguments[0].value) if _is_around(call) else None
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
                named.edge = self.lost(scope, flow.steps[0], target, []).name
            return True
        kind = catalog().family("layer").get(word)
        if kind is None or cast("type[Layer]", kind).takes == "many":
            return False
        bound = self._bind(scope, cast("type[Layer]", kind), call)
        named.edge, named.layer = None, scope.full(target)
        if bound is None:
            self.outline.faulty = named.called = True
        else:
            named.construct = bound.construct
            record(self.origins, named.layer, bound)
        return True

    def _source(self, scope: Scope, step: tree.Expression) -> Reference | None:
        """The edge that a flow starts from, where its first step names one."""
        if isinstance(step, tree.Name) and step.text in scope.names:
            edge = scope.names[step.text].edge
            return None if edge is None else Reference(edge, step.span)
        return None

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
            return self.lost(scope, step, target, incoming)
        if call.name.text in catalog().family("wrapper"):
            inner = self._inside(call)
            if inner is None:
                return self.lost(scope, step, target, incoming)
            around = _wrapped(scope, call.name.text)
            return self._step(around, inner, source, target, first)
        if call.name.text in scope.names:
            return self._again(scope, call, source, target, first)
        if call.name.text in self.units:
            return self._unit(scope, call, incoming, target, first)
        kind = self._kind(scope, call, step, first)
        if kind is None:
            return self.lost(scope, step, target, incoming)
        if kind.takes == "many":
            call, named = self._split(scope, call)
            incoming = named if first and len(named) > 1 else incoming + named
        elif self._passes_flow(scope, call):
            return self.lost(scope, step, target, incoming)
        bound = self._bind(scope, kind, call)
        if not incoming:
            self._no_source(scope, call)
        if bound is None or not incoming:
            self.outline.faulty = True
        layer = bound.construct if bound is not None and incoming else None
        owner, name = self.called(scope, target, kind.keyword, call.span)
        if bound is not None and layer is not None:
            record(self.origins, owner, bound)
            record(self.origins, name, bound)
        return self.place(scope, name, owner, call.span, layer, incoming, target)

    def place(
        self,
        scope: Scope,
        name: str,
        owner: str,
        span: Span,
        layer: Layer | None,
        incoming: list[Reference],
        target: str | None = None,
        hint: str | None = None,
    ) -> Reference:
        """Put down a call; `target` is the name that the text gives it."""
        named = scope.names[target].span if target is not None else None
        call = PendingCall(
            name,
            owner,
            span,
            layer,
            incoming,
            scope.uses,
            hint,
            named,
            scope.over_time,
        )
        self.outline.calls[name] = call
        if scope.blocks:
            self.origins.blocks[name] = scope.blocks
        if target is not None:
            scope.names[target].edge, scope.names[target].layer = name, owner
            scope.names[target].over_time = scope.over_time - scope.around
        return Reference(name, span)

    def called(
        self, scope: Scope, target: str | None, keyword: str, span: Span
    ) -> tuple[str, str]:
        """The names of a layer and of its call here."""
        owner = self._owner(scope, target, keyword, span)
        return owner, self.names.again(owner, span) if scope.again else owner

    def _owner(self, scope: Scope, target: str | None, keyword: str, span: Span) -> str:
        """The name of a layer, or of a unit, that stands here."""
        if target is not None:
            return scope.full(target)
        keyword = scope.wrapper or keyword
        if scope.again:
            return self._same(scope, keyword, span)
        return self.names.make(stem(scope.path, keyword), span)

    def _same(self, scope: Scope, keyword: str, span: Span) -> str:
        """The name that a layer without one had when its block was first called."""
        lead = stem(scope.path, keyword)
        last = self.names.last(lead)
        while (number := scope.counts.get(lead, 0) + 1) <= last:
            scope.counts[lead] = number
            if f"{lead}_{number}" in self.names.automatic:
                return f"{lead}_{number}"
        return self.names.make(lead, span)

    def _bind(self, scope: Scope, kind: type[Layer], call: tree.Call) -> Bound | None:
        inherited = scope.defaults.values.get(kind.keyword, {})
        self.outline.touched.update(scope.defaults.blocks.get(kind.keyword, ()))
        before = len(self.binder.report.problems)
        bound = self.binder.bind(kind, call, inherited)
        if scope.uses:
            self.binder.report.explain(before, scope.uses)
        return bound

    def lost(
        self,
        scope: Scope,
        step: tree.Expression,
        target: str | None,
        inputs: list[Reference],
    ) -> Reference:
        """Stand in for a step that is wrong, so that those after it are still read."""
        self.outline.faulty = True
        owner, name = self.called(scope, target, "Lost", step.span)
        return self.place(scope, name, owner, step.span, None, inputs, target)

    def _inside(self, call: tree.Call) -> tree.Expression | None:
        """The layer that a wrapper is written around; None, and a problem, if it is none."""
        keyword, report = call.name.text, self.binder.report
        example = f"{keyword}(Dense(8))"
        expected = f"one layer, block or model, such as {example}"
        if not call.arguments:
            message = f"{keyword} needs a layer"
            report.error("missing-argument", message, call.span, suggestion=example)
            return None
        first, *others = call.arguments
        if others:
            message = f"{keyword} takes one layer, and its arguments within it"
            span = others[0].span
            report.error("too-many-arguments", message, span, expected=expected)
            return None
        if first.name is not None or as_call(first.value) is None:
            shown = plain_text(first.value)
            message = f"{keyword} is written around a layer, and {shown} is none"
            if first.name is not None:
                message = f"{keyword} takes its layer without a name"
            report.error("wrong-type", message, first.span, expected=expected)
            return None
        return first.value

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
        if named.instance is not None and len(named.instance.flows) > 1:
            call, given = self._split(scope, call)
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
            return self.lost(scope, _name(call), target, incoming)
        if source is None:
            if named.layer is None and named.instance is None:
                self._no_source(scope, call)
            else:
                self._no_flow(word, call.span)
            return self.lost(scope, _name(call), target, incoming)
        if named.instance is not None:
            again, named.called = named.called or scope.again, True
            end = self.inline(scope, named.instance, incoming, call.span, again)
            return end or self.lost(scope, _name(call), target, incoming)
        if named.layer is None:
            self._no_layer(scope, call, word, named)
            return self.lost(scope, _name(call), target, incoming)
        layer, again = named.construct, named.called or named.edge is not None
        if layer is None and named.layer in self.outline.calls:
            layer = self.outline.calls[named.layer].layer
        named.called = True
        name = self._name_again(scope, named.layer, again, target, call)
        if origin := self.origins.find(named.layer):
            self.origins.put(name, "", call.span, origin.how)
        return self.place(scope, name, named.layer, call.span, layer, incoming, target)

    def _name_again(
        self, scope: Scope, owner: str, again: bool, target: str | None, call: tree.Call
    ) -> str:
        """What one more call is named: as the text says, as the layer, or by a number."""
        if target is not None and not scope.again:
            return scope.full(target)
        again = again or scope.again
        return self.names.again(owner, call.span) if again else owner

    def _no_layer(self, scope: Scope, call: tree.Call, word: str, named: Named) -> None:
        report = self.binder.report
        if named.edge is not None and named.edge == scope.full(word):
            pending = named.edge not in self.outline.calls
            alias = named.edge in self.outline.aliases
            if pending and not alias and named.span.start > call.span.start:
                report.error(
                    "unknown-name",
                    f"{word} is called here and named only below",
                    call.span,
                    expected="a layer that is named above",
                    notes=(Note("it is named here", named.span),),
                )
                return
        report.error(
            "unknown-layer",
            f"{word} is a flow, not a layer that can be called",
            call.span,
            notes=(Note("it is named here", named.span),),
            suggestion=f"Concatenate({word}) joins flows",
        )

    def _no_flow(self, word: str, span: Span) -> None:
        self.binder.report.error(
            "missing-source",
            f"{word} is a layer, and nothing flows into it here",
            span,
            suggestion=f"flow -> {word}",
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
            call, named = self._split(scope, call)
            incoming = named if first and named else incoming + named
        owner = self._owner(scope, target, unit.name, call.span)
        instance = self._instance(scope, call, owner)
        if not incoming and instance is not None:
            self._no_source(scope, call)
            instance = None
        end = None
        if instance is not None:
            end = self.inline(scope, instance, incoming, call.span, scope.again)
        if end is None:
            self.outline.faulty = True
            return self.place(scope, owner, owner, call.span, None, incoming, target)
        if target is not None:
            named = scope.names[target]
            named.instance, named.called = instance, True
            named.over_time = scope.over_time - scope.around
        return end

    def _instance(self, scope: Scope, call: tree.Call, name: str) -> Instance | None:
        """The unit of a call with its arguments; None where they are wrong."""
        declared = self.units[call.name.text]
        declared.used = True
        arguments = declared.arguments(call, self.binder)
        if arguments is None:
            self.outline.faulty = True
            return None
        return Instance(declared.unit, arguments, f"{name}/", scope.nearer)

    # What is wrong ----------------------------------------------------------------

    def _kind(
        self, scope: Scope, call: tree.Call, step: tree.Expression, first: bool
    ) -> type[Layer] | None:
        word = call.name.text
        kind: type[Construct] | None = catalog().family("layer").get(word)
        if kind is not None:
            return cast("type[Layer]", kind)
        report = self.binder.report
        if scope.path + word in self.names.automatic:
            report.error(
                "unknown-name",
                f"{word} is a name made for a layer without one",
                step.span,
                suggestion="give that layer a name of your own and use that",
            )
        elif first and not scope.sequential and isinstance(step, tree.Name):
            report.error(
                "unknown-name",
                f"there is no input or flow called {word}",
                step.span,
                expected=one_of(scope.names),
                suggestion=report.near(word, scope.names),
            )
        elif word in catalog().family("activation"):
            report.error(
                "unknown-layer",
                f"{word} is an activation, not a layer",
                call.name.span,
                suggestion=f"Activation({word})",
            )
        else:
            self._unknown(call.name)
        return None

    def _unknown(self, word: tree.Word) -> None:
        """Report a word that is neither a layer nor a block or a model of the file."""
        others = [*self.units, *catalog().family("wrapper")]
        near = self.binder.report.near(word.text, others)
        if near is None:
            self.binder.unknown(word, "layer")
            return
        self.binder.report.error(
            "unknown-layer",
            f"there is no layer called {word.text}",
            word.span,
            expected="a layer, or a block or a model of this file",
            suggestion=near,
        )

    def _split(
        self, scope: Scope, call: tree.Call
    ) -> tuple[tree.Call, list[Reference]]:
        """A joining layer's call without the flows that it names, and these."""
        named: list[Reference] = []
        rest: list[tree.Argument] = []
        for argument in call.arguments:
            if argument.name is not None:
                rest.append(argument)
                continue
            reference = self._reference(scope, argument.value, call)
            if reference is None:
                reference = self.lost(scope, argument.value, None, [])
            named.append(reference)
        return tree.Call(call.span, call.name, tuple(rest), call.bare), named

    def _reference(
        self, scope: Scope, value: tree.Expression, call: tree.Call
    ) -> Reference | None:
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
        if value.text not in scope.names:
            message = f"there is no input or flow called {value.text}"
            fix = report.near(value.text, scope.names)
            expected = one_of(scope.names)
            report.error(
                "unknown-name", message, value.span, expected=expected, suggestion=fix
            )
            return None
        edge = scope.names[value.text].edge
        if edge is None:
            self._no_flow(value.text, value.span)
            return None
        return Reference(edge, value.span)

    def _passes_flow(self, scope: Scope, call: tree.Call) -> bool:
        """Report a flow among the arguments of a layer that takes one tensor."""
        for argument in call.arguments:
            value = argument.value
            if (
                argument.name is None
                and isinstance(value, tree.Name)
                and value.text in scope.names
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

    def _no_source(self, scope: Scope, call: tree.Call) -> None:
        """Report a layer that nothing flows into."""
        if scope.sequential:
            return  # the model has no input, which is reported at its head
        flows = (name for name, named in scope.names.items() if named.edge is not None)
        first = next(flows, "flow")
        self.binder.report.error(
            "missing-source",
            f"nothing flows into {call.name.text}",
            call.span,
            expected="a flow that starts from a name, because the model has several"
            " inputs or an output statement",
            suggestion=f"{first} -> {call.name.text}",
        )


def _wrapped(scope: Scope, keyword: str) -> Scope:
    """The scope of a layer with a wrapper around it."""
    return replace(scope, over_time=scope.over_time + 1, wrapper=keyword)


def _is_around(call: tree.Call) -> bool:
    """Whether a wrapper has the form that it should."""
    return len(call.arguments) == 1 and call.arguments[0].name is None


def _name(call: tree.Call) -> tree.Expression:
    return tree.Name(call.span, call.name.text)
