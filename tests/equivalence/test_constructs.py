"""Every construct and every kind of value of its fields, on all backends."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sides import compare

from specc.catalog.construct import Construct
from specc.catalog.registry import catalog
from specc.ir import Program
from specc.verify import WorkerPool, render
from specc.verify.samples import bundles, program_for
from specc.verify.samples.bundles import instances

pytestmark = pytest.mark.xdist_group("equivalence")

BUNDLES = dict(bundles())
#: Windows over images, of which libraries have kernels for each precision, and losses.
IN_FLOAT32 = re.compile(r"Conv|.*Pooling|.*-conv$|Dense-image|activation-alone|losses")


@pytest.mark.parametrize("name", BUNDLES)
def test_layers_and_their_arguments(pool: WorkerPool, name: str) -> None:
    """In float64; some in float32 too."""
    both = ("float64", "float32")
    wanted = both if IN_FLOAT32.match(name) else both[:1]
    verdict = compare(pool, BUNDLES[name], precisions=wanted)
    assert verdict.equal, render(verdict)


def singles(*families: str) -> list[Construct]:
    return [
        instance
        for family in families
        for kind in catalog().family(family).values()
        for instance in instances(kind)
    ]


def label(value: Any) -> str:
    return value.model_dump_json(exclude_defaults=True).replace('"', "")


def longer(program: Program, steps: int) -> Program:
    """The program with as many epochs as some steps of three an epoch take."""
    training = program.training
    assert training is not None
    phase = training.phases[0].model_copy(update={"epochs": -(-steps // 3)})
    changed = training.model_copy(update={"phases": (phase,)})
    return program.model_copy(update={"training": changed})


@pytest.mark.parametrize("optimizer", singles("optimizer"), ids=label)
def test_optimizers_over_sixty_steps(pool: WorkerPool, optimizer: Construct) -> None:
    program = longer(program_for(optimizer), 60)
    verdict = compare(pool, program, 60, precisions=("float64",))
    assert verdict.equal, render(verdict)
    assert verdict.steps == 60


@pytest.mark.parametrize(
    "construct", singles("schedule", "callback", "metric"), ids=label
)
def test_schedules_stopping_and_metrics(pool: WorkerPool, construct: Construct) -> None:
    program = program_for(construct)
    verdict = compare(pool, program, 15, precisions=("float64",))
    assert verdict.equal, render(verdict)
