"""Sizes of errors."""

from typing import ClassVar

from ..families import Loss, Metric

__all__ = ["MeanAbsoluteError"]


class MeanAbsoluteError(Metric):
    """Mean of absolute differences over the entries of an output and all examples."""

    keyword: ClassVar[str] = "mae"
    formula: ClassVar[str] = "mean |prediction − target|"
    reference: ClassVar[str] = "Laplace 1774, Mémoire sur la probabilité des causes"
    example: ClassVar[str] = "metrics = [mae]"

    def refuses(self, loss: Loss) -> str | None:
        if loss.target != "classes":
            return None
        return f"mae compares numbers, and the targets of {loss.keyword} are classes"
