"""The settings of a block as the arguments of one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..diagnostics.model import Span
from ..syntax import tree
from .params import Override

__all__ = ["replaced", "settings_call"]


def settings_call(settings: Iterable[tree.Setting], head: Span) -> tree.Call:
    """A call whose arguments are ``key = value`` statements, headed by the block's head."""
    arguments = tuple(
        tree.Argument(setting.span, setting.key, setting.value) for setting in settings
    )
    return tree.Call(head, tree.Word(head, ""), arguments)


def replaced(call: tree.Call, overrides: Mapping[str, Override]) -> tree.Call:
    """The call with values from outside in the place of its own."""
    if not overrides:
        return call
    kept = tuple(
        argument
        for argument in call.arguments
        if argument.name is None or argument.name.text not in overrides
    )
    added = tuple(
        tree.Argument(item.span, tree.Word(item.span, name), _expression(item))
        for name, item in overrides.items()
    )
    return tree.Call(call.span, call.name, (*kept, *added))


def _expression(item: Override) -> tree.Expression:
    """What a user typed on a command line, as the expression it would be in a file."""
    text, span = item.text, item.value_span
    if text in ("true", "false"):
        return tree.Boolean(span, text == "true")
    for kind in (int, float):
        try:
            return tree.Number(span, kind(text[:400]), text)
        except ValueError:
            continue
    return tree.Name(span, text)
