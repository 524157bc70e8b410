"""The part of the data that a comparison looks at: whole epochs in small."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ..catalog.types import Shape
from ..ir import Program
from .protocol import Arrays

__all__ = [
    "ADVERSARIAL",
    "LARGER",
    "Batches",
    "Window",
    "adversarial",
    "varied",
    "window",
]


#: Batches that are made to be degenerate.
ADVERSARIAL = ("one", "zeros", "large", "ties")
#: Batches of the held-out part that are looked at, besides the last one.
HELD_OUT = 2
#: Bytes of batches that are held and handed to every side.
BATCHES_BUDGET = 256 << 20
#: How much larger the inputs of the batch ``large`` are.
LARGER = 100.0


class Batches(Protocol):
    """Batches by epoch, as `specc.runtime.batches.ArrayBatches` gives them."""

    steps_per_epoch: int

    def epoch(self, number: int) -> Iterator[Arrays]:
        """The batches of epoch `number`, counted from 0."""
        ...

    def validation(self) -> Iterator[Arrays] | None:
        """The batches of the held-out part, or None where there is none."""
        ...


@dataclass(frozen=True)
class Window:
    """Some batches of some epochs, by name, each epoch with its true last one.

    `rows` is the number of examples of a whole epoch, `steps` that of its batches; `spans`
    counts the epochs of each phase.
    """

    batches: dict[str, Arrays]
    epochs: tuple[tuple[str, ...], ...]
    validation: tuple[str, ...]
    rows: int
    steps: int
    spans: tuple[int, ...] = ()

    def updates(self) -> tuple[str, ...]:
        """The batch of each update."""
        return tuple(name for epoch in self.epochs for name in epoch)

    def first(self) -> Arrays:
        """The first batch of training."""
        return self.batches[self.epochs[0][0]]


def window(batches: Batches, steps: int, epochs: tuple[int, ...]) -> Window:
    """Take at least `steps` batches, of two epochs or more of each phase.

    `epochs` has those of each phase, which are the most that it gets. There are fewer
    batches where their arrays would not fit into `BATCHES_BUDGET`. Of each epoch,
    and of the held-out part, come the first batches in its order and the last one.
    """
    total = batches.steps_per_epoch
    one = sum(a.nbytes for a in next(iter(batches.epoch(0))).values())
    steps = min(steps, max(4, BATCHES_BUDGET // max(1, one)))
    spans = [min(2, most) for most in epochs]
    per_epoch = min(total, max(1, -(-steps // sum(spans))))
    count = min(sum(epochs), max(1, -(-steps // per_epoch)))
    if len(epochs) == 1:
        spans = [count]
    while sum(spans) < count:
        room = [most - span for span, most in zip(spans, epochs, strict=True)]
        spans[room.index(max(room))] += 1
    count = sum(spans)
    named: dict[str, Arrays] = {}
    taken: list[tuple[str, ...]] = []
    rows = 0
    for epoch in range(count):
        names: list[str] = []
        for number, batch in enumerate(batches.epoch(epoch)):
            if epoch == 0:
                rows += len(batch["ids"])
            if number < per_epoch - 1 or number == total - 1:
                names.append(f"e{epoch}b{number}")
                named[names[-1]] = _plain(batch)
        taken.append(tuple(names))
    held_out = batches.validation()
    validation: list[str] = []
    last: Arrays | None = None
    number = 0
    for number, batch in enumerate(held_out or ()):
        last = batch
        if number < HELD_OUT:
            validation.append(f"v{number}")
            named[validation[-1]] = _plain(batch)
    if last is not None and number >= HELD_OUT:
        validation.append(f"v{number}")
        named[validation[-1]] = _plain(last)
    held = tuple(validation)
    return Window(named, tuple(taken), held, rows, total, tuple(spans))


def varied(seen: Window, program: Program) -> Window:
    """The window with sizes that are known only at run time not the same in all batches.

    Of each such size every other batch has about two thirds.
    """
    sizes, fields = list(program.network.sizes), program.fields()
    batches = {
        name: {
            field: _cropped(array, fields.get(field, ()), sizes[number % 2 :: 2])
            for field, array in batch.items()
        }
        for number, (name, batch) in enumerate(seen.batches.items())
    }
    return replace(seen, batches=batches) if sizes else seen


def _cropped(array: np.ndarray, shape: Shape, sizes: list[str]) -> np.ndarray:
    """An array whose axes of those sizes are cut short."""
    cuts = (
        slice(max(1, min(have - 1, 2 * have // 3)) if size in sizes else have)
        for have, size in zip(array.shape[1:], shape, strict=False)
    )
    return np.ascontiguousarray(array[(slice(None), *cuts)])


def _plain(batch: Arrays) -> Arrays:
    """Copies; numbers are those of float32, so that both precisions see the same."""
    found: Arrays = {}
    for name, array in batch.items():
        plain = np.asarray(array)
        found[name] = plain.astype(np.float32) if plain.dtype.kind == "f" else plain
    return found


def adversarial(batch: Arrays, program: Program, rows: int) -> dict[str, Arrays]:
    """Batches that bring rare paths to light, made from an ordinary one.

    ``one``: a single row; ``zeros``: inputs at 0, where activations have their kinks and
    outputs may tie, half of the classes being the first; ``large``: inputs a hundred
    times as large, which saturates; ``ties``: inputs rounded to a few values, so that
    maxima are reached more than once; ``weightless``, where examples have weights: all
    of these 0.
    """
    training = program.training
    assert training is not None
    few = {name: array[:rows] for name, array in batch.items()}
    inputs = [item.name for item in program.network.inputs]
    found = {"one": {name: array[:1] for name, array in batch.items()}}
    for change in ("zeros", "large", "ties"):
        changed = {name: _changed(few[name], change) for name in inputs}
        found[change] = {**few, **changed}
    for item in training.objectives:
        found["zeros"][item.target] = _first_class(few[item.target])
    if training.sample_weight is not None:
        weights = np.zeros_like(few[training.sample_weight])
        found["weightless"] = {**few, training.sample_weight: weights}
    return found


def _changed(array: np.ndarray, change: str) -> np.ndarray:
    """Inputs as one of the batches has them; what counts or names is left alone."""
    if array.dtype.kind != "f":
        return array
    if change == "zeros":
        return np.zeros_like(array)
    if change == "large":
        return (array * np.float32(LARGER)).astype(array.dtype)
    size = float(np.abs(array).max()) or 1.0
    return (np.round(array / size * 2) / 2).astype(array.dtype)


def _first_class(targets: np.ndarray) -> np.ndarray:
    """Targets of classes, every other one of the first class: 0, or 1 in the first place."""
    found = targets.copy()
    if found.dtype.kind != "f":
        found[::2] = 0
    elif found.ndim > 1 and set(np.unique(found)) == {0.0, 1.0}:
        found[::2] = 0.0
        found[::2, ..., 0] = 1.0
    return found
