"""Distances and gates: nothing that is not a number may pass for near."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from specc.verify.compare import Part, compare_part
from specc.verify.dual import DualResult, Witness, compare_dual
from specc.verify.spread import distance, errors, finite, largest, odd_one
from specc.verify.tolerances import tolerances

ODD = (np.nan, np.inf, -np.inf)
tensors = arrays.arrays(
    np.float64,
    arrays.array_shapes(max_dims=3, max_side=4),
    elements=st.floats(-1e6, 1e6, allow_nan=False),
)


@given(tensors, st.data())
def test_one_odd_entry_is_infinitely_far(tensor: np.ndarray, data: Any) -> None:
    place = data.draw(st.integers(0, tensor.size - 1))
    spoilt = tensor.copy()
    spoilt.flat[place] = data.draw(st.sampled_from(ODD))
    assert distance(tensor, spoilt) == np.inf
    assert distance(spoilt, tensor) == np.inf
    assert not finite(spoilt)
    assert not errors(spoilt, tensor, 1.0).max() < np.inf


@given(tensors)
def test_a_tensor_is_at_distance_zero_from_itself_alone(tensor: np.ndarray) -> None:
    assert distance(tensor, tensor) == 0
    assert distance(tensor, tensor + 1) == pytest.approx(1, abs=1e-9)
    assert distance(tensor, np.append(tensor.ravel(), 0.0)) == np.inf
    assert largest([tensor]) == np.abs(tensor).max()


def test_a_plain_check_would_let_it_pass() -> None:
    """The trap: a comparison with NaN is False, so `not far` is what `far` must not be."""
    gap = abs(np.nan)
    assert not gap > 1e-12
    assert distance(np.array([np.nan]), np.array([1.0])) > 1e-12


@given(tensors, st.floats(1e-9, 1e-3))
def test_a_relative_difference_beyond_the_gate_is_found(
    tensor: np.ndarray, size: float
) -> None:
    if largest([tensor]) < 1e-3:
        tensor = tensor + 1.0
    other = tensor.copy()
    place = np.unravel_index(np.abs(tensor).argmax(), tensor.shape)
    other[place] *= 1 + size
    part = Part("test", {"t": tensor.shape}, "float64.forward")
    _, sizes, found = compare_part(part, {"a": {"t": tensor}, "b": {"t": other}})
    assert sizes["t"]["a|b"] == pytest.approx(size, rel=1e-2)
    assert [item.name for item in found] == ["t"]


def test_subnormal_numbers_may_be_zero() -> None:
    """TensorFlow makes them 0; what is a little larger is told from 0 all the same."""
    part = Part("test", {"t": (3,)}, "float64.forward", "float64")
    zero, tiny = np.zeros(3), np.full(3, 1e-313)
    assert compare_part(part, {"one": {"t": zero}, "two": {"t": tiny}})[2] == []
    assert compare_part(part, {"one": {"t": zero}, "two": {"t": tiny * 1e27}})[2]


@pytest.mark.parametrize("value", [*ODD, 0.0])
def test_the_guilty_side(value: float) -> None:
    sound, wrong = np.ones(3), np.array([1.0, value, 1.0])
    part = Part("test", {"t": (3,)}, "float64.forward")
    sides = {"a": {"t": sound}, "b": {"t": wrong}, "c": {"t": sound}}
    _, _, found = compare_part(part, sides)
    assert {item.guilty for item in found} == {"b"}


def test_nobody_is_guilty_where_all_differ() -> None:
    gate = 1e-12
    assert odd_one({("a", "b"): 1.0, ("a", "c"): 1.0, ("b", "c"): 1.0}, gate) is None
    assert odd_one({("a", "b"): 1.0}, gate) is None
    assert odd_one({("a", "b"): 1.0, ("a", "c"): np.nan, ("b", "c"): 0.0}, gate) == "a"


def test_small_tensors_are_held_against_their_kind() -> None:
    """1e-14 of rounding is nothing to a bias whose true gradient is 0."""
    part = Part("test", {"kernel": (1,), "bias": (1,)}, "float64.gradient")

    def sides(noise: float) -> dict[str, dict[str, np.ndarray]]:
        kernel = np.array([1.0])
        return {
            "a": {"kernel": kernel, "bias": np.array([noise])},
            "b": {"kernel": kernel, "bias": np.array([-noise])},
        }

    assert not compare_part(part, sides(1e-14))[2]
    assert compare_part(part, sides(1e-11))[2]


def dual(one: float, other: float) -> float:
    """The ratio for sides whose errors are so many units of rounding."""
    unit = 2.0**-23
    truth = np.linspace(0.5, 1.0, 200)
    part = Part("test", {"t": (200,)}, "float32.ratio")
    double = {side: {"t": truth} for side in "ab"}
    single = {
        side: {"t": truth + size * unit}
        for side, size in zip("ab", (one, other), strict=True)
    }
    return compare_dual(part, single, double).ratios["t"]


def test_float32_errors_must_be_of_one_size() -> None:
    limit = tolerances()["float32.ratio"]
    assert dual(0, 20) <= limit, "a few units are within the floor"
    assert dual(1000, 3000) <= limit
    assert dual(0, 1000) > limit
    assert dual(1000, 10) > limit
    assert not dual(np.nan, 1) <= limit


def held(
    error: float, *moves: tuple[str, float], batch: str | None = None
) -> DualResult:
    """Side b is off by `error`, a by nothing; sides were seen to move by so much."""
    part = Part("test", {"t": (200,)}, "float32.ratio", batch=batch, step=3)
    truth = np.linspace(0.5, 1.0, 200)
    single = {"a": {"t": truth}, "b": {"t": truth + error}}
    double = {"a": {"t": truth}, "b": {"t": truth}}
    witnesses = [
        Witness(
            side, [(double[side], {"t": truth + size})], "with weights moved by 1e-6"
        )
        for side, size in moves
    ]
    return compare_dual(part, single, double, witnesses)


def test_what_nobody_witnesses_is_a_difference_however_rare_or_small() -> None:
    for result in (held(1e-3), held(1e-4, batch="zeros")):
        (item,) = result.wrong
        assert item.guilty == "b"
        assert not result.excused


def test_a_difference_that_rounding_brings_about_in_the_exact_side_is_honest() -> None:
    limit = tolerances()["float32.ratio"]
    result = held(1e-3, ("a", 2e-3 / limit), batch="zeros")
    assert not result.wrong
    assert result.ratios["t"] > limit, "what was measured stays what it was"
    evidence = result.excused["t"]
    for word in ("on the batch zeros", "b is off by 0.001", "a by 0", "with weights"):
        assert word in evidence
    assert held(1e-3, ("a", 1e-9), ("a", 1e-3)).excused, "the second move"


def test_what_speaks_against_any_side_is_taken_so_many_times() -> None:
    part = Part("test", {"t": (200,)}, "float32.ratio", step=3)
    truth, near = ({"t": np.linspace(0.5, 1.0, 200) + by} for by in (0.0, 1e-13))
    single = {"a": truth, "b": {"t": truth["t"] + 1e-4}}
    for times, excused in ((5e8, True), (1e7, False)):
        units = Witness("", [(truth, near)], "in float64", times)
        result = compare_dual(part, single, {"a": truth, "b": truth}, [units])
        assert bool(result.excused) is excused
        assert bool(result.wrong) is not excused


def test_draws_of_the_same_count_with_their_mean_square() -> None:
    """One that happens to be small hides nothing, one that is large excuses little."""
    part = Part("test", {"t": (200,)}, "float32.ratio", step=3)
    truth = {"t": np.linspace(0.5, 1.0, 200)}
    limit = tolerances()["float32.ratio"]

    def judge(error: float, *draws: float) -> DualResult:
        pairs = [(truth, {"t": truth["t"] + by}) for by in draws]
        witness = Witness("", pairs, "in float64", 1e8, draws=True)
        single = {"a": truth, "b": {"t": truth["t"] + error}}
        return compare_dual(part, single, {"a": truth, "b": truth}, [witness])

    mean = 1e8 * np.sqrt((1e-13**2 + 7e-13**2) / 2)
    assert judge(0.99 * limit * mean, 1e-13, 7e-13).excused
    assert judge(1.01 * limit * mean, 1e-13, 7e-13).wrong
    assert judge(1e-4, np.inf, np.nan).wrong
    assert judge(1e-4).wrong


@pytest.mark.parametrize(
    "witness", [("b", 1.0), ("a", 1e-5), ("a", np.nan), ("a", np.inf)]
)
def test_no_other_witness_is_heard(witness: tuple[str, float]) -> None:
    """Not the accused one, none that moved too little, and none that overflowed."""
    result = held(1e-3, witness)
    assert result.wrong
    assert not result.excused


def test_tensors_of_few_entries_are_held_against_the_largest_of_their_kind() -> None:
    part = Part("test", {"gamma": (1,), "kernel": (50,)}, "float32.ratio")
    truth = {"gamma": np.array([0.01]), "kernel": np.linspace(0.5, 1.0, 50)}

    def ratio(error: float) -> float:
        off = {**truth, "gamma": truth["gamma"] + error}
        result = compare_dual(part, {"a": truth, "b": off}, {"a": truth, "b": truth})
        return result.ratios["gamma"]

    limit = tolerances()["float32.ratio"]
    assert ratio(1.6e-7) <= limit, "rounding of the numbers that it is a difference of"
    assert ratio(4e-5) > limit, "half precision"


def test_every_tolerance_has_a_reason() -> None:
    entries = list(tolerances())
    assert len(entries) >= 10
    for entry in entries:
        assert len(entry.why.split()) >= 8, entry.name
