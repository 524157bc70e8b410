"""How much memory a training will need, from shapes alone, before any is taken."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from ..catalog.types import Shape
from ..ir import Call, Network, Training

__all__ = ["Memory", "amount_text", "estimate"]

_BYTES = {"float32": 4, "float64": 8}
#: What batches have where there is no training to say so.
_BATCH_SIZE = 32


@dataclass(frozen=True)
class Memory:
    """Bytes by what they are for.

    `weights` counts weights and buffers; `gradients` one array for each trained weight
    and `slots` what the optimizer keeps, both in the phase that needs most;
    `activations` the result of every call for one batch, what it keeps besides, and the
    gradients of both. Of sizes that are known only at run time, which `steps` names, it is
    counted what one step takes.
    """

    weights: int
    gradients: int
    slots: int
    activations: int
    steps: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.gradients + self.slots + self.activations


def _numbers(shape: Shape) -> int:
    return prod(size for size in shape if isinstance(size, int))


def estimate(network: Network, training: Training | None = None) -> Memory:
    """The memory that training needs; without a training, that of the model in batches of 32.

    Frameworks need more than this: for their code, and for what single operations put
    aside while they run.
    """
    width = _BYTES[training.precision if training else "float32"]
    weights = network.weights()
    held = sum(_numbers(weight.shape) for weight in weights)
    held += sum(_numbers(buffer.shape) for buffer in network.buffers())
    rows = training.batch_size if training else _BATCH_SIZE
    trained, slots = _most(network, training) if training else (0, 0)
    results = sum(_numbers(edge.shape) for edge in network.edges)
    if training is not None:
        results += sum(_kept(network, call) for call in network.calls)
    learning = training is not None
    return Memory(
        weights=held * width,
        gradients=trained * width,
        slots=slots * width,
        activations=results * rows * width * (2 if learning else 1),
        steps=tuple(network.sizes),
    )


def _kept(network: Network, call: Call) -> int:
    """The numbers that a call keeps for the gradient besides what it takes and gives."""
    kept = network.layer(call.layer).layer.kept(network.shapes(call))
    steps = network.edge(call.name).shape[: call.over_time]
    return _numbers(steps) * sum(map(_numbers, kept))


def _most(network: Network, training: Training) -> tuple[int, int]:
    """The numbers trained, and those the optimizer keeps, in the phase that has most."""
    found: list[tuple[int, int]] = []
    for phase in training.phases:
        frozen = set(phase.frozen)
        trained = sum(
            _numbers(weight.shape)
            for weight in network.weights()
            if weight.trainable and weight.path not in frozen
        )
        found.append((trained, trained * len(phase.optimizer.slots())))
    return max(found, key=sum, default=(0, 0))


def amount_text(count: int) -> str:
    """A number of bytes in the unit that suits it: ``1.2 MiB``."""
    if count < 1024:
        return f"{count} B"
    units = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
    for power, unit in enumerate(units, 1):
        # Whole division first: the count may be too large for a floating number.
        tenths = count * 10 // 1024**power
        if tenths < 10240:
            return f"{tenths // 10}.{tenths % 10} {unit}"
    return f"more than 1000 {units[-1]}"
