"""The pieces in PyTorch."""

import torch
from torch import Tensor, nn


class Snake(nn.Module):
    """x + sin²(frequency · x) / frequency."""

    def __init__(self, frequency: float) -> None:
        super().__init__()
        self.frequency = frequency

    def forward(self, input: Tensor) -> Tensor:
        """Return the activation of each entry."""
        return input + torch.sin(self.frequency * input).square() / self.frequency


def bounded(weight: Tensor, limit: float) -> None:
    """Bring the entries of a weight between -limit and limit, in place."""
    weight.clamp_(-limit, limit)
