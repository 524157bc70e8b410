"""Batches of prepared arrays."""

from collections.abc import Iterator

import numpy as np

from .random import permutation
from .types import Arrays


class ArrayBatches:
    """Batches of arrays held in memory, in an order fixed by seed and epoch.

    Each carries ``ids``, the rows it is made of; the last of an epoch may be smaller.
    """

    def __init__(
        self,
        training: Arrays,
        validation: Arrays | None,
        batch_size: int,
        seed: int,
        shuffle: bool,
    ) -> None:
        self.training, self.held_out = training, validation
        self.batch_size, self.seed, self.shuffle = batch_size, seed, shuffle
        self.examples = len(next(iter(training.values())))
        self.steps_per_epoch = -(-self.examples // batch_size)

    def epoch(self, number: int) -> Iterator[Arrays]:
        """Yield the batches of epoch `number`, counted from 0."""
        if not self.shuffle:
            yield from self.in_order(self.training)
            return
        order = permutation(self.seed, "order", str(number), self.examples)
        for start in range(0, self.examples, self.batch_size):
            ids = order[start : start + self.batch_size]
            # take() gathers whole rows faster than a[ids] does.
            rows = {name: a.take(ids, axis=0) for name, a in self.training.items()}
            yield {"ids": ids, **rows}

    def validation(self) -> Iterator[Arrays] | None:
        """Return the batches of the validation part, or None where there is none."""
        return None if self.held_out is None else self.in_order(self.held_out)

    def in_order(self, arrays: Arrays) -> Iterator[Arrays]:
        """Yield the rows of arrays as they come; batches are views, not copies."""
        ids = np.arange(len(next(iter(arrays.values()))))
        for start in range(0, len(ids), self.batch_size):
            rows = slice(start, start + self.batch_size)
            yield {"ids": ids[rows], **{name: a[rows] for name, a in arrays.items()}}
