# PyTorch's stubs leave some types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""Clipping of gradients, in place."""

from collections.abc import Iterable

import torch
from torch import Tensor


def clip_each(gradients: Iterable[Tensor], limit: float) -> None:
    """Scale each gradient by limit / max(norm, limit).

    (torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm.)
    """
    gradients = list(gradients)
    norms = torch.stack([torch.linalg.vector_norm(each) for each in gradients])
    scales = limit / norms.clamp(min=limit)
    for gradient, scale in zip(gradients, scales.unbind(), strict=True):
        gradient.mul_(scale)


def clip_together(gradients: Iterable[Tensor], limit: float) -> None:
    """Scale all gradients by limit / max(norm, limit), the norm being that of them all.

    (torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm.)
    """
    gradients = list(gradients)
    norms = torch.stack([torch.linalg.vector_norm(each) for each in gradients])
    scale = limit / torch.linalg.vector_norm(norms).clamp(min=limit)
    for gradient in gradients:
        gradient.mul_(scale)


def clip_entries(gradients: Iterable[Tensor], limit: float) -> None:
    """Bring each entry of the gradients into -limit … limit."""
    for gradient in gradients:
        gradient.clamp_(-limit, limit)
