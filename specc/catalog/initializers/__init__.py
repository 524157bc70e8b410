"""Initializers."""

from ..families import Initializer
from .constants import Constant, Ones, Zeros
from .orthogonal import Orthogonal
from .scaled import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Scaled,
    VarianceScaling,
)

__all__ = ["INITIALIZERS", "Initializer", "Scaled"]

INITIALIZERS = (
    Zeros,
    Ones,
    Constant,
    GlorotUniform,
    GlorotNormal,
    HeUniform,
    HeNormal,
    LecunUniform,
    LecunNormal,
    VarianceScaling,
    Orthogonal,
)
