"""Calls of layers, each put down under a name of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...catalog.layers import Layer
from ...diagnostics.model import Span
from ...ir import Origins
from ..names import Names, stem
from ..scope import Outline, PendingCall, Reference, Scope

__all__ = ["Calls"]


@dataclass
class Calls:
    """Puts the calls of one model into its outline.

    Args:
        names: what names are taken in the model.
        origins: takes the places of layers and of their arguments.
        outline: takes the calls.
    """

    names: Names
    origins: Origins
    outline: Outline

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

    def lost(
        self,
        scope: Scope,
        span: Span,
        target: str | None = None,
        inputs: Iterable[Reference] = (),
    ) -> Reference:
        """Stand in for a step that is wrong, so that those after it are still read."""
        self.outline.faulty = True
        if target is not None and target in scope.names:
            scope.names[target].lost = True
        owner, name = self.called(scope, target, "Lost", span)
        return self.place(scope, name, owner, span, None, [*inputs], target)

    def called(
        self, scope: Scope, target: str | None, keyword: str, span: Span
    ) -> tuple[str, str]:
        """The names of a layer and of its call here."""
        owner = self.owner(scope, target, keyword, span)
        return owner, self.names.again(owner, span) if scope.again else owner

    def named_again(
        self, scope: Scope, owner: str, again: bool, target: str | None, span: Span
    ) -> str:
        """What one more call is named: as the text says, as the layer, or by a number."""
        if target is not None and not scope.again:
            return scope.full(target)
        again = again or scope.again
        return self.names.again(owner, span) if again else owner

    def owner(self, scope: Scope, target: str | None, keyword: str, span: Span) -> str:
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

    def alias(self, scope: Scope, target: str, end: Reference, span: Span) -> Reference:
        """The end of a flow under the name that the text gives it."""
        full = scope.full(target)
        if end.name != full and not scope.again:
            self.outline.aliases[full] = end
            end = Reference(full, span)
        scope.names[target].edge = end.name
        return end
