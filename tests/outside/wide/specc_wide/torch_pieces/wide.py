"""The pieces in PyTorch."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def focal(probabilities: Tensor, target: Tensor, gamma: float) -> Tensor:
    """Return the focal loss of every entry, of probabilities."""
    p = probabilities.clamp(1e-7, 1.0 - 1e-7)
    yes, no = (1.0 - p) ** gamma * p.log(), p**gamma * (1.0 - p).log()
    return -target * yes - (1.0 - target) * no


def focal_of_logits(logits: Tensor, target: Tensor, gamma: float) -> Tensor:
    """Return the focal loss of every entry, of logits."""
    log_p, log_q = F.logsigmoid(logits), F.logsigmoid(-logits)
    yes, no = (gamma * log_q).exp() * log_p, (gamma * log_p).exp() * log_q
    return -target * yes - (1.0 - target) * no


class Adagrad(torch.optim.Optimizer):
    """s ← s + g²; w ← w - lr · g / √(s + eps)."""

    def __init__(self, params: Iterable[Tensor], lr: float, eps: float) -> None:
        super().__init__(params, {"lr": lr})
        self.eps = eps

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Update each weight that has a gradient."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    squares = self.state[weight]["squares"]
                    squares.addcmul_(weight.grad, weight.grad)
                    root = (squares + self.eps).sqrt_()
                    weight.addcdiv_(weight.grad, root, value=-group["lr"])


class Blackout(nn.Module):
    """Sets entries to zero in training, as the mask that was given to it says."""

    keep: Tensor | None = None

    def forward(self, input: Tensor) -> Tensor:
        """Return x · keep."""
        if self.keep is None or not self.training:
            return input
        keep, self.keep = self.keep, None
        return input * keep.to(input.dtype)
