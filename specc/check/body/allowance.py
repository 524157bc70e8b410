"""What a model may ask for; going beyond it is reported once."""

from __future__ import annotations

from ...diagnostics.model import Span
from ..bind import Binder
from ..scope import Outline

__all__ = ["Allowance"]

_MUCH = "this file asks for too much work"


class Allowance:
    """So many calls, and the work that its file has left.

    Args:
        nodes: how many calls there may be.
        binder: counts the work, and has the report.
        outline: has the calls.
    """

    def __init__(self, nodes: int, binder: Binder, outline: Outline) -> None:
        self.nodes, self.binder, self.outline = nodes, binder, outline
        self.exhausted = False

    def full(self, span: Span) -> bool:
        """Whether the model has as many calls as it may have."""
        if len(self.outline.calls) < self.nodes:
            return False
        self._end(self._many(), span)
        return True

    def spend(self, amount: int, span: Span) -> bool:
        """Take so much work; whether reading can go on."""
        if not self.binder.params.spend(amount, span, self.binder.report):
            self.exhausted = self.outline.faulty = True
        return not self.exhausted

    def refuse(self, span: Span) -> None:
        """What stands here would go beyond it."""
        self._end(self._many() if self.outline.calls else _MUCH, span)

    def _many(self) -> str:
        return f"the model has more than the {self.nodes} layers allowed"

    def _end(self, message: str, span: Span) -> None:
        if not self.exhausted:
            self.binder.report.error("too-much-work", message, span)
        self.exhausted = self.outline.faulty = True
