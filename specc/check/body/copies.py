"""Parts of trained models in the place of a layer: their layers copied, not written."""

from __future__ import annotations

from ...diagnostics.model import Note, Span
from ...ir import Block
from ...syntax import tree
from ..expectation import signature
from ..parts import Part
from ..reuse import PlacedPart, Sources
from ..scope import Instance, PendingCall, Reference, Scope, Unit
from .calls import Calls

__all__ = ["Copies"]


class Copies:
    """Puts parts of trained models into a model.

    Args:
        sources: the trained models.
        calls: takes the calls of the layers.
    """

    def __init__(self, sources: Sources, calls: Calls) -> None:
        self.sources, self.names = sources, calls.names
        self.origins, self.outline = calls.origins, calls.outline

    def instance(self, asked: tree.Reuse, part: Part, scope: Scope) -> Instance:
        """The part as what stands in the place of a layer."""
        unit = Unit(part.trained.training, "part", asked.span, (), asked.span)
        path = f"{scope.full(asked.target.text)}/"
        return Instance(unit, {}, path, scope.nearer, part)

    def place(
        self,
        scope: Scope,
        instance: Instance,
        incoming: list[Reference],
        span: Span,
        again: bool,
        block: Block,
    ) -> Reference:
        """Put the layers of a part behind flows; where they end.

        Args:
            scope: where it stands.
            instance: the part under its name.
            incoming: a flow for each of its inputs.
            span: where it is used.
            again: whether its layers have been called before.
            block: this use of it.
        """
        part, path = instance.part, instance.path
        assert part is not None, "only parts are copied"
        edges = dict(zip(part.inputs, (flow.name for flow in incoming), strict=True))
        note = Note(f"{part.trained.title} is trained here", part.trained.span)
        uses = (*scope.uses, note) if part.trained.span else scope.uses
        for call in part.calls:
            owner, name = path + call.layer, path + call.name
            if again:
                name = self.names.again(name, span)
            elif not self.names.claim(name, span):
                self.outline.faulty = True
            layer = part.trained.network.layer(call.layer).layer
            inputs = [Reference(edges[edge], span) for edge in call.inputs]
            self.outline.calls[name] = PendingCall(
                name,
                owner,
                span,
                layer,
                inputs,
                uses,
                over_time=scope.over_time + call.over_time,
            )
            self.origins.blocks[name] = (*scope.blocks, block)
            edges[call.name] = name
            for named in (owner, name):
                self.origins.put(named, "", instance.unit.span)
                for argument in signature(type(layer)).parameters:
                    how = f"reuse {path.removesuffix('/')}"
                    self.origins.put(named, argument, instance.unit.span, how)
        if not again:
            self.origins.put(path.removesuffix("/"), "", instance.unit.span)
            placed = PlacedPart(part, path.removesuffix("/"), instance.unit.span)
            self.outline.parts.append(placed)
        return Reference(edges[part.output], span)
