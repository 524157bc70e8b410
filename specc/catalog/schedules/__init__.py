"""Learning-rate schedules."""

from ..families import Schedule
from .constant import Constant
from .exponential_decay import ExponentialDecay
from .piecewise_constant import Piece, PiecewiseConstant

__all__ = ["SCHEDULES", "Piece", "Schedule"]

SCHEDULES = (Constant, ExponentialDecay, PiecewiseConstant)
