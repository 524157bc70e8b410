"""Arrays in safetensors files that tell when they are damaged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from .durable import replace, writing

__all__ = [
    "Arrays",
    "DamagedError",
    "digest",
    "pack",
    "read_arrays",
    "unpack",
    "write_arrays",
]

Arrays = dict[str, np.ndarray]


class DamagedError(Exception):
    """A file is not what was written; the message says how."""


def pack(
    arrays: Mapping[str, np.ndarray], about: Mapping[str, str] | None = None
) -> bytes:
    """Arrays, and words about them, as the bytes of a safetensors file.

    Arrays are copied in C order first: safetensors writes the memory of strided ones as
    it lies.
    """
    ordered = {name: np.array(arrays[name], order="C") for name in sorted(arrays)}
    return save(ordered, dict(about) if about else None)


def unpack(content: bytes) -> Arrays:
    """The arrays of a safetensors file.

    Raises:
        DamagedError: it is none.
    """
    try:
        return load(content)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"not a safetensors file: {error}") from None


def digest(arrays: Mapping[str, np.ndarray]) -> str:
    """SHA-256 over names, types, shapes and values."""
    total = hashlib.sha256()
    for name in sorted(arrays):
        values = np.array(arrays[name], order="C")
        total.update(f"|{name}|{values.dtype.str}|{values.shape}|".encode())
        total.update(values.data)
    return total.hexdigest()


def write_arrays(
    path: Path, arrays: Mapping[str, np.ndarray], about: Mapping[str, str]
) -> None:
    """Write arrays to one file, in the place of what was there, with their digest."""
    with writing(path):
        path.parent.mkdir(exist_ok=True)
    replace(path, pack(arrays, {**about, "sha256": digest(arrays)}))


def read_arrays(path: Path) -> tuple[Arrays, dict[str, str]]:
    """Arrays that `write_arrays` wrote, and the words about them.

    Raises:
        OSError: there is no such file.
        DamagedError: the arrays are not those that were written.
    """
    content = path.read_bytes()
    arrays = unpack(content)
    length = int.from_bytes(content[:8], "little")
    about: dict[str, str] = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    if about.get("sha256") != digest(arrays):
        raise DamagedError("its values are not those that were written")
    return arrays, about
