"""Losses that PyTorch defines otherwise, and means that weigh examples."""

from torch import Tensor


def binary_crossentropy(probabilities: Tensor, target: Tensor) -> Tensor:
    """Return -target · log p - (1 - target) · log(1 - p) of every entry.

    p is the probabilities clipped to 1e-7 … 1 - 1e-7. (F.binary_cross_entropy raises
    where one is not a number.)
    """
    p = probabilities.clamp(1e-7, 1.0 - 1e-7)
    return -(target * p.log() + (1.0 - target) * (1.0 - p).log())


def categorical_crossentropy(probabilities: Tensor, target: Tensor) -> Tensor:
    """Return -Σ target · log p over the last axis, for probabilities.

    p is the probabilities divided by their sum and clipped to 1e-7 … 1 - 1e-7.
    """
    shares = probabilities / probabilities.sum(-1, keepdim=True)
    return -(target * shares.clamp(1e-7, 1.0 - 1e-7).log()).sum(-1)


def weighted_mean(losses: Tensor, weights: Tensor) -> Tensor:
    """Return Σ wᵢ · lᵢ / N, where lᵢ is the mean over the entries of example i."""
    count = weights.shape[0]
    return (losses.reshape(count, -1).mean(1) * weights.reshape(count)).mean()
