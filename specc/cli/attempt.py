"""`python -m specc.cli.attempt BACKEND`: one step of training, to see that a backend works.

It runs in a process of its own (`specc doctor --deep`): a broken framework can end a
process. It fails with a traceback, whose last line the doctor shows.
"""

from __future__ import annotations

import sys

import numpy as np

from ..api import Spec
from ..diagnostics import Source
from ..live import load
from .init import FIRST

__all__ = ["attempt"]


def attempt(backend: str) -> None:
    """Compile the first spec of `specc init` and take one step on made-up examples."""
    text = Spec(Source("first.nnspec", FIRST)).compile(backend)
    module = load(text, "specc_attempt")
    batch = {
        "image": np.zeros((2, 8, 8, 1), np.float32),
        "label": np.zeros(2, np.int64),
        "ids": np.arange(2),
    }
    _, logs = module.train_step(module.init_state(), batch, 0)
    if not np.isfinite(logs["loss"]):
        raise ArithmeticError(f"the loss is {logs['loss']}")


if __name__ == "__main__":
    attempt(sys.argv[1])
