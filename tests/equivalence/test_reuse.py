"""Models that begin with trained weights: loaded and mapped alike, and trained alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sides import SIDES, compare, emit

from specc.ir import Program
from specc.live import load
from specc.verify import WorkerPool, render, verify
from specc.verify.parts import REUSED
from specc.verify.samples import MODELS, batches_for

EQUIVALENCE = pytest.mark.xdist_group("equivalence")


def trained(
    program: Program, dtype: str = "float32"
) -> dict[str, dict[str, np.ndarray]]:
    """Arrays that another training may have left, in no order that the program has."""
    random, network = np.random.default_rng(3), program.network
    shapes = {
        item.path: item.shape for item in (*network.weights(), *network.buffers())
    }
    found: dict[str, dict[str, np.ndarray]] = {}
    for path in sorted(shapes, reverse=True):
        where = network.taken(path)
        if where is not None:
            values = random.uniform(0.5, 1.0, shapes[path]).astype(dtype)
            found.setdefault(where[0], {})[where[1]] = values
    found["before"]["other/kernel"] = np.ones((2, 2), np.float32)
    return found


@EQUIVALENCE
def test_sixty_steps_from_given_weights(pool: WorkerPool) -> None:
    program = MODELS["reused"]()
    verdict = compare(pool, program, 60, reused=trained(program))
    assert verdict.equal, render(verdict)
    assert verdict.steps >= 60
    found = {c.part: c for c in verdict.checks if c.precision == "float64"}
    assert found[REUSED].worst == 0
    assert found[REUSED].compared == len(SIDES) * 8
    assert any("all began with the trained weights" in n for n in verdict.notes)


@EQUIVALENCE
def test_random_numbers_stand_in(pool: WorkerPool) -> None:
    program = MODELS["reused"]()
    verdict = compare(pool, program, 5, precisions=("float64",))
    assert verdict.equal, render(verdict)
    assert any("random numbers stood in" in note for note in verdict.notes)


@EQUIVALENCE
def test_a_side_that_takes_another_layer_is_guilty(pool: WorkerPool) -> None:
    program = MODELS["reused"]()
    emissions = {name: emit(program, name) for name in SIDES}
    sound = emissions["keras"]
    text = sound.text.replace('"before", "h1/bias"', '"before", "h2/bias"')
    assert text != sound.text
    emissions["keras"] = replace(sound, text=text)
    batches = batches_for(program)
    verdict = verify(program, None, emissions, batches, 5, ("float64",), pool)
    assert verdict.outcome == "different"
    first = verdict.differences[0]
    assert (first.part, first.tensor, first.guilty) == (REUSED, "body/h1/bias", "keras")


def test_the_built_model_has_the_given_weights() -> None:
    program = MODELS["reused"]()
    module = load(emit(program, "reference").text, "specc_reused")
    given = trained(program)
    state = module.init_state(dtype="float64", reused=given)
    weights = module.export_weights(state)
    for path, values in weights.items():
        where = program.network.taken(path)
        if where is not None:
            assert np.array_equal(values, given[where[0]][where[1]].astype("float64"))
    assert sum(program.network.taken(path) is not None for path in weights) == 8
