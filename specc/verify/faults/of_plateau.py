"""Faults in how a learning rate is lowered on a plateau, which all backends write alike."""

from __future__ import annotations

from .edits import Edit, in_definition, remove, swap
from .fault import Family, Fault, Planter

__all__ = ["of_plateau"]

_CLASS = "ReduceOnPlateau"
_CALL = r"state\.plateau\.update\(record\)"


def of_plateau(backend: str) -> list[Fault]:
    """Faults of the rule, of its place in the loop, and of its part in the state."""
    loop = Planter(backend, Family.LOOP)
    user = "prepare_update" if backend == "torch" else "train_step"
    first = "learning_rate(step, state.steps_per_epoch)"
    faults: dict[str, Edit] = {
        "a rate that is not lowered": in_definition("train", remove(_CALL)),
        "a rate that is lowered one epoch late": in_definition(
            "train", swap(_CALL, "history and state.plateau.update(history[-1])")
        ),
        "a rate that is lowered and not used": in_definition(
            user, swap(r"state\.plateau\.rate", first)
        ),
        "the rate of the next epoch in the record": in_definition(
            "train",
            swap(f"({_CALL})", r"\1; record['learning_rate'] = state.plateau.rate"),
        ),
        "another figure than the record's for a plateau": in_definition(
            "train",
            swap(_CALL, "state.plateau.update({**record, 'loss': record['loss'] / 2})"),
        ),
        "the patience of a plateau one epoch longer": in_definition(
            _CLASS, swap(r"self\.wait < self\.patience", "self.wait <= self.patience")
        ),
        "a least rate that is passed": in_definition(
            _CLASS, swap(r"max\((.*), self\.min_learning_rate\)", r"\1")
        ),
        "a wait that goes on when the rate is lowered": in_definition(
            _CLASS, swap(r"self\.cooldown, 0", "self.cooldown, self.wait")
        ),
        "a rate that is added up, not multiplied": in_definition(
            _CLASS, swap(r"self\.rate \* self\.factor", "self.rate - self.factor")
        ),
        "a lowered rate that is no part of the state": in_definition(
            "import_state", remove(r"import_plateau\(.*\)")
        ),
        "a best figure that is no part of the state": in_definition(
            "import_plateau", swap(r"plateau\.best = .*", "plateau.best = None")
        ),
    }
    named = ("reduce_on_plateau", "learning rate", "exported state", "learning_rate")
    return [loop(name, "plateau", edit, *named) for name, edit in faults.items()]
