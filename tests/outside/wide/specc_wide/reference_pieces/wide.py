"""The pieces in NumPy, from the formulas."""

from dataclasses import dataclass

import numpy as np

from specc_reference.runtime.losses import Loss, clip_probabilities


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
