"""Steps that prepare data."""

from ..families import Transform
from .rows import Keep, Take
from .scaling import OneHot, Rescale, Standardize

__all__ = ["TRANSFORMS", "Transform"]

TRANSFORMS = (Keep, Take, Standardize, Rescale, OneHot)
