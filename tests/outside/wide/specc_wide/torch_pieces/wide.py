"""The pieces in PyTorch."""

from torch import Tensor
from torch.nn import functional as F  # noqa: N812


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
