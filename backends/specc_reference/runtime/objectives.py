"""What is asked of the outputs, and the figures it gives."""

from dataclasses import dataclass

import numpy as np

from .losses import Loss
from .metrics import Metric


@dataclass(frozen=True)
class Objective:
    """A loss and metrics of one output.

    `edge` is the output's, `loss_edge` the one that the loss is computed from: the input
    of the last activation where the loss takes logits, else `edge`. `weight` is the
    loss's factor in the sum of all, `target` a name in the batch.
    """

    output: str
    edge: str
    loss_edge: str
    target: str
    loss: Loss
    weight: float
    metrics: dict[str, Metric]


def example_weights(
    batch: dict[str, np.ndarray], name: str | None = None
) -> np.ndarray:
    """Return the weight wᵢ of each example of a batch: 1 where none are bound."""
    if name is None:
        return np.ones(len(batch["ids"]))
    return np.asarray(batch[name], dtype=np.float64).reshape(len(batch["ids"]))


def loss_gradients(
    objectives: tuple[Objective, ...],
    edges: dict[str, np.ndarray],
    batch: dict[str, np.ndarray],
    weights: np.ndarray,
) -> dict[str, np.ndarray]:
    """Return the gradient of Σ weight · loss, loss = Σ wᵢ·lᵢ / N, at its edges."""
    found: dict[str, np.ndarray] = {}
    for objective in objectives:
        edge = objective.loss_edge
        slopes = objective.loss.gradients(edges[edge], batch[objective.target])
        shares = objective.weight * weights / len(weights)
        slopes = slopes * shares.reshape(-1, *[1] * (slopes.ndim - 1))
        found[edge] = found[edge] + slopes if edge in found else slopes
    return found


def figures(
    objectives: tuple[Objective, ...],
    edges: dict[str, np.ndarray],
    batch: dict[str, np.ndarray],
    weights: np.ndarray,
    penalties: float,
) -> dict[str, float]:
    """Return loss and metrics of a batch.

    ``loss`` is Σ weight · loss + penalties. With several outputs each has its own
    ``<output>_loss``, without the factor, and its metrics have names of that kind.
    """
    logs = {"loss": penalties}
    for objective in objectives:
        prefix = f"{objective.output}_" if len(objectives) > 1 else ""
        targets = batch[objective.target]
        losses = objective.loss.values(edges[objective.loss_edge], targets)
        mean = float((weights * losses).sum() / len(weights))
        logs["loss"] += objective.weight * mean
        if prefix:
            logs[f"{prefix}loss"] = mean
        for keyword, metric in objective.metrics.items():
            value = metric.value(edges[objective.edge], targets)
            logs[f"{prefix}{keyword}"] = value
    return logs
