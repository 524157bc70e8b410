"""Bounds that a model must keep: memory, and the axes of what acts on its weights."""

from __future__ import annotations

from ..diagnostics.model import Note, Span
from ..ir import LayerNode, Network, Origins, Training, Weight
from .memory import amount_text, estimate
from .report import Report

__all__ = ["check_axes", "check_memory", "fits_axes"]


def check_memory(
    network: Network,
    training: Training | None,
    origins: Origins,
    head: Span,
    allowed: int,
    report: Report,
) -> bool:
    """Whether the program keeps within `allowed` bytes; reported where it does not.

    The place is the layer with the most weights, or, where activations are more, the
    head of the training.
    """
    memory = estimate(network, training)
    if memory.total <= allowed:
        return True
    span, notes = head, ()
    largest = max(network.layers, key=_size, default=None)
    if largest is not None and memory.total > 2 * memory.activations:
        origin = origins.find(largest.name)
        span = origin.span if origin and origin.span else head
        message = f"{largest.name} alone has {_size(largest):,} weights"
        notes = (Note(message, span),)
    report.error(
        "memory-budget",
        f"this needs {amount_text(memory.total)} of memory at least",
        span,
        expected=f"at most {amount_text(allowed)}",
        suggestion="smaller layers or batches, or a larger --memory-budget",
        notes=notes,
    )
    return False


def _size(node: LayerNode) -> int:
    total = 0
    for weight in node.weights:
        entries = 1
        for size in weight.shape:
            entries *= size
        total += entries
    return total


def fits_axes(weight: Weight) -> bool:
    """Whether the axes of a weight's constraint are different axes of the weight."""
    axes = weight.constraint.axes() if weight.constraint else ()
    rank = len(weight.shape)
    places = {axis % rank for axis in axes if -rank <= axis < rank}
    return len(places) == len(axes)


def check_axes(network: Network, origins: Origins, report: Report) -> bool:
    """Whether the axes of constraints exist in the weights that they hold for."""
    fits = True
    seen: set[Span | None] = set()
    for weight in network.weights():
        if weight.constraint is None or fits_axes(weight):
            continue
        axes = weight.constraint.axes()
        rank = len(weight.shape)
        layer = weight.path.rpartition("/")[0]
        origin = origins.find(layer, network.argument(weight.path, "constraint"))
        fits, span = False, origin.span if origin else None
        if span in seen:
            continue  # one default, inherited by several layers
        seen.add(span)
        report.error(
            "out-of-range",
            f"the axes {list(axes)} of a constraint are not those of {weight.path},"
            f" which has {rank}",
            span,
            expected=f"different axes from 0 to {rank - 1}",
        )
    return fits
