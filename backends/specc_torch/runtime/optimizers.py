"""Update rules that PyTorch defines otherwise."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor


class RMSprop(torch.optim.Optimizer):
    """RMSprop with epsilon inside the root and the learning rate inside the momentum.

    s ← rho · s + (1 - rho) · g²; u = lr · g / √(s + eps); w ← w - u.
    Centered: a ← rho · a + (1 - rho) · g, and s - a² under the root. With momentum:
    q ← momentum · q + u; w ← w - q.

    torch.optim.RMSprop adds epsilon to the root, and multiplies by the learning rate
    where it uses q.
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float,
        rho: float,
        momentum: float,
        eps: float,
        centered: bool,
    ) -> None:
        super().__init__(params, {"lr": lr})
        self.rho, self.eps = rho, eps
        self.momentum, self.centered = momentum, centered

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Update each weight that has a gradient."""
        loss = None if closure is None else torch.enable_grad()(closure)()
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self.update(weight, weight.grad, self.state[weight], group["lr"])
        return loss

    def update(
        self, weight: Tensor, gradient: Tensor, slots: dict[str, Tensor], lr: float
    ) -> None:
        """Update one weight and its slots."""
        share = 1.0 - self.rho
        spread = slots["mean_square"]
        spread.mul_(self.rho).addcmul_(gradient, gradient, value=share)
        if self.centered:
            mean = slots["mean_gradient"].mul_(self.rho).add_(gradient, alpha=share)
            spread = spread.addcmul(mean, mean, value=-1.0)
        root = (spread + self.eps).sqrt_()
        if self.momentum:
            slots["momentum"].mul_(self.momentum).addcdiv_(gradient, root, value=lr)
            weight.sub_(slots["momentum"])
        else:
            weight.addcdiv_(gradient, root, value=-lr)


def momentum_product(beta_1: float, updates: int) -> float:
    """Return the product of Nadam's momentums over so many updates, in float64."""
    product = 1.0
    for update in range(1, updates + 1):
        product *= beta_1 * (1.0 - 0.5 * 0.96**update)
    return product
