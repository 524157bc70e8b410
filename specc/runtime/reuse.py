"""Weights and buffers of models that were trained before."""

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file  # pyright: ignore[reportUnknownVariableType]

from .types import Trained


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

    Each text is ``SOURCE=FILE``, or ``FILE`` where there is one source.

    Raises:
        OSError: a file cannot be read.
        ValueError: it holds something else, or one is missing.
    """
    found: Trained = {}
    for text in given:
        named = [source for source in sources if text.startswith(f"{source}=")]
        if not named and len(sources) > 1:
            raise ValueError(f"{text} is to be SOURCE=FILE, of {', '.join(sources)}")
        source = max(named or sources, key=len)
        path = text.removeprefix(f"{source}=")
        try:
            found[source] = load_file(path)
        except SafetensorError:
            raise ValueError(f"{path} is no .safetensors file") from None
    for source in sources:
        if source not in found:
            raise ValueError(f"the trained weights of {source} are missing")
    return found
