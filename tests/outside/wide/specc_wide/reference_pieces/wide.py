"""The pieces in NumPy, from the formulas."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from specc_reference.runtime.layer import Layer
from specc_reference.runtime.losses import Loss, clip_probabilities
from specc_reference.runtime.optimizers import Optimizer


@dataclass(frozen=True)
class Focal(Loss):
    """−y · q^gamma · log p − (1 − y) · p^gamma · log q, q = 1 − p; p is clipped."""

    logits: bool
    gamma: float

    def entries(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of every entry."""
        p, q, log_p, log_q = self.probabilities(predictions)
        yes, no = q**self.gamma * log_p, p**self.gamma * log_q
        return -targets * yes - (1.0 - targets) * no

    def slopes(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the gradient of the sum of all entries' losses at the predictions."""
        p, q, log_p, log_q = self.probabilities(predictions)
        yes = q ** (self.gamma - 1.0) * (q / p - self.gamma * log_p)
        no = p ** (self.gamma - 1.0) * (p / q - self.gamma * log_q)
        at_p = (1.0 - targets) * no - targets * yes
        if self.logits:
            return at_p * p * q
        return at_p * clip_probabilities(predictions)[1]

    def probabilities(self, predictions: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return p, 1 − p, and their logarithms."""
        if not self.logits:
            p, _ = clip_probabilities(predictions)
            return p, 1.0 - p, np.log(p), np.log(1.0 - p)
        log_p = -np.logaddexp(0.0, -predictions)
        log_q = -np.logaddexp(0.0, predictions)
        return np.exp(log_p), np.exp(log_q), log_p, log_q


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """s ← s + g²; w ← w − lr · g / √(s + ε)."""

    epsilon: float

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: dict[str, np.ndarray],
        rate: float,
        t: int,
    ) -> np.ndarray:
        slots["squares"] = slots["squares"] + g**2
        return w - rate * g / np.sqrt(slots["squares"] + self.epsilon)


class Blackout(Layer):
    """y = keep · x in training, y = x in inference."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, Any]:
        (x,) = inputs
        factor = keep * 1.0 if training and keep is not None else 1.0
        return x * factor, factor

    def backward(
        self, gradient: np.ndarray, memory: Any
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        return [gradient * memory], {}
