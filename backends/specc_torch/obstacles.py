"""What of a program is refused, beyond what the table refuses by construct."""

from __future__ import annotations

from collections.abc import Iterator

from specc.backend import Obstacle
from specc.catalog.constraints.max_norm import MaxNorm
from specc.emit.lowering import Table
from specc.emit.uses import obstacles
from specc.ir import Program, Weight

__all__ = ["find_obstacles", "frozen_weights"]


def frozen_weights(program: Program) -> tuple[str, ...]:
    """The paths of the weights that are not trained."""
    phases = program.training.phases if program.training else ()
    listed = {path for phase in phases for path in phase.frozen}
    return tuple(
        weight.path
        for weight in program.network.weights()
        if not weight.trainable or weight.path in listed
    )


def find_obstacles(table: Table, program: Program) -> tuple[Obstacle, ...]:
    """What the backend cannot honour in a program."""
    return (
        *obstacles(table, program),
        *_sizes(program),
        *_axes(program),
        *_masks(program),
        *_training(program),
    )


def _sizes(program: Program) -> Iterator[Obstacle]:
    """Masks are drawn on the host, before the shapes of a batch are known."""
    network = program.network
    for call in network.calls:
        node = network.layer(call.layer)
        shape = network.edge(call.inputs[0]).shape
        if node.streams and any(isinstance(size, str) for size in shape):
            why = (
                "its mask is drawn before the batch is seen, so all sizes must be known"
            )
            yield Obstacle(node.name, "", node.layer.keyword, why)


def _axes(program: Program) -> Iterator[Obstacle]:
    for node in program.network.layers:
        for weight in node.weights:
            if isinstance(weight.constraint, MaxNorm) and not _fits(weight):
                why = f"its axes are not axes of {weight.path}, which has {len(weight.shape)}"
                slot = weight.path.rsplit("/", 1)[1]
                yield Obstacle(node.name, f"{slot}_constraint", "max_norm", why)


def _fits(weight: Weight) -> bool:
    """Whether the axes of a max_norm are different axes of the weight."""
    assert isinstance(weight.constraint, MaxNorm), "the caller has looked"
    rank, axes = len(weight.shape), weight.constraint.axis
    places = {axis % rank for axis in axes if -rank <= axis < rank}
    return bool(axes) and len(places) == len(axes)


def _masks(program: Program) -> Iterator[Obstacle]:
    for edge in program.network.edges:
        if edge.mask is not None:
            why = "no layer of this backend reads masks of time steps"
            yield Obstacle(edge.name, "", "mask", why)


def _training(program: Program) -> Iterator[Obstacle]:
    training = program.training
    if training is None:
        return
    if len(training.phases) != 1:
        why = "a training has one phase in this release"
        yield Obstacle("training", "", "phase", why)
    trained = {weight.path for weight in program.network.weights()}
    if not trained - set(frozen_weights(program)):
        yield Obstacle("training", "", "train", "no weight is left to be trained")
