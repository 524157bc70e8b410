"""What every layer is."""

from typing import Any

import numpy as np


class Layer:
    """A function of arrays, the batch on their first axis.

    `weights` and `buffers` are its arrays by slot; a backward pass makes gradients of
    the weights, a forward pass in training mode moves the buffers.
    """

    #: Probability that an entry is dropped in training; 0 where nothing is drawn.
    rate: float = 0.0

    def __init__(self) -> None:
        self.weights: dict[str, np.ndarray] = {}
        self.buffers: dict[str, np.ndarray] = {}

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, Any]:
        """Return the output, and what `backward` needs to know of this call.

        `keep` says which entries of the input stay, where the layer drops some.
        """
        raise NotImplementedError

    def backward(
        self, gradient: np.ndarray, memory: Any
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        """Return the gradients of the inputs, and of the weights by slot.

        `gradient` is that of the output, `memory` what `forward` returned beside it.
        """
        raise NotImplementedError
