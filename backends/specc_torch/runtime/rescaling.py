"""Another scale, for whole numbers and truths too."""

import torch
from torch import Tensor, nn


class Rescaling(nn.Module):
    """The input times a number plus another, in the type of the model."""

    factor: Tensor
    offset: Tensor

    def __init__(self, scale: float, offset: float) -> None:
        super().__init__()
        # Buffers follow the model's type, to which they are rounded once.
        for name, value in (("factor", scale), ("offset", offset)):
            tensor = torch.tensor(value, dtype=torch.float64)
            self.register_buffer(name, tensor, persistent=False)

    def forward(self, input: Tensor) -> Tensor:
        """Return x · scale + offset."""
        return input.to(self.factor.dtype) * self.factor + self.offset
