"""Dropout with masks that come from outside."""

import torch
from torch import Tensor, nn


class Dropout(nn.Dropout):
    """Dropout whose next mask can be given.

    `keep` is True where an entry stays; it serves one call in training mode. Without it
    this is PyTorch's own dropout.
    """

    keep: Tensor | None = None

    def forward(self, input: Tensor) -> Tensor:
        """Return x · keep / (1 - p)."""
        if self.keep is None or not self.training:
            return super().forward(input)
        # A product: torch.where takes longer. The scale is rounded once.
        scale = self.keep.to(input.dtype) * (1.0 / (1.0 - self.p))
        self.keep = None
        return input * scale


class AlphaDropout(nn.AlphaDropout):
    """Alpha dropout whose next mask can be given.

    `keep` is True where an entry stays; it serves one call in training mode. Without it
    this is PyTorch's own alpha dropout.
    """

    keep: Tensor | None = None

    def forward(self, input: Tensor) -> Tensor:
        """Put SELU's limit for -inf in the place of dropped entries, then rescale."""
        if self.keep is None or not self.training:
            return super().forward(input)
        limit = -1.7580993408473766
        scale = ((1.0 - self.p) * (1.0 + self.p * limit**2)) ** -0.5
        kept = torch.where(self.keep, input, limit)
        self.keep = None
        return kept * scale - scale * self.p * limit
