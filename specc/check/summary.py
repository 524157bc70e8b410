"""What `specc summary` shows: the layers of a model, with their shapes and weights."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import prod

from ..catalog.types import Shape
from ..ir import Block, Network, Origins, Program
from .memory import Memory, estimate

__all__ = ["Row", "Summary", "summarize"]


@dataclass(frozen=True)
class Row:
    """One input or one call of a layer.

    `name` is the edge that it produces, `kind` the layer's keyword or ``input``, and
    `shape` that of one example; a block that is folded has its own name and kind.
    `parameters` counts the weights that the layer owns, `trainable` those of them that
    training changes, `buffers` the numbers that it keeps without training them. A layer's
    weights are counted at its first call.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    shape: Shape
    parameters: int = 0
    trainable: int = 0
    buffers: int = 0


@dataclass(frozen=True)
class Summary:
    """The rows of a model, inputs first, and what they come to.

    `reused` counts the weights of each part that is taken from a trained model, whose
    training or run stands beside the name of the part.
    `phases` says how many numbers each phase of its training changes, where there are
    several, or where something is frozen.
    """

    model: str
    rows: tuple[Row, ...]
    outputs: dict[str, str]
    memory: Memory
    reused: tuple[tuple[str, str, int], ...] = ()
    phases: dict[str, int] = field(default_factory=dict[str, int])

    def folded(self, origins: Origins, depth: int) -> Summary:
        """The summary with one row for each block that lies below `depth` others."""

        def row_of(edge: str) -> Block | None:
            """The block whose row the edge is in."""
            around = origins.blocks.get(edge, ())
            return around[depth] if len(around) > depth else None

        found: dict[tuple[str, int], Row] = {}
        for row in self.rows:
            block = row_of(row.name)
            if block is None:
                found[row.name, 0] = row
                continue
            outer = tuple(edge for edge in row.inputs if row_of(edge) != block)
            row, use = replace(row, inputs=outer), (block.path, block.call)
            found[use] = _more(found[use], row) if use in found else _first(block, row)
        return replace(self, rows=tuple(found.values()))

    @property
    def parameters(self) -> int:
        """All weights."""
        return sum(row.parameters for row in self.rows)

    @property
    def trainable(self) -> int:
        """The weights that training changes."""
        return sum(row.trainable for row in self.rows)

    @property
    def buffers(self) -> int:
        """The numbers that are kept without being trained."""
        return sum(row.buffers for row in self.rows)


def _first(block: Block, row: Row) -> Row:
    """The row of a block that begins with this one."""
    return replace(row, name=str(block), kind=block.unit)


def _more(block: Row, row: Row) -> Row:
    """The row of a block with one more of its calls, whose output is that of the last."""
    return replace(
        block,
        inputs=tuple(dict.fromkeys((*block.inputs, *row.inputs))),
        shape=row.shape,
        parameters=block.parameters + row.parameters,
        trainable=block.trainable + row.trainable,
        buffers=block.buffers + row.buffers,
    )


def summarize(program: Program) -> Summary:
    """The summary of a program's model; memory as its training needs it, if it has one."""
    network, training = program.network, program.training
    frozen = set(program.frozen())
    rows = [
        Row(item.name, "input", (), network.edge(item.name).shape)
        for item in network.inputs
    ]
    counted: set[str] = set()
    for call in network.calls:
        node = network.layer(call.layer)
        weights = () if call.layer in counted else node.weights
        buffers = () if call.layer in counted else node.buffers
        counted.add(call.layer)
        changed = [weight for weight in weights if weight.path not in frozen]
        rows.append(
            Row(
                name=call.name,
                kind=network.kind(call),
                inputs=call.inputs,
                shape=network.edge(call.name).shape,
                parameters=sum(prod(weight.shape) for weight in weights),
                trainable=sum(prod(weight.shape) for weight in changed),
                buffers=sum(prod(buffer.shape) for buffer in buffers),
            )
        )
    outputs = network.ends
    memory = estimate(network, training)
    return Summary(
        network.name,
        tuple(rows),
        outputs,
        memory,
        _reused(network),
        _phases(program),
    )


def _reused(network: Network) -> tuple[tuple[str, str, int], ...]:
    sizes = {weight.path: prod(weight.shape) for weight in network.weights()}
    return tuple(
        (part.name, part.source, sum(sizes.get(a.path, 0) for a in part.arrays))
        for part in network.reused
    )


def _phases(program: Program) -> dict[str, int]:
    """The numbers that each phase changes; nothing of one that freezes nothing."""
    phases = program.training.phases if program.training else ()
    if len(phases) < 2 and not any(phase.frozen for phase in phases):
        return {}
    weights = program.network.weights()
    return {
        phase.name: sum(prod(w.shape) for w in weights if w.path not in frozen)
        for phase in phases
        for frozen in [set(program.frozen(phase))]
    }
