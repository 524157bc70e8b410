# PyTorch's stubs leave some types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""Masks drawn on the host."""

import torch
from torch import Tensor

from specc.runtime.random import keep_mask


def draw_keep(
    seed: int,
    path: str,
    shape: tuple[int, ...],
    rate: float,
    step: int,
    device: torch.device,
    call: int = 0,
) -> Tensor:
    """Return a mask from the stream `path`: False with probability `rate`."""
    return torch.from_numpy(keep_mask(seed, path, shape, rate, step, call)).to(device)
