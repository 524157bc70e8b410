"""A plain instance of each construct, to be varied."""

from __future__ import annotations

from functools import cache
from typing import Any

from ...catalog.construct import Construct
from ...catalog.registry import catalog
from ...catalog.schedules import Piece
from ...catalog.types import Duration
from .fields import first_value

__all__ = ["base", "members"]

_STEPS = Duration(value=2, unit="steps")
_EPOCH = Duration(value=1, unit="epochs")

#: Arguments that make a construct act in the small programs, where defaults do not.
_GIVEN: dict[tuple[str, str], dict[str, Any]] = {
    ("layer", "Conv2D"): {"filters": 4, "kernel_size": (3, 2)},
    ("layer", "Reshape"): {"target_shape": (10, 12)},
    ("layer", "Rescaling"): {"scale": 0.7},
    ("layer", "Dropout"): {"rate": 0.4},
    ("layer", "AlphaDropout"): {"rate": 0.4},
    ("layer", "BatchNormalization"): {"momentum": 0.9},
    ("layer", "SimpleRNN"): {"units": 3},
    ("initializer", "constant"): {"value": 0.3},
    ("constraint", "max_norm"): {"max_value": 0.7},
    ("regularizer", "l1"): {"factor": 0.03},
    ("regularizer", "l2"): {"factor": 0.03},
    ("regularizer", "l1_l2"): {"l1": 0.02, "l2": 0.03},
    ("schedule", "constant"): {"value": 0.05},
    ("schedule", "exponential_decay"): {
        "initial": 0.05,
        "rate": 0.5,
        "every": Duration(value=4, unit="steps"),
    },
    ("schedule", "piecewise_constant"): {
        "pieces": (
            Piece(value=0.05, span=_STEPS),
            Piece(value=0.02, span=_EPOCH),
            Piece(value=0.01),
        )
    },
    ("optimizer", "sgd"): {"learning_rate": 0.05},
    ("optimizer", "rmsprop"): {"learning_rate": 0.01},
    ("optimizer", "adam"): {"learning_rate": 0.01},
    ("optimizer", "nadam"): {"learning_rate": 0.01},
    ("callback", "early_stopping"): {"patience": Duration(value=2, unit="epochs")},
    ("callback", "reduce_on_plateau"): {"patience": _EPOCH},
}


@cache
def base(kind: type[Construct]) -> Construct:
    """The plain instance of a construct: required fields and a few telling values.

    Raises:
        NoAlternative: a required field's type suggests no value.
    """
    given = dict(_GIVEN.get((kind.family, kind.keyword), {}))
    for name, info in kind.fields():
        if info.is_required() and name not in given:
            given[name] = kind.vary.get(name, None) or first_value(kind, name, members)
    return kind.model_validate(given)


def members(family: str) -> tuple[Construct, ...]:
    """The plain instance of each member of a family."""
    return tuple(base(kind) for kind in catalog().family(family).values())
