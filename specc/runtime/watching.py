"""What decisions on the figures of an epoch have in common."""

import math


class Watcher:
    """Watches a figure of the history."""

    monitor: str
    min_delta: float
    larger_is_better: bool

    def improves(self, figure: float, reference: float | None) -> bool:
        """Say whether a figure is better than another by more than `min_delta`."""
        if math.isnan(figure):
            return False
        if reference is None:
            return True
        if self.larger_is_better:
            return figure > reference + self.min_delta
        return figure < reference - self.min_delta
