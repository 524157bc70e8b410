"""Arrays by name."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .types import Arrays


def check_arrays(expected: Mapping[str, Any], arrays: Arrays) -> None:
    """Raise a KeyError or a ValueError unless names and shapes are as expected."""
    for path in sorted(expected.keys() ^ arrays.keys()):
        raise KeyError(f"{'missing' if path in expected else 'unexpected'}: {path}")
    for path, array in arrays.items():
        found, shape = np.shape(array), tuple(expected[path].shape)
        if found != shape:
            raise ValueError(f"{path} must be {shape}, not {found}")


def in_type(array: np.ndarray, dtype: str) -> np.ndarray:
    """Return an array in another type; a ValueError if that would change a value."""
    found = np.asarray(array)
    with np.errstate(invalid="ignore"):
        made = found.astype(dtype)
    if made.dtype != found.dtype and not np.array_equal(made, found):
        raise ValueError(f"an array of {found.dtype} holds what {dtype} cannot")
    return made
