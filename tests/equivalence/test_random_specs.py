"""Random specs: what they cover, that they are specs, and a sample of them proven."""

from __future__ import annotations

import pytest
from sides import SIDES

from specc.ir import Program
from specc.unparse import settings_of
from specc.verify import WorkerPool, render
from specc.verify.sweep import (
    Coverage,
    Judge,
    checked,
    drifting,
    random_program,
    random_programs,
)

#: Programs that are proven; of another series than that of `make sweep`.
SAMPLE, SEED = 9, 1


Series = dict[str, Program]


@pytest.fixture(scope="module")
def series() -> Series:
    return dict(random_programs(300, seed=0))


@pytest.fixture(scope="module")
def sample() -> list[Program]:
    return [program for _, program in random_programs(SAMPLE, SEED)]


@pytest.fixture(scope="module")
def coverage(series: Series) -> Coverage:
    found = Coverage()
    for program in series.values():
        found.add(program)
    return found


@pytest.mark.xdist_group("series")
def test_options_of_fields_are_covered(coverage: Coverage) -> None:
    share = coverage.options()
    assert share.total > 250
    assert share.value >= 0.8, share.missing


@pytest.mark.xdist_group("series")
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


@pytest.mark.xdist_group("series")
def test_series_begins_with_a_bias_before_normalization_under_adam(
    series: Series,
) -> None:
    first = next(iter(series.values()))
    dense, normalization, _ = (node.layer for node in first.network.layers)
    assert dense.use_bias  # type: ignore[attr-defined]
    assert normalization.keyword == "BatchNormalization"
    assert settings_of(_trained(first)).optimizer.keyword == "adam"


@pytest.mark.xdist_group("series")
def test_programs_are_of_many_shapes(series: Series) -> None:
    networks = [program.network for program in series.values()]
    assert any(len(network.inputs) > 2 for network in networks)
    assert any(len(network.outputs) > 2 for network in networks)
    assert any(len(network.calls) > 10 for network in networks)
    branching = sum(_branches(program) for program in series.values())
    assert branching > 50
    shared = [n for n in networks if len(n.layers) < len(n.calls)]
    assert len(shared) > 50


def _branches(program: Program) -> bool:
    taken = [edge for call in program.network.calls for edge in set(call.inputs)]
    return len(taken) > len(set(taken))


def _trained(program: Program):
    assert program.training is not None
    return program.training


# Text -----------------------------------------------------------------------------


@pytest.mark.xdist_group("series")
def test_programs_come_back_from_their_text(series: Series) -> None:
    """`checked` compares what comes back with what was written."""
    for name, program in series.items():
        assert checked(program, name).program == program


# The proof ------------------------------------------------------------------------


@pytest.mark.xdist_group("equivalence")
@pytest.mark.parametrize("number", range(SAMPLE))
def test_a_sample_is_proven(
    pool: WorkerPool, sample: list[Program], number: int
) -> None:
    verdict = Judge(pool, SIDES)(sample[number], f"seed{SEED}_{number}")
    assert verdict.equal, render(verdict)
    assert {check.precision for check in verdict.checks} == {"float64", "float32"}
