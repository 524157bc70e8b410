"""Layers that are called like functions."""

from __future__ import annotations

from ..diagnostics.model import Problem
from ..diagnostics.suggest import equivalents
from .around import in_brackets, kind_of, token_before, wrong
from .feed import Unexpected
from .tokens import CLOSERS, OPENERS

__all__ = ["layer_as_function"]

#: Stacks of layers in other libraries.
_STACKS = frozenset({"Sequential", "Model"})


def layer_as_function(u: Unexpected) -> Problem | None:
    """``hidden = Dense(3)(image)``, ``sum = Add()([a, b])``."""
    before = token_before(u)
    if u.token.type != "LPAR" or kind_of(before) != "RPAR" or in_brackets(u):
        return None
    if u.tokens[u.index - 1].line != u.token.line:
        return None
    if u.tokens[u.stop].type == "LBRACE":  # the head of a block
        return None
    layer, empty = _called(u)
    if layer is None or not _is_layer(layer):
        return None
    names = _arguments(u) if layer not in _STACKS else []
    if len(names) > 1 and empty:
        fix = f"{layer}({', '.join(names)})"
    elif len(names) == 1:
        fix = f"{names[0]} -> {layer}{'' if empty else '(…)'}"
    else:
        fix = None
    expected = "-> between a flow and the layer it leads to"
    return wrong("flows are not given to layers in ( )", u.token.span, expected, fix)


def _is_layer(name: str) -> bool:
    """Whether what is called looks like a layer, here or in another library."""
    meant = next(iter(equivalents(name)), name)
    return meant.rpartition(".")[2][:1].isupper()


def _called(u: Unexpected) -> tuple[str | None, bool]:
    """The name before the brackets that end at a token, and whether they are empty."""
    depth, index = 0, u.index - 1
    while index >= u.start:
        kind = u.tokens[index].type
        depth += (kind in CLOSERS) - (kind in OPENERS)
        if not depth:
            break
        index -= 1
    if index <= u.start or u.tokens[index - 1].type not in ("WORD", "DOTTED"):
        return None, False
    return u.tokens[index - 1].text, index == u.index - 2


def _arguments(u: Unexpected) -> list[str]:
    """The names in the brackets that begin at a token, where nothing else is there."""
    names: list[str] = []
    for token in u.tokens[u.index + 1 :]:
        if token.type == "WORD":
            names.append(token.text)
        elif token.type == "RPAR":
            return names
        elif token.type not in ("LSQB", "RSQB", "COMMA"):
            break
    return []
