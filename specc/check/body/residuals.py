"""``residual``: what flows in, added to what a body makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...catalog import catalog
from ...catalog.layers import Layer
from ...diagnostics.model import Note, Span
from ...syntax import tree
from ..report import Report
from ..scope import Reference, Scope
from ..statements import head
from .calls import Calls

__all__ = ["Residuals"]


class Residuals:
    """Reads residuals.

    Args:
        report: takes the problems.
        calls: takes the additions.
        read: takes in the statements of a scope.
    """

    def __init__(
        self,
        report: Report,
        calls: Calls,
        read: Callable[[Iterable[tree.Statement], Scope], None],
    ) -> None:
        self.report, self.calls, self._read = report, calls, read

    def read(self, block: tree.Block, scope: Scope) -> None:
        """input + body(input), or shortcut(input) + body(input)."""
        start = scope.current if scope.sequential else None
        if start is None:
            if not scope.sequential:
                self._no_start(head(block))
            return
        ways = [
            s
            for s in block.body
            if isinstance(s, tree.Block) and s.kind.text == "shortcut"
        ]
        for extra in ways[1:]:
            note = Note("the first one is here", head(ways[0]))
            message = "a residual has one shortcut"
            self.report.error("duplicate-name", message, head(extra), notes=(note,))
        rest = [s for s in block.body if s not in ways]
        end = self._branch(rest, scope, start, head(block))
        other = (
            self._branch(ways[0].body, scope, start, head(ways[0])) if ways else start
        )
        hint = None if ways else "shortcut { … } changes the shape of what is added"
        add = catalog().find("layer", "Add")()
        assert isinstance(add, Layer)
        span = head(block)
        owner, name = self.calls.called(scope, None, add.keyword, span)
        self.calls.origins.put(owner, "", span)
        scope.current = self.calls.place(
            scope, name, owner, span, add, [end, other], hint=hint
        )

    def _no_start(self, span: Span) -> None:
        self.report.error(
            "missing-source",
            "nothing flows into this residual",
            span,
            expected="a body whose layers follow one another: that of a block,"
            " or of a model with one input and no output statement",
            suggestion="put it into a block, and lead a flow to that",
        )
        self.calls.outline.faulty = True

    def _branch(
        self,
        statements: Iterable[tree.Statement],
        scope: Scope,
        start: Reference,
        span: Span,
    ) -> Reference:
        """One of the two ways through a residual."""
        scope.current, before = start, scope.nearer
        self._read(statements, scope)
        scope.under(before)
        end = scope.current
        if end.name == start.name:
            self.calls.outline.faulty = True
            word = span.source.text[span.start : span.end]
            message = f"this {word} has no layers"
            self.report.error(
                "empty-model",
                message,
                span,
                expected="a layer at least, such as Dense(10)",
            )
        return end
