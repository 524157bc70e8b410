"""What a program decides: rates, orders, when to stop, what to refuse."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .protocol import Arrays, Later
from .spoiling import Spoiling
from .workplace import unlike

__all__ = ["Deciding"]


class Deciding(Spoiling):
    """The stage of plain Python, and what leads to an error."""

    def plain(self) -> None:
        """Learning rates, orders and decisions, which need no framework."""
        module, case = self.module, self.case
        first = Later(rates=case.rates, late_rates=case.late_rates)
        several = hasattr(module, "PHASES")
        asked = zip(self.phases(), (first, *case.later), strict=False)
        known = [((phase,) if several else (), item) for phase, item in asked]
        for name in ("rates", "late_rates"):
            self.figures[name] = [
                module.learning_rate(step, case.rate_epoch, *phase)
                for phase, item in known
                for step in (range(item.rates) if name == "rates" else item.late_rates)
            ]
        self.order(*case.order)
        if hasattr(module, "new_stopping"):
            self.figures["stopping"] = [
                self.decide(line, *phase) for phase, _ in known for line in case.figures
            ]
        if hasattr(module, "new_plateau"):
            self.figures["plateau"] = [
                self.lower(line, *phase) for phase, _ in known for line in case.figures
            ]
        if case.not_finite:
            self.stage = "not_finite"
            self.spoil()
        if case.guards:
            self.stage = "guards"
            self.figures["guards"] = self.guards()

    def order(self, examples: int, epochs: int) -> None:
        """The rows of each batch, as the program's own batches have them."""
        if not examples:
            return
        module = self.module
        batches = module.ArrayBatches(
            {"row": np.arange(examples)},
            None,
            batch_size=module.BATCH_SIZE,
            seed=module.SEED,
            shuffle=module.SHUFFLE,
        )
        self.figures["order"] = [
            [batch["ids"].tolist() for batch in batches.epoch(number)]
            for number in range(epochs)
        ]
        self.figures["order_steps"] = batches.steps_per_epoch

    def decide(self, line: tuple[float | None, ...], *phase: int) -> list[Any]:
        """Decisions on the figures of successive epochs, and the epoch found best."""
        stopping = self.module.new_stopping(*phase)
        if stopping is None:
            return []
        decisions: list[Any] = []
        for epoch, figure in enumerate(line):
            logs = {stopping.monitor: math.nan if figure is None else figure}
            decisions.append(stopping.update(epoch, logs, lambda at=epoch: at))
        best = stopping.best_weights
        return [stopping.monitor, decisions, stopping.best_epoch, best]

    def lower(self, line: tuple[float | None, ...], *phase: int) -> list[Any]:
        """The rates that figures of successive epochs lead to, each after its epoch."""
        plateau = self.module.new_plateau(*phase)
        if plateau is None:
            return []
        rates: list[float] = [plateau.rate]
        for figure in line:
            plateau.update({plateau.monitor: math.nan if figure is None else figure})
            rates.append(plateau.rate)
        return [plateau.monitor, rates]

    def guards(self) -> dict[str, str]:
        """What importing damaged weights or a damaged state leads to.

        That is the error, ``accepted`` or, where it was refused too late, ``changed``.
        """
        module, state = self.module, self.state
        self.begin()
        found: dict[str, str] = {}
        for what in ("weights", "state"):
            take: Any = getattr(module, f"import_{what}")
            give: Any = getattr(module, f"export_{what}")
            for damage, arrays in _damaged(give(state)).items():
                before = module.export_state(state)
                try:
                    take(state, arrays)
                except (KeyError, ValueError) as error:
                    changed = unlike(module.export_state(state), before)
                    how = "changed" if changed else type(error).__name__
                else:
                    how = "accepted"
                found[f"{what}: {damage}"] = how
                if how in ("accepted", "changed"):
                    module.import_state(state, before)
        return found


def _damaged(whole: Arrays) -> dict[str, Arrays]:
    """Arrays that are not what they should be, all others being other numbers.

    One of each sort is missing: a weight, a slot, a counter.
    """
    other = {name: a + 1 for name, a in whole.items()}
    sorts = {name.split("/")[0]: name for name in sorted(whole, reverse=True)}
    one = {sorts.get(sort) for sort in ("optimizer", "counter")} | {min(other)}
    shaped = [name for name, array in whole.items() if array.shape]
    last = shaped[-1]
    damaged: dict[str, Arrays] = {
        **{
            f"missing {lost}": {name: a for name, a in other.items() if name != lost}
            for lost in sorted(name for name in one if name)
        },
        "unexpected": {**other, "nowhere/kernel": np.zeros((2, 2))},
        "misshapen": {**other, last: np.zeros((*whole[last].shape, 2))},
        "transposed": {name: np.transpose(a) for name, a in other.items()},
    }
    if all(array.shape == array.T.shape for array in whole.values()):
        del damaged["transposed"]
    return damaged
