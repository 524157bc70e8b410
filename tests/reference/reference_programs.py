"""Small programs for the tests of the reference backend, and ways to run them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from specc.ir import Program
from specc.live import load
from specc_reference import BACKEND


def module_of(tested: Program, name: str = "reference_tested") -> ModuleType:
    """The running program."""
    planned = BACKEND.plan(tested)
    assert planned.obstacles == ()
    return load(BACKEND.emit(planned).text, name)


def numerical(function: Any, x: np.ndarray, entries: int | None = None) -> np.ndarray:
    """Central differences of a function of `x` that gives a number.

    With `entries`, only so many entries are looked at, the others are NaN.
    """
    found = np.full(x.size, np.nan)
    chosen = np.arange(x.size)
    if entries is not None and entries < x.size:
        chosen = np.random.default_rng(1).choice(x.size, entries, replace=False)
    flat = x.reshape(-1)
    assert np.shares_memory(flat, x), "x must be contiguous: it is changed in place"
    for place in chosen:
        old, step = flat[place], 1e-5 * max(1.0, abs(flat[place]))
        flat[place] = old + step
        above = function()
        flat[place] = old - step
        below = function()
        flat[place] = old
        found[place] = (above - below) / (2 * step)
    return found.reshape(x.shape)


def assert_gradient(
    given: np.ndarray, measured: np.ndarray, bound: float = 1e-6
) -> None:
    """Hold a gradient against central differences, where these were taken."""
    looked = np.isfinite(measured)
    assert looked.any()
    assert np.isfinite(given).all()
    scale = max(1e-3, float(np.abs(measured[looked]).max()))
    assert np.abs(given - measured)[looked].max() <= bound * scale
