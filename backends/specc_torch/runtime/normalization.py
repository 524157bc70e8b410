"""Batch normalization that remembers the biased variance."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class BatchNorm(nn.Module):
    """Batch normalization of dimension 1, whose running variance is the biased one.

    PyTorch's own layers normalize with the biased variance of the batch too, but they
    remember the unbiased one. `momentum` is the share of the running statistics that is
    kept (PyTorch's argument of that name is the share that is replaced).
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(
        self, *features: int, momentum: float, eps: float, center: bool, scale: bool
    ) -> None:
        super().__init__()
        self.momentum = momentum
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features)) if scale else None
        self.bias = nn.Parameter(torch.zeros(features)) if center else None
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))

    def forward(self, input: Tensor) -> Tensor:
        """Normalize with the batch's statistics, or the running ones in inference."""
        return self.normalize(
            input, self.weight, self.bias, self.running_mean, self.running_var
        )

    def normalize(
        self,
        input: Tensor,
        weight: Tensor | None,
        bias: Tensor | None,
        running_mean: Tensor,
        running_var: Tensor,
    ) -> Tensor:
        """Normalize dimension 1; in training, move the running statistics."""
        if not self.training:
            return F.batch_norm(
                input, running_mean, running_var, weight, bias, eps=self.eps
            )
        others = [0, *range(2, input.ndim)]
        mean = input.detach().mean(others, keepdim=True)
        # The result does not depend on a shift, so the mean is a constant to autograd;
        # taking it away first keeps precision where it is far from zero.
        centred = input - mean
        variance = centred.detach().square().mean(others)
        running_mean.lerp_(mean.flatten(), 1.0 - self.momentum)
        running_var.lerp_(variance, 1.0 - self.momentum)
        # What F.batch_norm calls; that one refuses batches with one value per feature.
        # On tensors with channels last in memory its float32 sums are off by 5e-5.
        return torch.batch_norm(
            centred.contiguous(), weight, bias, None, None, True, 0.0, self.eps, False
        )


class BatchNormOver(BatchNorm):
    """Batch normalization with statistics of its own for each place of `dims`.

    It lays those dimensions side by side as one, normalizes, and puts them back.
    """

    def __init__(
        self,
        *features: int,
        dims: tuple[int, ...],
        momentum: float,
        eps: float,
        center: bool,
        scale: bool,
    ) -> None:
        super().__init__(
            *features, momentum=momentum, eps=eps, center=center, scale=scale
        )
        self.dims = dims

    def forward(self, input: Tensor) -> Tensor:
        """Normalize with the batch's statistics, or the running ones in inference."""
        last = tuple(range(-len(self.dims), 0))
        moved = input.movedim(self.dims, last)
        result = self.normalize(
            moved.reshape(-1, self.running_mean.numel()),
            None if self.weight is None else self.weight.flatten(),
            None if self.bias is None else self.bias.flatten(),
            self.running_mean.view(-1),
            self.running_var.view(-1),
        )
        return result.reshape(moved.shape).movedim(last, self.dims)
