"""What all optimizers share: the learning rate and gradient clipping."""

from typing import Self

from pydantic import Field, model_validator

from ..families import Optimizer
from ..types import Positive, ScheduleArg

__all__ = ["ClippedOptimizer"]


class ClippedOptimizer(Optimizer):
    """An optimizer with a learning rate, whose gradients may be clipped before the update."""

    learning_rate: ScheduleArg = Field(description="a number, or a schedule")
    clipnorm: Positive | None = Field(
        default=None,
        description="largest norm of each weight's gradient: g · c / max(‖g‖, c)",
    )
    clipvalue: Positive | None = Field(
        default=None, description="largest absolute value of a gradient's entries"
    )
    global_clipnorm: Positive | None = Field(
        default=None,
        description="largest norm of all gradients together: g · c · min(1/‖g‖, 1/c)",
    )

    @property
    def clips(self) -> bool:
        """Whether gradients are clipped."""
        limits = (self.clipnorm, self.clipvalue, self.global_clipnorm)
        return any(limit is not None for limit in limits)

    @model_validator(mode="after")
    def _one_way_to_clip(self) -> Self:
        given = [
            name
            for name in ("clipnorm", "clipvalue", "global_clipnorm")
            if getattr(self, name) is not None
        ]
        if len(given) > 1:
            raise ValueError(f"give one of {' and '.join(given)}, not both")
        return self
