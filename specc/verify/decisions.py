"""Plain figures: settings, rates, orders and decisions, the same or wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from ..emit.shared import stopping_of
from ..runtime.batches import ArrayBatches
from .compare import Mismatch, Part
from .ending import LAST
from .exam import Exam, epochs_of
from .ledger import Ledger
from .parts import DECIDED, SETTINGS
from .protocol import JUDGE, Reading

__all__ = ["PlainFigures"]


@dataclass
class PlainFigures:
    """The comparison of what the sides say in Python numbers; it fills a ledger."""

    exam: Exam
    sides: Mapping[str, Reading]
    ledger: Ledger

    def constants(self) -> None:
        """Settings against the intermediate form."""
        training, network = self.exam.program.training, self.exam.program.network
        assert training is not None
        phases = training.phases
        epochs = [phase.epochs for phase in phases]
        wanted: dict[str, Any] = {
            "SEED": training.seed,
            "BATCH_SIZE": training.batch_size,
            "EPOCHS": training.phases[0].epochs if len(phases) == 1 else epochs,
            "PHASES": None if len(phases) == 1 else [phase.name for phase in phases],
            "SHUFFLE": training.shuffle,
            "PRECISION": training.precision,
            "INPUTS": [item.name for item in network.inputs],
            "TARGETS": list(dict.fromkeys(o.target for o in training.objectives)),
            "SAMPLE_WEIGHT": training.sample_weight,
        }
        for name, value in wanted.items():
            found = {s: r.figures["constants"][name] for s, r in self.sides.items()}
            if name == "PRECISION":
                found.pop(JUDGE, None)  # it knows float64 only
            self._same(SETTINGS, name, found, value)

    def decisions(self) -> None:
        """Rates, orders, batches seen and stopping: the same or wrong."""
        for name in (
            "rates",
            "late_rates",
            "order",
            "order_steps",
            "ids",
            "rows",
            "stopping",
            "plateau",
        ):
            found = {s: r.figures.get(name) for s, r in self.sides.items()}
            self._same(DECIDED, name, found, self._wanted(name, found))
        for name, wanted in self._uses().items():
            found = {s: r.figures.get(name) for s, r in self.sides.items()}
            for side, value in found.items():
                some = _asked(value, wanted[side])
                self._same(DECIDED, name, {side: some}, wanted[side])
        for name in ("stopped_after", "norms"):
            found = {s: r.figures.get(name) for s, r in self.sides.items()}
            self._same(DECIDED, name, found, _most(found))
        if self.exam.not_finite:
            for where, wanted in self._stops().items():
                found = {
                    s: r.figures["not_finite"][where] for s, r in self.sides.items()
                }
                self._same(DECIDED, f"not_finite: {where}", found, wanted)
        if self.exam.guards:
            found = {s: _refused(r.figures["guards"]) for s, r in self.sides.items()}
            self._same(DECIDED, "guards", found, [])

    def _wanted(self, name: str, found: dict[str, Any]) -> Any:
        """What the intermediate form demands; else what most sides say."""
        exam, training = self.exam, self.exam.program.training
        assert training is not None
        if name in ("order", "order_steps"):
            batches = ArrayBatches(
                {"row": np.arange(exam.window.rows)},
                None,
                training.batch_size,
                training.seed,
                training.shuffle,
            )
            if name == "order_steps":
                return batches.steps_per_epoch
            count = min(3, epochs_of(exam.program))
            return [[b["ids"].tolist() for b in batches.epoch(e)] for e in range(count)]
        if name in ("ids", "rows") and not any(
            phase.callbacks for phase in training.phases
        ):
            ids = [exam.batches[b]["ids"].tolist() for b in exam.window.updates()]
            return ids if name == "ids" else [len(item) for item in ids]
        return _most(found)

    def _uses(self) -> dict[str, dict[str, Any]]:
        """What must come out where a training is stopped, and of programs by themselves."""
        training = self.exam.program.training
        assert training is not None
        types = {side: [training.precision] for side in self.sides}
        types |= {JUDGE: ["float64"]}  # it knows no other
        right: dict[str, Any] = {
            "init_state": [],
            "build_model": [],
            "another seed": [],
        }
        if self.exam.reused:
            right["without trained weights"] = []
        found: dict[str, dict[str, Any]] = {
            "defaults": {s: {**right, "dtype": types[s]} for s in self.sides}
        }
        found["main"] = {
            side: [self._handed(types[side]), self._handed(["float64"])]
            for side in self.sides
        }
        stopped: dict[str, Any] = {
            "misled": [],
            "done": LAST + 1,
            "history": True,
        }
        for number, phase in enumerate(training.phases):
            end, told = "not the last", list[int]()
            rule = stopping_of(phase)
            if rule is not None:
                told = [*range(LAST + 1)]
                end = "not the best" if rule.restore_best else end
            wanted = {**stopped, "told": told, end: []}
            found[f"stopped{number or ''}"] = dict.fromkeys(self.sides, wanted)
        if self.exam.not_finite and training.on_nan == "stop":
            found["passed over"] = {side: [] for side in self.sides}
        return found

    def _handed(self, types: list[str]) -> dict[str, Any]:
        """What `main` must hand on of one example more than a batch."""
        exam, training = self.exam, self.exam.program.training
        assert training is not None
        size = training.batch_size
        rows = {"row": np.arange(size + 1)}
        batches = ArrayBatches(rows, rows, size, training.seed, training.shuffle)
        order = [batch["ids"].tolist() for batch in batches.epoch(1)]
        names = exam.window.validation[:1]
        held = [[*range(len(exam.batches[name]["ids"]))] for name in names]
        return {
            "dtype": types,
            "seed": training.seed,
            "steps_per_epoch": 2,
            "order": order,
            "order: rows": True,
            "held out": held,
            "held out: rows": True,
            "not in the file": [],
        }

    def _stops(self) -> dict[str, str]:
        """What has to stop training, by what is not finite in it."""
        training = self.exam.program.training
        assert training is not None
        clips = training.phases[-1].optimizer.clipping() is not None
        wanted = {
            "loss": "loss",
            "gradients": "gradient_norm" if clips else "goes on",
            "validation": "validation",
            "weights": "weights",
        }
        stops = training.on_nan == "stop"
        return wanted if stops else dict.fromkeys(wanted, "goes on")

    def _same(self, title: str, name: str, found: dict[str, Any], wanted: Any) -> None:
        """Enter a plain figure that must be the wanted one on every side."""
        part = Part(title, {name: None}, "float64.exact")
        wrong = [
            Mismatch(
                part, name, f"{side}: {_told(value, wanted)}", np.inf, 0.0, {}, side
            )
            for side, value in found.items()
            if value != wanted
        ]
        size = np.inf if wrong else 0.0
        off = {side: np.inf if found[side] != wanted else 0.0 for side in found}
        self.ledger.enter(title, 0.0, 1, 1, {name: size}, wrong, {name: off})


def _asked(value: Any, wanted: Any) -> Any:
    """Of a table of figures those that something is wanted of."""
    if isinstance(value, dict) and isinstance(wanted, dict):
        known = cast("dict[str, Any]", value)
        return {name: known.get(name) for name in cast("dict[str, Any]", wanted)}
    return cast("Any", value)


def _told(value: Any, wanted: Any) -> str:
    """A short account of how a plain figure is wrong."""
    if isinstance(value, dict) and isinstance(wanted, dict):
        known = cast("dict[str, Any]", value)
        for name, want in cast("dict[str, Any]", wanted).items():
            if known.get(name) != want:
                return f"{name}: {_told(known.get(name), want)}"
    if isinstance(value, list) and isinstance(wanted, list):
        pairs = enumerate(zip(value, wanted, strict=False))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        for place, (have, want) in pairs:  # pyright: ignore[reportUnknownVariableType]
            if have != want:
                return f"item {place} {_told(have, want)}"
        return f"has {len(value)} items, not {len(wanted)}"  # pyright: ignore[reportUnknownArgumentType]
    return f"is {_short(value)}, not {_short(wanted)}"


def _refused(guards: dict[str, str]) -> list[str]:
    """The damages to imported weights that were not refused, or not tried."""
    tried = {
        f"{what}: {how}"
        for what in ("weights", "state")
        for how in ("unexpected", "misshapen")
    } <= guards.keys()
    passed = ("accepted", "changed")
    wrong = [f"{damage}, {how}" for damage, how in guards.items() if how in passed]
    return wrong if tried else ["nothing was tried"]


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _most(found: Mapping[str, Any]) -> Any:
    """What most sides say; the judge decides where as many say one thing as another."""
    values = list(found.values())
    return max(
        found.items(), key=lambda item: (values.count(item[1]), item[0] == JUDGE)
    )[1]
