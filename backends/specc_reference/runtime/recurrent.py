"""Recurrent layers."""

from typing import Any

import numpy as np

from .activations import Activation
from .layer import Layer


class SimpleRNN(Layer):
    """h[t] = activation(x[t] · kernel + h[t − 1] · recurrent_kernel + bias).

    The first h[t − 1] is 0. Kernel (in, units), recurrent_kernel (units, units), bias
    (units). The output is that of the last step, or with `return_sequences` that of all.
    With `go_backwards` the last step comes first.
    """

    def __init__(
        self,
        kernel: tuple[int, int],
        recurrent_kernel: tuple[int, int],
        bias: tuple[int] | None = None,
        *,
        activation: Activation,
        return_sequences: bool,
        go_backwards: bool,
    ) -> None:
        super().__init__()
        self.activation = activation
        self.return_sequences = return_sequences
        self.order = -1 if go_backwards else 1
        self.weights["kernel"] = np.zeros(kernel)
        self.weights["recurrent_kernel"] = np.zeros(recurrent_kernel)
        if bias is not None:
            self.weights["bias"] = np.zeros(bias)

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, Any]:
        x = inputs[0][:, :: self.order]
        kernel, recurrent = self.weights["kernel"], self.weights["recurrent_kernel"]
        shape = (*x.shape[:2], kernel.shape[1])
        sums, outputs = np.zeros(shape), np.zeros(shape)
        state = np.zeros((shape[0], shape[2]))
        for t in range(shape[1]):
            sums[:, t] = x[:, t] @ kernel + state @ recurrent
            if "bias" in self.weights:
                sums[:, t] += self.weights["bias"]
            state = outputs[:, t] = self.activation.value(sums[:, t])
        return outputs if self.return_sequences else state, (x, sums, outputs)

    def backward(
        self, gradient: np.ndarray, memory: Any
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        x, sums, outputs = memory
        kernel, recurrent = self.weights["kernel"], self.weights["recurrent_kernel"]
        at_outputs = np.zeros_like(outputs)
        at_outputs[:, slice(None) if self.return_sequences else -1] = gradient
        at_x, at_sums = np.zeros_like(x), np.zeros_like(sums)
        found = {slot: np.zeros_like(array) for slot, array in self.weights.items()}
        at_state = np.zeros_like(outputs[:, 0])
        for t in reversed(range(x.shape[1])):
            at_state = at_state + at_outputs[:, t]
            at_sums[:, t] = self.activation.backward(sums[:, t], at_state)
            found["kernel"] += x[:, t].T @ at_sums[:, t]
            if t > 0:
                found["recurrent_kernel"] += outputs[:, t - 1].T @ at_sums[:, t]
            if "bias" in found:
                found["bias"] += at_sums[:, t].sum(axis=0)
            at_x[:, t] = at_sums[:, t] @ kernel.T
            at_state = at_sums[:, t] @ recurrent.T
        return [at_x[:, :: self.order]], found
