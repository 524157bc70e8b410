"""Random numbers: the stream itself, masks, orders, and the normal quantile."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections import Counter

import numpy as np
import pytest
from scipy import special, stats

from specc.runtime.initialization import normal_quantile
from specc.runtime.random import keep_mask, permutation, random_words, uniform

MASK = 2**64 - 1


def philox(key: tuple[int, int], counter: int) -> list[int]:
    """One block of Philox4x64-10 in plain integers (Salmon et al. 2011)."""
    words = [(counter >> 64 * i) & MASK for i in range(4)]
    k0, k1 = key
    for _ in range(10):
        low = words[0] * 0xD2E7470EE14C6C93
        high = words[2] * 0xCA5A826395121157
        words = [
            (high >> 64) ^ words[1] ^ k0,
            high & MASK,
            (low >> 64) ^ words[3] ^ k1,
            low & MASK,
        ]
        k0 = (k0 + 0x9E3779B97F4A7C15) & MASK
        k1 = (k1 + 0xBB67AE8584CAA73B) & MASK
    return words


def test_words_are_philox_keyed_by_the_arguments() -> None:
    digest = hashlib.sha256(b"specc-1|noise|42|dropout_1/keep").digest()
    key = (
        int.from_bytes(digest[:8], "little"),
        int.from_bytes(digest[8:16], "little"),
    )
    start = (7 << 192) | (2 << 128)
    # The generator counts up before it makes a block.
    blocks = [philox(key, start + 1 + block) for block in range(3)]
    expected = list(itertools.chain(*blocks))[:10]
    given = random_words(42, "noise", "dropout_1/keep", 10, step=7, call=2)
    assert [int(word) for word in given] == expected


def test_words_do_not_depend_on_how_many_are_taken() -> None:
    many = random_words(1, "weights", "a/b", 1000)
    assert np.array_equal(many[:7], random_words(1, "weights", "a/b", 7))


def test_words_differ_in_every_argument() -> None:
    base = {"seed": 1, "purpose": "noise", "path": "a/b", "step": 3, "call": 1}
    first = random_words(count=8, **base)  # type: ignore[arg-type]
    for other in ({"seed": 2}, {"purpose": "order"}, {"path": "a/c"}, {"step": 4}):
        assert not set(first) & set(random_words(count=8, **{**base, **other}))  # type: ignore[arg-type]
    assert not set(first) & set(random_words(count=8, **{**base, "call": 0}))  # type: ignore[arg-type]


def test_uniform_is_strictly_inside_and_uniform() -> None:
    ends = uniform(np.array([0, 2**64 - 1], dtype=np.uint64))
    assert 0.0 < ends[0] < ends[1] < 1.0
    drawn = uniform(random_words(5, "weights", "x", 50_000))
    assert stats.kstest(drawn, "uniform").pvalue > 0.001


# Quantile ------------------------------------------------------------------------


def test_normal_quantile_is_exact_over_its_whole_range() -> None:
    tails = np.logspace(-300, -1, 4000)
    middle = np.linspace(1e-6, 1 - 1e-6, 20_001)
    for p in (tails, middle, 1 - np.logspace(-15, -1, 1000)):
        expected, given = special.ndtri(p), normal_quantile(p)
        # Near 1/2 the quantile is 0, and both lose digits of p − 1/2, not of it.
        assert np.abs(given - expected).max() <= 1e-14 * np.abs(expected).max()
        far = np.abs(p - 0.5) > 1e-3
        assert np.abs(given / expected - 1)[far].max() < 1e-13


def test_normal_quantile_of_the_ends_that_are_drawn_is_finite() -> None:
    ends = uniform(np.array([0, 2**64 - 1], dtype=np.uint64))
    with np.errstate(all="raise"):
        low, high = normal_quantile(ends)
    assert -9 < low < -8
    assert 8 < high < 9
    assert normal_quantile(np.array([0.5]))[0] == 0.0


# Masks ---------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_masks_keep_their_share(rate: float) -> None:
    shape = (100, 1001)
    kept = float(keep_mask(3, "a/keep", shape, rate, step=2).mean())
    deviation = math.sqrt(rate * (1 - rate) / (shape[0] * shape[1]))
    assert abs(kept - (1 - rate)) < 4 * deviation


def test_masks_are_pure_functions_of_their_arguments() -> None:
    given = keep_mask(3, "a/keep", (8, 5), 0.5, step=2, call=1)
    assert given.dtype == np.bool_
    assert given.shape == (8, 5)
    assert np.array_equal(given, keep_mask(3, "a/keep", (8, 5), 0.5, step=2, call=1))
    others = [
        keep_mask(4, "a/keep", (8, 5), 0.5, step=2, call=1),
        keep_mask(3, "b/keep", (8, 5), 0.5, step=2, call=1),
        keep_mask(3, "a/keep", (8, 5), 0.5, step=3, call=1),
        keep_mask(3, "a/keep", (8, 5), 0.5, step=2, call=0),
    ]
    assert all(not np.array_equal(given, other) for other in others)


def test_masks_take_32_bits_for_each_entry_in_row_major_order() -> None:
    words = random_words(3, "noise", "a/keep", 8, step=2)
    halves = [
        half for word in words for half in (int(word) & 0xFFFFFFFF, int(word) >> 32)
    ]
    given = keep_mask(3, "a/keep", (3, 5), 0.3, step=2)
    expected = [half >= int(0.3 * 2**32) for half in halves[:15]]
    assert given.ravel().tolist() == expected


def test_an_entry_is_dropped_only_below_the_threshold() -> None:
    half = int(random_words(3, "noise", "a/keep", 1)[0]) & 0xFFFFFFFF
    at, above = half / 2**32, (half + 1) / 2**32
    assert keep_mask(3, "a/keep", (1,), at, step=0).tolist() == [True]
    assert keep_mask(3, "a/keep", (1,), above, step=0).tolist() == [False]


def test_masks_of_successive_steps_are_independent() -> None:
    masks = [keep_mask(3, "a/keep", (4000,), 0.5, step) for step in range(20)]
    signs = np.where(np.array(masks), 1.0, -1.0)
    correlations = (signs @ signs.T / signs.shape[1])[~np.eye(20, dtype=bool)]
    assert np.abs(correlations).max() < 5 / math.sqrt(4000)


def test_rate_zero_keeps_all() -> None:
    assert keep_mask(3, "a/keep", (50,), 0.0, step=0).all()


# Orders --------------------------------------------------------------------------


def test_permutations_are_permutations_and_differ() -> None:
    orders = [permutation(1, "order", str(epoch), 100) for epoch in range(5)]
    for order in orders:
        assert sorted(order.tolist()) == list(range(100))
    assert len({tuple(order.tolist()) for order in orders}) == 5


def test_permutations_are_uniform() -> None:
    drawn = Counter(
        tuple(permutation(9, "order", str(epoch), 4).tolist()) for epoch in range(4800)
    )
    assert len(drawn) == 24
    assert stats.chisquare(list(drawn.values())).pvalue > 0.001
