"""Whether data is the same: a digest of all that prepared arrays follow from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np

from ..ir import Data
from .bound import Bound
from .steps import Fitted

__all__ = ["fingerprint"]


def fingerprint(
    data: Data,
    bounds: Iterable[Bound],
    parts: Mapping[str, np.ndarray],
    fitted: Fitted,
) -> str:
    """SHA-256, in hexadecimal, of the data block, the raw values and what was fitted.

    Prepared arrays would not do: standardized values are the same after a change of
    units in the source.

    Args:
        data: the data block.
        bounds: the bindings with the fields of the source.
        parts: the rows of each part.
        fitted: the transforms.
    """
    digest = hashlib.sha256(data.model_dump_json().encode())
    for name, values in sorted(fitted.arrays().items()):
        digest.update(f"|{name}|{values.dtype.name}|{values.shape}|".encode())
        digest.update(_bytes(values))
    for bound in bounds:
        for part, rows in sorted(parts.items()):
            kind = bound.raw(rows[:0]).dtype.name
            head = f"|{part}/{bound.name}|{kind}|{(len(rows), *bound.shape)}|"
            digest.update(head.encode())
            for _, raw in bound.blocks(rows):
                digest.update(_bytes(raw))
    return digest.hexdigest()


def _bytes(values: np.ndarray) -> bytes:
    """The values in C order, with the lowest byte first."""
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return np.ascontiguousarray(little).tobytes()
