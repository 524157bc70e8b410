"""Update rules."""

import math
from dataclasses import dataclass

import numpy as np


class Optimizer:
    """A rule that makes a new weight of an old one and its gradient."""

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: dict[str, np.ndarray],
        rate: float,
        t: int,
    ) -> np.ndarray:
        """Return the new weight, and replace what is kept for it in `slots`.

        `t` counts the updates from 1, this one included.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class SGD(Optimizer):
    """w ← w − lr·g.

    Momentum: v ← m·v − lr·g, w ← w + v; Nesterov: w ← w + m·v − lr·g with the new v.
    """

    momentum: float
    nesterov: bool

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: dict[str, np.ndarray],
        rate: float,
        t: int,
    ) -> np.ndarray:
        if not self.momentum:
            return w - rate * g
        v = self.momentum * slots["velocity"] - rate * g
        slots["velocity"] = v
        return w + self.momentum * v - rate * g if self.nesterov else w + v


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """s ← ρ·s + (1 − ρ)·g²; u = lr·g / √(d + ε), d = s; w ← w − u.

    Centered: a ← ρ·a + (1 − ρ)·g, d = s − a². Momentum: q ← m·q + u, w ← w − q.
    """

    rho: float
    momentum: float
    epsilon: float
    centered: bool

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: dict[str, np.ndarray],
        rate: float,
        t: int,
    ) -> np.ndarray:
        rho = self.rho
        slots["mean_square"] = rho * slots["mean_square"] + (1.0 - rho) * g**2
        d = slots["mean_square"]
        if self.centered:
            slots["mean_gradient"] = rho * slots["mean_gradient"] + (1.0 - rho) * g
            d = d - slots["mean_gradient"] ** 2
        u = rate * g / np.sqrt(d + self.epsilon)
        if not self.momentum:
            return w - u
        slots["momentum"] = self.momentum * slots["momentum"] + u
        return w - slots["momentum"]


@dataclass(frozen=True)
class Adam(Optimizer):
    """m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g².

    w ← w − lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε); corrected ε:
    w ← w − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε). AMSGrad: the maximum of all v for v.
    """

    beta_1: float
    beta_2: float
    epsilon: float
    amsgrad: bool
    epsilon_place: str

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: dict[str, np.ndarray],
        rate: float,
        t: int,
    ) -> np.ndarray:
        m = self.beta_1 * slots["momentum"] + (1.0 - self.beta_1) * g
        v = self.beta_2 * slots["velocity"] + (1.0 - self.beta_2) * g**2
        slots["momentum"], slots["velocity"] = m, v
        if self.amsgrad:
            v = np.maximum(slots["velocity_max"], v)
            slots["velocity_max"] = v
        step = rate / (1.0 - self.beta_1**t)
        correction = math.sqrt(1.0 - self.beta_2**t)
        if self.epsilon_place == "corrected":
            return w - step * m / (np.sqrt(v) / correction + self.epsilon)
        return w - step * correction * m / (np.sqrt(v) + self.epsilon)


@dataclass(frozen=True)
class Nadam(Optimizer):
    """μₜ = β₁·(1 − 0.5·0.96ᵗ), Πₜ = μ₁·…·μₜ; m and v as in Adam.

    m̂ = μₜ₊₁·m/(1 − Πₜ·μₜ₊₁) + (1 − μₜ)·g/(1 − Πₜ); v̂ = v/(1 − β₂ᵗ);
    w ← w − lr·m̂/(√v̂ + ε).
    """

    beta_1: float
    beta_2: float
    epsilon: float

    def _mu(self, t: int) -> float:
        return self.beta_1 * (1.0 - 0.5 * 0.96**t)

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: dict[str, np.ndarray],
        rate: float,
        t: int,
    ) -> np.ndarray:
        m = self.beta_1 * slots["momentum"] + (1.0 - self.beta_1) * g
        v = self.beta_2 * slots["velocity"] + (1.0 - self.beta_2) * g**2
        slots["momentum"], slots["velocity"] = m, v
        now, ahead = self._mu(t), self._mu(t + 1)
        product = math.prod(self._mu(i) for i in range(1, t + 1))
        m_hat = ahead * m / (1.0 - product * ahead) + (1.0 - now) * g / (1.0 - product)
        v_hat = v / (1.0 - self.beta_2**t)
        return w - rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
