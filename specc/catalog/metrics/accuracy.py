"""The share of right answers."""

from typing import ClassVar

from ..families import Loss, Metric

__all__ = ["Accuracy"]


class Accuracy(Metric):
    """The share of examples whose class is right.

    The class is the largest entry of the last axis (the first one of equals), or, where
    targets are yes or no, whether an entry exceeds 1/2 (0 for logits).
    """

    keyword: ClassVar[str] = "accuracy"
    formula: ClassVar[str] = "mean [argmax prediction = class]"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "metrics = [accuracy]"
    decides: ClassVar[bool] = True

    def refuses(self, loss: Loss) -> str | None:
        if loss.target != "values":
            return None
        return f"accuracy counts right classes, and {loss.keyword} is about numbers"
