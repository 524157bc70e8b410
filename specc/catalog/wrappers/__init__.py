"""Words around a layer that say how it is applied."""

from .time_distributed import TimeDistributed

__all__ = ["WRAPPERS", "TimeDistributed"]

WRAPPERS = (TimeDistributed,)
