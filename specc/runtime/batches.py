"""Batches of prepared arrays."""

from collections.abc import Iterator

import numpy as np

from .random import permutation


class ArrayBatches:
    """Batches of arrays held in memory, in an order fixed by seed and epoch.

    `training` and `validation` hold arrays by name; the first axis counts the examples.
    The last batch of an epoch may be smaller. Each batch also carries ``ids``, the rows
    it is made of.
    """

    def __init__(
        self,
        training: dict[str, np.ndarray],
        validation: dict[str, np.ndarray] | None,
        batch_size: int,
        seed: int,
        shuffle: bool,
    ) -> None:
        self.training = training
        self.held_out = validation
        self.batch_size = batch_size
        self.seed = seed
        self.shuffle = shuffle
        self.examples = len(next(iter(training.values())))
        self.steps_per_epoch = -(-self.examples // batch_size)

    def epoch(self, number: int) -> Iterator[dict[str, np.ndarray]]:
        """Yield the batches of epoch `number`, counted from 0."""
        order = np.arange(self.examples)
        if self.shuffle:
            order = permutation(self.seed, "order", str(number), self.examples)
        yield from self._batches(self.training, order)

    def validation(self) -> Iterator[dict[str, np.ndarray]] | None:
        """Return the batches of the validation part, or None where there is none."""
        if self.held_out is None:
            return None
        count = len(next(iter(self.held_out.values())))
        return self._batches(self.held_out, np.arange(count))

    def _batches(
        self, arrays: dict[str, np.ndarray], order: np.ndarray
    ) -> Iterator[dict[str, np.ndarray]]:
        for start in range(0, len(order), self.batch_size):
            ids = order[start : start + self.batch_size]
            yield {"ids": ids, **{name: a[ids] for name, a in arrays.items()}}
