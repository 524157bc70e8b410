"""A failing program is made small, and what is kept of it fails in the same way."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from specc.api import load
from specc.catalog.layers.dropout import Dropout
from specc.ir import Program
from specc.verify import WorkerPool
from specc.verify.faults import LISTED, Unplanted, plant
from specc.verify.sweep import (
    Judge,
    keep_regression,
    random_programs,
    shrink,
    sweep,
    symptom,
)
from specc.verify.sweep.judge import Emissions

pytestmark = pytest.mark.xdist_group("faults")

SIDES = ("torch", "reference")
FAULT = next(fault for fault in LISTED if fault.name == "torch: dropout scale missing")


def spoil(emissions: Emissions) -> Emissions:
    """PyTorch's text with the fault, where it has the place for it."""
    sound = emissions["torch"]
    try:
        text = plant(FAULT.edit, sound.text)
    except Unplanted:
        return emissions
    return {**emissions, "torch": dataclasses.replace(sound, text=text)}


@pytest.fixture(scope="module")
def series() -> list[Program]:
    return [program for _, program in random_programs(40, seed=0)]


@pytest.fixture(scope="module")
def large(series: list[Program]) -> Program:
    """A program of many layers, one of them at least of the kind that is faulty."""
    return next(p for p in series if len(p.network.calls) > 8 and _drops(p))


@pytest.fixture(scope="module")
def judge(pool: WorkerPool) -> Judge:
    return Judge(pool, SIDES, ("float64",), change=spoil)


def _drops(program: Program) -> bool:
    layers = [node.layer for node in program.network.layers]
    return any(isinstance(layer, Dropout) and layer.rate for layer in layers)


def test_only_what_fails_is_left(judge: Judge, large: Program, tmp_path: Path) -> None:
    verdict = judge(large)
    assert verdict.outcome == "different"
    small = shrink(large, judge)
    after = judge(small, "found")
    assert symptom(after) == symptom(verdict)
    assert len(small.network.calls) <= 3
    assert _drops(small)
    training = small.training
    assert training is not None
    assert not training.objectives[0].metrics
    assert training.phases[0].optimizer.keyword == "sgd"

    path = keep_regression(small, "found", after, tmp_path)
    text = path.read_text(encoding="utf-8")
    assert f"specc verify {path}" in text
    assert "(found.nnspec:" in text
    assert "different at" in text
    kept = load(path)
    assert not [p for p in kept.check() if p.level.name == "ERROR"]
    assert kept.program().program.network == small.network
    prepared = kept.prepare()
    assert all(np.isfinite(array).all() for array in prepared.training.values())
    assert judge(kept.program().program).outcome == "different"
    assert kept.verify(backends=SIDES, steps=6).equal, "without the fault it is equal"


def test_a_budget_of_tries_is_kept(judge: Judge, large: Program) -> None:
    judged: list[Program] = []

    def count(program: Program):
        judged.append(program)
        return judge(program)

    small = shrink(large, count, tries=3)
    assert len(judged) <= 4
    assert symptom(judge(small)) == symptom(judge(large))


def test_a_backend_that_stumbles_is_a_finding(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError("so")

    monkeypatch.setattr("specc.verify.sweep.judge.compile_program", stumble)
    result = sweep(1, 0, judge)
    assert result.outcomes == {"not comparable": 1}
    assert not result.passed
    (verdict,) = result.failed.values()
    assert "ZeroDivisionError while its program was written" in verdict.failures[0].why


def test_a_sweep_keeps_what_fails(
    judge: Judge, series: list[Program], tmp_path: Path
) -> None:
    """The first of a series is not random and has no dropout; some later one has."""
    count = next(n for n, p in enumerate(series, 1) if _drops(p))
    seen: list[str] = []
    result = sweep(count, 0, judge, lambda name, _: seen.append(name), tmp_path, 5)
    assert len(seen) == count
    assert list(result.failed) == [seen[-1]]
    assert not result.passed
    assert result.outcomes == {"equal": count - 1, "different": 1}
    assert {file.name for file in tmp_path.iterdir()} == {
        f"{seen[-1]}.nnspec",
        f"{seen[-1]}.npz",
    }
    shown = result.render()
    assert f"{seen[-1]}: different" in shown
    assert "options of fields: " in shown
    assert "ordered pairs of layers: " in shown
