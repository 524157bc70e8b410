"""Small programs made from the catalogue: for each construct, and each value of its fields.

A new construct is covered without a new test: its samples follow from the types and
ranges of its fields, and from `Construct.vary` where a type suggests nothing.
"""

from .bases import base
from .bundles import bundles
from .fields import NoAlternative, alternatives
from .models import MODELS
from .programs import batches_for, in_shapes, program_for
from .variations import Variation, variations

__all__ = [
    "MODELS",
    "NoAlternative",
    "Variation",
    "alternatives",
    "base",
    "batches_for",
    "bundles",
    "in_shapes",
    "program_for",
    "variations",
]
