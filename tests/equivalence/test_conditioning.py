"""What rounding of outputs accounts for is measured, and nothing more is let through."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sides import compare

from specc.catalog.activations.squashing import Sigmoid
from specc.catalog.layers.dense import Dense
from specc.catalog.layers.normalization import BatchNormalization
from specc.catalog.layers.pooling import GlobalAveragePooling2D
from specc.catalog.layers.shape import Reshape
from specc.catalog.losses import MeanSquaredError
from specc.catalog.losses.crossentropy import (
    BinaryCrossentropy,
    SparseCategoricalCrossentropy,
)
from specc.catalog.metrics import Accuracy
from specc.ir import Program
from specc.verify import WorkerPool, render
from specc.verify.compare import Part, compare_part
from specc.verify.conditioning import Rounding, blurred, share, undecided, vanished
from specc.verify.ledger import excuse
from specc.verify.protocol import Probe, Reading
from specc.verify.samples.drafts import Draft, train

CLASSES = SparseCategoricalCrossentropy()
YES_NO = BinaryCrossentropy()
LOGITS = BinaryCrossentropy(from_logits=True)
ULP = 2.0**-52


@pytest.mark.parametrize(
    ("one", "other", "loss", "expected"),
    [
        ([[1.0, 1.0], [0.0, 1.0]], [[1.0, 1.0 + ULP], [0.0, 1.0]], CLASSES, 0.5),
        ([[1.0, 1.0 + ULP], [0, 9]], [[1.0 + ULP, 1.0], [0, 9]], CLASSES, 0.5),
        # One and the same tie on every side: the rule decides, and all must follow it.
        ([[1.0, 1.0], [0.0, 1.0]], [[1.0, 1.0], [0.0, 1.0]], CLASSES, 0.0),
        # A margin that the difference cannot bridge.
        ([[1.0, 1.0 + 9 * ULP]], [[1.0, 1.0 + 8 * ULP]], CLASSES, 0.0),
        ([[1.0], [2.0]], [[1.0 + ULP], [2.0]], CLASSES, 0.0),
        ([[0.5, 0.7]], [[0.5 + ULP, 0.7]], YES_NO, 0.5),
        ([[0.5, 0.7]], [[0.5, 0.7 + ULP]], YES_NO, 0.0),
        ([[0.0, 0.5]], [[ULP, 0.5 + ULP]], LOGITS, 0.5),
    ],
)
def test_decisions_that_rounding_turns(
    one: list[list[float]],
    other: list[list[float]],
    loss: BinaryCrossentropy | SparseCategoricalCrossentropy,
    expected: float,
) -> None:
    assert share([np.array(one), np.array(other)], loss) == expected


def binary(unfused: bool, loss: BinaryCrossentropy = YES_NO) -> Program:
    draft = Draft({"x": (4,)})
    edge = draft.add(Dense(units=2, activation=Sigmoid()), "x")
    if unfused:
        edge = draft.add(Reshape(target_shape=(2,)), edge)
    return train(draft.network({"y": edge}), {"y": loss}, {"y": (Accuracy(),)})


def test_only_metrics_that_decide_may_jump() -> None:
    program = binary(unfused=False)
    edge = program.network.outputs[0].edge
    sides = [{edge: np.array([[0.5, 0.9]])}, {edge: np.array([[0.5 + ULP, 0.9]])}]
    assert undecided(program, sides) == {"accuracy": 0.5}
    assert undecided(program, [sides[0], {}]) == {}


def test_rounding_of_probabilities_is_divided_by_their_distance_from_0_and_1() -> None:
    program = binary(unfused=True)
    edge = program.network.outputs[0].edge

    def blur(*p: float) -> float:
        return blurred(program, [{edge: np.array([p])}])["loss"]

    assert blur(0.5, 0.4) < 1e-14, "nothing is let through where nothing saturates"
    assert blur(0.5, 1 - 1e-6) == pytest.approx(4 * ULP / 2 / 1e-6, rel=1e-6)
    assert blur(1e-6, 0.5) == pytest.approx(4 * ULP / 2 / 1e-6, rel=1e-6)
    assert blur(0.5, 1.0, 1e-9) < 1e-14, "what is clipped has no gradient"
    assert blur(0.5, 1 - 1.1e-7) < 5e-9
    single = blurred(program, [{edge: np.array([0.5, 1 - 1e-6])}], unit=2.0**-24)
    assert single["loss"] == pytest.approx(4 * 2.0**-24 / 1e-6, rel=1e-6)


def test_losses_of_logits_are_not_blurred() -> None:
    for program in (binary(unfused=False), binary(unfused=True, loss=LOGITS)):
        edge = program.network.outputs[0].edge
        assert blurred(program, [{edge: np.array([[0.5, 1 - 1e-6]])}]) == {}


def looks(here: float, kernel: float = 1.0) -> Reading:
    """Gradients on the ordinary batch, and on one that is all zeros."""
    zero = {"raw/zeros/kernel": np.zeros(2), "raw/zeros/bias": np.full(2, here)}
    return Reading({"raw/real/kernel": np.full(2, kernel), **zero}, {})


def test_gradients_that_are_all_zero_are_held_against_the_usual_ones() -> None:
    probe = Probe(name="zeros", batch="zeros")

    def scales(*here: float) -> dict[str, float]:
        return vanished([looks(size) for size in here], "raw", probe)

    assert scales(1e-17, 3e-17) == {"kernel": 1.0, "bias": 1.0}
    assert scales(0.0, 0.0) == {"kernel": 1.0, "bias": 1.0}
    assert scales(1e-17, 1e-9) == {}, "one side has a gradient where others have none"
    real = Probe(name="real", batch="real")
    assert vanished([looks(0.0)], "raw", real) == {}


def rounding(*looks: tuple[float, float], other: float = 1.0) -> Rounding:
    """A gradient at several looks and moved, beside another that stays as it is."""

    def reading(which: int) -> Reading:
        arrays = {f"raw/{n}/w": np.array([pair[which]]) for n, pair in enumerate(looks)}
        steady = {f"raw/{n}/other": np.array([other]) for n in range(len(looks))}
        return Reading({**arrays, **steady}, {})

    return Rounding(((reading(0), reading(1)),))


def test_tensors_may_differ_by_what_rounding_comes_to() -> None:
    found = rounding((2.0, 2.0 + 2.0**-30))
    assert found.allowed("raw/0") == {"w": pytest.approx(10 * 2.0**-30), "other": 0.0}
    assert found.relative(["raw/0"])["w"] == pytest.approx(5 * 2.0**-30)


def test_the_side_that_rounding_moves_farthest_counts() -> None:
    near, far = rounding((2.0, 2.0)), rounding((2.0, 2.5))
    assert Rounding((*far.pairs, *near.pairs)).allowed("raw/0")["w"] == 5.0


def test_looks_at_which_a_gradient_is_rounding_say_nothing_of_others() -> None:
    found = rounding((1e-17, 3e-17), (1.0, 1.0 + 2.0**-40)).relative(["raw/0", "raw/1"])
    assert found["w"] == pytest.approx(10 * 2.0**-40)
    assert rounding((1.0, 1.5)).relative(["raw/0"])["w"] == 1e-7


@pytest.mark.parametrize("lost", [np.inf, np.nan])
def test_what_is_not_finite_lets_nothing_through(lost: float) -> None:
    assert "w" not in rounding((1.0, lost)).allowed("raw/0")


def test_blur_touches_only_what_leads_to_the_output() -> None:
    draft = Draft({"x": (4,)})
    trunk = draft.add(Dense(units=3), "x")
    one = draft.add(Dense(units=2, activation=Sigmoid()), trunk)
    one = draft.add(Reshape(target_shape=(2,)), one)
    two = draft.add(Dense(units=2, activation=Sigmoid()), trunk)
    program = train(draft.network({"a": one, "b": two}), {"a": YES_NO, "b": YES_NO})
    edges = {item.name: item.edge for item in program.network.outputs}
    p = np.array([[0.5, 1 - 1e-6]])
    found = blurred(program, [{edges["a"]: p, edges["b"]: p}])
    layers = {name.rpartition("/")[0] for name in found if "/" in name}
    assert layers == {"dense_1", "dense_2"}
    assert {name for name in found if "/" not in name} == {"loss", "a_loss"}


def test_long_sums_may_lose_a_unit_a_term_and_short_ones_nothing() -> None:
    def judge(apart: float, terms: int, gate: str = "float64.gradient") -> bool:
        part = Part("a part", {"w": (2,)}, gate, terms=terms)
        one, other = {"w": np.array([1.0, 0.5])}, {"w": np.array([1.0 - apart, 0.5])}
        return not compare_part(part, {"a": one, "b": other})[2]

    assert judge(2e-12, 50_000)
    assert not judge(7e-12, 50_000)
    assert not judge(2e-12, 5_000)
    assert not judge(ULP, 1, "float64.exact")


@pytest.mark.xdist_group("equivalence")
def test_gradients_are_sums_over_every_place_of_an_image(pool: WorkerPool) -> None:
    """In another order of the examples 74,000 terms that are alike add up otherwise."""
    draft = Draft({"image": (96, 96, 3)})
    edge = draft.add(BatchNormalization(), "image")
    edge = draft.add(Dense(units=2), draft.add(GlobalAveragePooling2D(), edge))
    program = train(draft.network({"y": edge}), {"y": MeanSquaredError()})
    verdict = compare(pool, program, 2, precisions=("float64",))
    assert verdict.equal, render(verdict)


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ({"turned": {"w": 0.1}, "look": "real"}, "decisions"),
        ({"turned": {"w": 0.0}, "allowed": {"w": 1.0}, "look": "real"}, "inputs"),
        ({"blur": {"w": 1e-15}, "allowed": {"w": 1.0}, "look": "real"}, "inputs"),
        ({"blur": {"w": 1e-9}, "look": "real"}, "its loss"),
        ({"terms": 20_000, "look": "real"}, "rounding of a sum"),
        ({"terms": 2_000, "allowed": {"w": 1.0}, "look": "real"}, "inputs"),
        ({"allowed": {"w": 1.0}}, "inputs"),
        ({"allowed": {"w": 1.0}, "step": 2}, "training"),
        ({"loose": {"w": 1e-20}, "allowed": {"w": 1.0}, "step": 2}, "training"),
        ({"loose": {"w": 1e-8}, "step": 2}, "inputs"),
    ],
)
def test_the_evidence_is_that_which_lets_a_tensor_through(
    part: dict[str, Any], why: str
) -> None:
    whole = Part("a part", {"w": None}, "float64.forward", **part)
    assert excuse(whole, "w").startswith(why)
