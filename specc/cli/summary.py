"""`specc summary`: the layers of a model with shapes, parameters and memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from .options import file_argument, set_option

if TYPE_CHECKING:
    from ..check.memory import Memory
    from ..check.summary import Summary

__all__ = ["command"]

Cells = tuple[str, ...]
#: Columns of text; those after them hold numbers.
_TEXTS = 3


@click.command(
    "summary", short_help="Show a model's layers, shapes, parameters, memory."
)
@file_argument
@click.argument("model", metavar="[MODEL]", required=False)
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    help="One row for each block that lies in so many others. [default: no blocks]",
)
@set_option
def command(
    file: str, model: str | None, depth: int | None, params: dict[str, str]
) -> None:
    """Show layers, shapes, parameters and memory of a model, or of every model of FILE."""
    from .opening import open_spec

    spec = open_spec(file, params)
    one = () if model is None else (spec.summary(model, depth=depth),)
    shown = one or spec.summaries(depth=depth)
    click.echo("\n\n".join("\n".join(_lines(summary)) for summary in shown))


def _lines(summary: Summary) -> Iterator[str]:
    yield f"model {summary.model}"
    yield ""
    head = ("layer", "kind", "output", "parameters", "trainable")
    body = [
        (
            row.name,
            row.kind,
            f"({', '.join(map(str, row.shape))})",
            f"{row.parameters:,}",
            f"{row.trainable:,}",
        )
        for row in summary.rows
    ]
    widths = [max(map(len, column)) for column in zip(head, *body, strict=True)]
    yield _line(head, widths)
    yield _line(tuple("-" * width for width in widths), widths)
    yield from (_line(row, widths) for row in body)
    yield ""
    yield f"outputs     {', '.join(summary.outputs)}"
    yield f"parameters  {summary.parameters:,}, of which {summary.trainable:,} trainable"
    for name, source, count in summary.reused:
        yield f"reused      {count:,} of {source}, as {name}"
    for name, count in summary.phases.items():
        yield f"phase       {name} trains {count:,}"
    if summary.buffers:
        yield f"buffers     {summary.buffers:,}"
    yield f"memory      {_memory(summary.memory)}"


def _line(cells: Cells, widths: list[int]) -> str:
    pairs = list(zip(cells, widths, strict=True))
    left = [f"{text:<{width}}" for text, width in pairs[:_TEXTS]]
    right = [f"{text:>{width}}" for text, width in pairs[_TEXTS:]]
    return "  ".join([*left, *right])


def _memory(memory: Memory) -> str:
    from ..check.memory import amount_text

    parts = {
        "weights": memory.weights,
        "gradients": memory.gradients,
        "optimizer": memory.slots,
        "activations": memory.activations,
    }
    listed = ", ".join(
        f"{name} {amount_text(count)}" for name, count in parts.items() if count
    )
    steps = f" for each step of {', '.join(memory.steps)}" if memory.steps else ""
    return f"{amount_text(memory.total)}{steps}: {listed}"
