"""Which weights a phase freezes: names and patterns of layers and of single weights."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from fnmatch import translate

from ..diagnostics.model import Note, Span
from ..ir import Buffer, LayerNode, Network
from ..syntax import tree
from .assign import Given
from .bind import Binder
from .report import Report, one_of

__all__ = ["freeze", "leaves_nothing"]

#: So many names are looked at for one unit of the work that a file may ask for.
_NAMES = 2
#: What makes a pattern of a name.
_SIGNS = re.compile(r"[*?[]")


def freeze(
    patterns: tuple[str, ...],
    given: Given | None,
    network: Network,
    head: Span,
    binder: Binder,
) -> tuple[str, ...] | None:
    """The paths that `Phase.frozen` lists; None where the patterns are wrong.

    Args:
        patterns: names, or patterns with ``*`` (any text, a slash too), ``?``, ``[abc]``.
        given: where they were written.
        network: whose layers and weights they are of.
        head: of the train block or the phase.
        binder: takes the problems, and has the work that may be done.
    """
    if not patterns:
        return ()
    report, meant = binder.report, _meant(network)
    spans = _spans(patterns, given, head)
    frozen: set[str] = set()
    fits = True
    for pattern, span in zip(patterns, spans, strict=True):
        plain = _SIGNS.search(pattern) is None
        looked = 1 if plain and pattern in meant else len(meant)
        if not binder.params.spend(looked // _NAMES + 1, span, report):
            return None
        names = [pattern] if plain else list(filter(_matcher(pattern), meant))
        paths = {path for name in names for path in meant.get(name, ())}
        fits = bool(paths) and fits
        if not paths:
            _nothing(
                pattern, any(name in meant for name in names), network, span, report
            )
        frozen |= paths
    if fits and frozen and leaves_nothing(network, frozen):
        message = "no weight that a loss depends on is left to be trained"
        where = given.value.span if given is not None else head
        named = "training" if _text(head).startswith("train") else "phase"
        notes = () if where is head else (Note(f"in this {named}", head),)
        fix = "leave out what is to be trained"
        report.error("nothing-trained", message, where, notes=notes, suggestion=fix)
        return None
    if not fits:
        return None
    known = [weight.path for weight in network.weights()]
    known += [b.path for node in network.layers for b in _statistics(node)]
    return tuple(path for path in known if path in frozen)


def _text(span: Span) -> str:
    return span.source.text[span.start : span.end]


def leaves_nothing(network: Network, frozen: Set[str]) -> bool:
    """Whether all weights that could be trained, and that a loss depends on, are frozen."""
    edges = set(network.ends.values())
    layers: set[str] = set()
    for call in reversed(network.calls):
        if call.name in edges:
            edges |= set(call.inputs)
            layers.add(call.layer)
    weights = [w for n in network.layers if n.name in layers for w in n.weights]
    trainable = {weight.path for weight in weights if weight.trainable}
    return bool(trainable) and trainable <= frozen


def _spans(
    patterns: tuple[str, ...], given: Given | None, head: Span
) -> tuple[Span, ...]:
    """The place of each pattern."""
    if given is None:
        return (head,) * len(patterns)
    if isinstance(given.value, tree.ListExpr):
        return tuple(item.span for item in given.value.items)
    return (given.value.span,) * len(patterns)


def _meant(network: Network) -> dict[str, tuple[str, ...]]:
    """The paths that each name of a layer or a weight means."""
    found: dict[str, tuple[str, ...]] = {}
    for node in network.layers:
        own = tuple(weight.path for weight in node.weights)
        found[node.name] = own + tuple(buffer.path for buffer in _statistics(node))
        found.update((path, (path,)) for path in own)
    return found


def _matcher(pattern: str) -> Callable[[str], object]:
    return re.compile(translate(pattern)).match


def _statistics(node: LayerNode) -> tuple[Buffer, ...]:
    """The buffers that stand for a layer which has no weights."""
    return () if node.weights else node.buffers


def _nothing(
    pattern: str, exists: bool, network: Network, span: Span, report: Report
) -> None:
    """Report a pattern that means nothing, though there may be layers of that name."""
    names = [node.name for node in network.layers]
    held = [node.name for node in network.layers if node.weights or node.buffers]
    if exists:
        message = f"{pattern} has no weights that could be frozen"
        report.error("unknown-frozen", message, span, expected=one_of(held))
        return
    within = any(name.startswith(f"{pattern}/") for name in names)
    weights = [weight.path for weight in network.weights()]
    fix = f'"{pattern}/*"' if within else report.near(pattern, [*held, *weights])
    if not within and fix is not None and not fix.isidentifier():
        fix = f'"{fix}"'
    message = f"no layer or weight is called {pattern}"
    report.error("unknown-frozen", message, span, expected=one_of(held), suggestion=fix)
