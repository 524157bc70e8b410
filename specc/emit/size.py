"""How much a program computes, which says how many threads fit it."""

from __future__ import annotations

import math

from ..ir import Network, Program

__all__ = ["is_large"]

#: From how many multiplications in the forward pass of a batch several threads pay. On
#: fewer they wait for one another: beside other work on two processors, a small network
#: was thirty times slower on two threads than on one.
_LARGE = 50_000_000


def is_large(program: Program) -> bool:
    """Whether several threads pay for one batch of a program."""
    training = program.training
    batch = training.batch_size if training is not None else 1
    return batch * _products(program.network) >= _LARGE


def _products(network: Network) -> int:
    """About how many multiplications one example takes: weights times positions."""
    total = 0
    for call in network.calls:
        # A size that is known only at run time is taken for a hundred.
        sizes = [
            size if isinstance(size, int) else 100
            for size in network.edge(call.name).shape[:-1]
        ]
        weights = network.layer(call.layer).weights
        total += math.prod(sizes) * sum(math.prod(w.shape) for w in weights)
    return total
