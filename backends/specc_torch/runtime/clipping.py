# PyTorch's stubs leave some types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""Clipping of gradients, in place. Each function returns the norm that it looked at."""

from collections.abc import Iterable

import torch
from torch import Tensor


def clip_each(gradients: Iterable[Tensor], limit: float) -> Tensor:
    """Scale each gradient by limit / max(norm, limit); return the largest norm.

    (torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm; torch.linalg.vector_norm is
    the absolute value of a single entry, also where its square is infinite.)
    """
    gradients = list(gradients)
    norms = torch.stack([each.square().sum() for each in gradients]).sqrt()
    scales = limit / norms.clamp(min=limit)
    for gradient, scale in zip(gradients, scales.unbind(), strict=True):
        gradient.mul_(scale)
    return norms.max()


def clip_together(gradients: Iterable[Tensor], limit: float) -> Tensor:
    """Scale all gradients by limit / max(norm, limit), the norm being that of them all.

    (torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm; torch.linalg.vector_norm is
    the absolute value of a single entry, also where its square is infinite.)
    """
    gradients = list(gradients)
    norm = torch.stack([each.square().sum() for each in gradients]).sum().sqrt()
    scale = limit / norm.clamp(min=limit)
    for gradient in gradients:
        gradient.mul_(scale)
    return norm


def clip_entries(gradients: Iterable[Tensor], limit: float) -> Tensor:
    """Bring each entry into -limit … limit; return the largest absolute value."""
    gradients = list(gradients)
    sizes = torch.stack([torch.linalg.vector_norm(g, torch.inf) for g in gradients])
    for gradient in gradients:
        gradient.clamp_(-limit, limit)
    return sizes.max()
