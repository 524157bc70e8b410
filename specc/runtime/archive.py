"""Prepared arrays from a file."""

import zipfile
import zlib

import numpy as np

from .types import Arrays, Shapes


def read_arrays(
    path: str, shapes: Shapes
) -> tuple[Arrays, Arrays | None, Arrays | None]:
    """Return the arrays of an .npz file for training, validation and test.

    Those for validation and test are named ``val_…`` and ``test_…``; None where there
    are none. `shapes` has the shape of an example of each; a name is any size, the same
    wherever it stands.

    Raises:
        OSError: the file cannot be read.
        ValueError: it holds something else, or its arrays do not fit.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
    except (EOFError, TypeError, ValueError, zipfile.BadZipFile, zlib.error):
        raise ValueError(f"{path} is no .npz file of arrays of numbers") from None
    training = choose_arrays(arrays, "", shapes)  # what is wrong with it is said first
    held_out = [
        choose_arrays(arrays, prefix, shapes)
        if any(prefix + name in arrays for name in shapes)
        else None
        for prefix in ("val_", "test_")
    ]
    return training, held_out[0], held_out[1]


def choose_arrays(arrays: Arrays, prefix: str, shapes: Shapes) -> Arrays:
    """Return those arrays whose names begin with `prefix`, without it."""
    found: Arrays = {}
    sizes: dict[str, int] = {}
    for name, shape in shapes.items():
        array = arrays.get(prefix + name)
        if array is None:
            raise ValueError(f"there is no array {prefix}{name}")
        if array.ndim == 0 or array.dtype.kind not in "biuf":
            raise ValueError(f"{prefix}{name} holds no rows of numbers")
        if not fits(array.shape[1:], shape, sizes):
            wanted = ", ".join(["rows", *(str(sizes.get(str(n), n)) for n in shape)])
            raise ValueError(f"{prefix}{name} has shape {array.shape}, not ({wanted})")
        found[name] = array.reshape(len(array), *(sizes.get(str(n), n) for n in shape))
    rows = {name: len(array) for name, array in found.items()}
    if len(set(rows.values())) > 1 or 0 in rows.values():
        counts = ", ".join(
            f"{prefix}{name} has {count}" for name, count in rows.items()
        )
        raise ValueError(f"arrays need equally many examples, at least one: {counts}")
    return found


def fits(
    found: tuple[int, ...], shape: tuple[int | str, ...], sizes: dict[str, int]
) -> bool:
    """Whether an example has a shape, axes of size 1 apart if no size is a name.

    What new names stand for is added to `sizes`.
    """
    if all(isinstance(size, int) for size in shape):
        return [n for n in found if n != 1] == [n for n in shape if n != 1]
    return len(found) == len(shape) and all(
        n == (sizes.setdefault(size, n) if isinstance(size, str) else size)
        for n, size in zip(found, shape, strict=True)
    )
