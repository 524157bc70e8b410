"""The part of the data that a comparison looks at: whole epochs in small."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .protocol import Arrays

__all__ = ["ADVERSARIAL", "LARGER", "Batches", "Window", "adversarial", "window"]


#: Batches that are made to be degenerate.
ADVERSARIAL = ("one", "zeros", "large", "ties")
#: Batches of the held-out part that are looked at, besides the last one.
HELD_OUT = 2
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

    `rows` is the number of examples of a whole epoch, `steps` that of its batches.
    """

    batches: dict[str, Arrays]
    epochs: tuple[tuple[str, ...], ...]
    validation: tuple[str, ...]
    rows: int
    steps: int

    def updates(self) -> tuple[str, ...]:
        """The batch of each update."""
        return tuple(name for epoch in self.epochs for name in epoch)

    def first(self) -> Arrays:
        """The first batch of training."""
        return self.batches[self.epochs[0][0]]


def window(batches: Batches, steps: int, epochs: int) -> Window:
    """Take at least `steps` batches, of two epochs or more (`epochs` at the most).

    Of each epoch, and of the held-out part, come the first batches in its order and the
    last one.
    """
    total = batches.steps_per_epoch
    per_epoch = min(total, max(1, -(-steps // min(2, epochs))))
    count = min(epochs, max(1, -(-steps // per_epoch)))
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
    return Window(named, tuple(taken), tuple(validation), rows, total)


def _plain(batch: Arrays) -> Arrays:
    """Copies; numbers are those of float32, so that both precisions see the same."""
    found: Arrays = {}
    for name, array in batch.items():
        plain = np.asarray(array)
        found[name] = plain.astype(np.float32) if plain.dtype.kind == "f" else plain
    return found


def adversarial(batch: Arrays, inputs: tuple[str, ...], rows: int) -> dict[str, Arrays]:
    """Batches that bring rare paths to light, made from an ordinary one.

    ``one``: a single row; ``zeros``: inputs at 0, where activations have their kinks;
    ``large``: inputs a hundred times as large, which saturates; ``ties``: inputs rounded
    to a few values, so that maxima are reached more than once.
    """
    few = {name: array[:rows] for name, array in batch.items()}

    def with_inputs(change: str) -> Arrays:
        changed = dict(few)
        for name in inputs:
            array = few[name]
            if array.dtype.kind != "f":
                continue
            if change == "zeros":
                changed[name] = np.zeros_like(array)
            elif change == "large":
                changed[name] = (array * np.float32(LARGER)).astype(array.dtype)
            else:
                size = float(np.abs(array).max()) or 1.0
                changed[name] = (np.round(array / size * 2) / 2).astype(array.dtype)
        return changed

    return {
        "one": {name: array[:1] for name, array in batch.items()},
        **{name: with_inputs(name) for name in ("zeros", "large", "ties")},
    }
