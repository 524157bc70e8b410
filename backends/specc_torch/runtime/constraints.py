# PyTorch's stubs leave some types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""Projections of weights after an update."""

from torch import Tensor


def max_norm(weight: Tensor, max_value: float, dim: tuple[int, ...]) -> None:
    """Scale a weight in place: w ← w · clip(n, 0, max_value) / (1e-7 + n).

    n is the norm over `dim`. (torch.renorm leaves alone what is within the bound.)
    """
    norm = weight.square().sum(dim, keepdim=True).sqrt()
    weight.mul_(norm.clamp(max=max_value) / (1e-7 + norm))
