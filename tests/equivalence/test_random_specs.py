"""Random specs: what they cover, that they are specs, and a sample of them proven."""

from __future__ import annotations

from pathlib import Path

import pytest
from sides import SIDES

from specc.api import load
from specc.catalog.settings import TrainSettings
from specc.ir import Program
from specc.unparse import Unwritable, settings_of, unparse
from specc.verify import WorkerPool, render
from specc.verify.samples import MODELS
from specc.verify.sweep import (
    Coverage,
    Judge,
    checked,
    drifting,
    random_program,
    random_programs,
)

SERIES = dict(random_programs(300, seed=0))
#: Programs of the default tests; another seed than that of `make sweep`.
SAMPLE = dict(random_programs(12, seed=1))
EXAMPLES = sorted(Path("examples").glob("*.nnspec"))


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    found = Coverage()
    for program in SERIES.values():
        found.add(program)
    return found


def test_options_of_fields_are_covered(coverage: Coverage) -> None:
    share = coverage.options()
    assert share.total > 250
    assert share.value >= 0.8, share.missing


def test_ordered_pairs_of_layers_are_covered(coverage: Coverage) -> None:
    share = coverage.pairs()
    assert share.total > 100
    assert share.value >= 0.6, share.missing


def test_coverage_counts_what_is_missing() -> None:
    found = Coverage()
    assert found.options().value == found.pairs().value == 0
    found.add(drifting())
    assert found.pairs().met == 2
    assert "Dense.use_bias=false" in found.options().missing
    assert "Dense.use_bias=true" not in found.options().missing


def test_programs_follow_from_their_seed() -> None:
    assert random_program(5, 3) == random_program(5, 3)
    assert random_program(5, 3) != random_program(5, 4)
    assert random_program(6, 3) != random_program(5, 3)


def test_series_begins_with_a_bias_before_normalization_under_adam() -> None:
    first = next(iter(SERIES.values()))
    dense, normalization, _ = (node.layer for node in first.network.layers)
    assert dense.use_bias  # type: ignore[attr-defined]
    assert normalization.keyword == "BatchNormalization"
    assert settings_of(_trained(first)).optimizer.keyword == "adam"


def test_programs_are_of_many_shapes() -> None:
    networks = [program.network for program in SERIES.values()]
    assert any(len(network.inputs) > 2 for network in networks)
    assert any(len(network.outputs) > 2 for network in networks)
    assert any(len(network.calls) > 10 for network in networks)
    branching = sum(_branches(program) for program in SERIES.values())
    assert branching > 50


def _branches(program: Program) -> bool:
    taken = [edge for call in program.network.calls for edge in set(call.inputs)]
    return len(taken) > len(set(taken))


def _trained(program: Program):
    assert program.training is not None
    return program.training


# Text -----------------------------------------------------------------------------


def test_programs_come_back_from_their_text() -> None:
    """`checked` compares what comes back with what was written."""
    for name, program in SERIES.items():
        assert checked(program, name).program == program


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_come_back_from_their_text(path: Path) -> None:
    for item in load(path).checked.programs:
        assert checked(item.program, path.stem).program == item.program


def test_what_the_language_cannot_say_is_not_written() -> None:
    with pytest.raises(Unwritable, match="without data"):
        unparse(MODELS["mlp"]())
    program = SERIES["seed0_1"]
    training = _trained(program)
    phases = {"phases": (training.phases[0], training.phases[0])}
    with pytest.raises(Unwritable, match="phases"):
        settings_of(training.model_copy(update=phases))
    assert isinstance(settings_of(training), TrainSettings)
    call = program.network.calls[0].model_copy(update={"name": "again"})
    network = program.network.model_copy(
        update={"calls": (*program.network.calls, call)}
    )
    with pytest.raises(Unwritable, match="called twice"):
        unparse(program.model_copy(update={"network": network}))


# The proof ------------------------------------------------------------------------


@pytest.mark.xdist_group("equivalence")
@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_is_proven(pool: WorkerPool, name: str) -> None:
    verdict = Judge(pool, SIDES)(SAMPLE[name], name)
    assert verdict.equal, render(verdict)
    assert {check.precision for check in verdict.checks} == {"float64", "float32"}
