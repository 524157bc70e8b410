"""Nodes alone are strained by numbers that show how they compute, and no more than that."""

from __future__ import annotations

import numpy as np
import pytest

from specc.catalog.activations.squashing import Softmax
from specc.catalog.layers.dense import Dense
from specc.catalog.layers.normalization import BatchNormalization
from specc.catalog.losses import CategoricalCrossentropy
from specc.verify.alone import STRAINED, Forced, force, held_to
from specc.verify.in_float32 import within_float32
from specc.verify.protocol import Reading
from specc.verify.samples import batches_for
from specc.verify.samples.drafts import Draft, train


@pytest.fixture(scope="module")
def forced() -> Forced:
    draft = Draft({"x": (9,)})
    edge = draft.add(BatchNormalization(), "x")
    edge = draft.add(Dense(units=7, activation=Softmax()), edge)
    program = train(draft.network({"y": edge}), {"y": CategoricalCrossentropy()})
    return force(program.network, next(batches_for(program).epoch(0)))


def test_every_edge_of_real_numbers_is_strained(forced: Forced) -> None:
    real = {name for name, array in forced.edges.items() if array.dtype.kind == "f"}
    assert {*STRAINED} == {*forced.strained}
    for arrays in forced.strained.values():
        assert {*arrays} == real
        assert {array.dtype for array in arrays.values()} == {np.dtype(np.float32)}


def test_a_single_example_is_not_strained() -> None:
    network = Draft({"x": (9,)}).network({"y": "x"})
    batch = {"ids": np.array([0]), "x": np.zeros((1, 9), np.float32)}
    assert not force(network, batch).strained
    two = {"ids": np.array([0, 1]), "x": np.zeros((2, 9), np.float32)}
    (far,) = force(network, two).strained["far"].values()
    for axis in (0, 1):
        assert far.astype(np.float64).std(axis=axis).min() > 0.1


def test_exponentials_of_large_numbers_are_beyond_float32_alone(forced: Forced) -> None:
    for array in forced.strained["large"].values():
        with np.errstate(over="ignore"):
            assert np.isinf(np.exp(array)).any()
        assert np.isfinite(np.exp(array.astype(np.float64))).all()


def test_far_numbers_have_a_deviation_of_about_1(forced: Forced) -> None:
    for array in forced.strained["far"].values():
        whole = array.astype(np.float64)
        deviation = whole.std(axis=0)
        assert (np.abs(whole.mean(axis=0) - 2000) < 2).all()
        assert deviation.min() > 0.3
        assert deviation.max() < 1.5
        lost = np.square(array).mean(axis=0) - np.square(array.mean(axis=0))
        assert (np.abs(lost - whole.var(axis=0)) > 0.05).any()


def test_only_what_strained_nodes_pull_back_is_held_to_the_ordinary_size() -> None:
    sides = [Reading({"pulled/training/x@f": np.array([size])}, {}) for size in (1, 3)]
    (size,) = held_to(sides, "pulled-far/training").values()
    assert size > 3
    assert held_to(sides, "pulled/training") == {}
    assert held_to(sides, "alone-far/training") == {}


def test_only_what_float32_has_not_may_be_infinite() -> None:
    truth = np.array([1e50, -1e50, 1e50, 1.0, 1.0])
    found = np.array([np.inf, -np.inf, -np.inf, np.inf, 1.0], np.float32)
    single, double = within_float32({"a": {"t": found}}, {"a": {"t": truth}})
    assert single["a"]["t"].tolist() == [0, 0, -np.inf, np.inf, 1]
    assert single["a"]["t"].dtype == np.float32
    assert double["a"]["t"].tolist() == [0, 0, 1e50, 1, 1]
