"""Weights and buffers of models that were trained before."""

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file  # pyright: ignore[reportUnknownVariableType]

from .types import Arrays, Trained


def reused_array(
    reused: Trained | None, source: str, path: str, shape: tuple[int, ...]
) -> np.ndarray:
    """Return an array of a trained model in float64.

    Raises:
        ValueError: it is not given, or is no array of numbers of that shape.
    """
    if reused is None or source not in reused:
        raise ValueError(f"the trained weights of {source} are needed, and not given")
    array = reused[source].get(path)
    if array is None:
        raise ValueError(f"the trained weights of {source} have no {path}")
    if array.shape != shape or array.dtype.kind != "f":
        found = f"{array.dtype} of shape {array.shape}"
        raise ValueError(f"{path} of {source} is {found}, not floats of shape {shape}")
    return array.astype(np.float64)


def read_reused(given: list[str], sources: tuple[str, ...]) -> Trained:
    """Return the arrays of trained models from files in the safetensors format.

    Each text is ``SOURCE=FILE``, or ``FILE`` where there is one source. A file has the
    arrays of one source by path; or those of all, as ``SOURCE:PATH``, which may come as
    ``FILE`` however many there are.

    Raises:
        OSError: a file cannot be read.
        ValueError: it holds something else, or one is missing.
    """
    found: Trained = {}
    for text in given:
        named = [source for source in sources if text.startswith(f"{source}=")]
        chosen = [max(named, key=len)] if named else [*sources]
        path = text.removeprefix(f"{chosen[0]}=") if named else text
        try:
            arrays = load_file(path)
        except SafetensorError:
            raise ValueError(f"{path} is no .safetensors file") from None
        parts = {source: of_source(arrays, source) for source in chosen}
        if any(parts.values()):
            found |= {source: part for source, part in parts.items() if part}
        elif len(chosen) == 1:
            found[chosen[0]] = arrays
        else:
            raise ValueError(f"{text} is to be SOURCE=FILE, of {', '.join(sources)}")
    for source in sources:
        if source not in found:
            raise ValueError(f"the trained weights of {source} are missing")
    return found


def of_source(arrays: Arrays, source: str) -> Arrays:
    """Return the arrays whose names begin with the source, without it."""
    begin = f"{source}:"
    return {
        name.removeprefix(begin): array
        for name, array in arrays.items()
        if name.startswith(begin)
    }
