"""What tests see of a training while it goes on."""

from __future__ import annotations

from typing import Any

import numpy as np

from specc.runtime.loop import Hooks

__all__ = ["Watch"]


class Watch(Hooks):
    """Keeps the state after each step, or ends training after so many epochs."""

    def __init__(self, module: Any, epochs: int = 0) -> None:
        self.module = module
        self.epochs = epochs
        self.states: list[dict[str, np.ndarray]] = []

    def on_step(self, state: Any, rows: int, logs: dict[str, float]) -> None:
        self.states.append(self.module.export_state(state))

    def on_epoch(self, state: Any, logs: dict[str, float]) -> None:
        if state.epoch == self.epochs:
            raise KeyboardInterrupt
