"""Initial weights follow the distribution that each initializer declares.

Copied weights would hide every fault of initialization, so it is tested on its own:
moments, bounds and the whole distribution, from what is emitted.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from specc.backend import backend, backends
from specc.catalog.construct import Construct
from specc.catalog.initializers import INITIALIZERS, Scaled
from specc.catalog.layers import Layer
from specc.catalog.layers.conv import Conv2D
from specc.catalog.layers.dense import Dense
from specc.catalog.losses import MeanSquaredError
from specc.ir import Program
from specc.live import load
from specc.verify.samples.bundles import instances
from specc.verify.samples.drafts import Draft, train
from specc.verify.samples.programs import head

SEEDS = range(4)

SCALED = [
    item
    for kind in INITIALIZERS
    if issubclass(kind, Scaled)
    for item in instances(kind)
]


def wide(initializer: Construct, host: str) -> Program:
    """One layer with some ten thousand weights."""
    draft = Draft({"x": (8, 8, 24) if host == "conv" else (150,)})
    layer: Layer
    if host == "conv":
        layer = Conv2D.model_validate(
            {"filters": 40, "kernel_size": (3, 4), "kernel_initializer": initializer}
        )
    else:
        layer = Dense.model_validate({"units": 80, "kernel_initializer": initializer})
    edge = draft.add(layer, "x", name="wide")
    return train(draft.network({"y": head(draft, edge)}), {"y": MeanSquaredError()})


#: Fans by hand: inputs of one output, outputs of one input.
FANS = {"dense": (150, 80), "conv": (3 * 4 * 24, 3 * 4 * 40)}


def drawn(program: Program, seed: int) -> np.ndarray:
    """The kernel as the emitted reference program draws it."""
    side = backend("reference")
    module = load(side.emit(side.plan(program)).text, "specc_law_initial_weights")
    return module.initial_weights(seed)["wide/kernel"]


@pytest.mark.parametrize("host", FANS)
@pytest.mark.parametrize(
    "initializer", SCALED, ids=lambda i: i.model_dump_json(exclude_defaults=True)
)
def test_distribution(initializer: Scaled, host: str) -> None:
    scale, mode, shape = initializer.law()
    fan_in, fan_out = FANS[host]
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[
        mode
    ]
    variance = scale / fan
    program = wide(initializer, host)
    samples = [drawn(program, seed) for seed in SEEDS]
    weights = np.concatenate([sample.ravel() for sample in samples])
    deviation = math.sqrt(variance)
    assert abs(weights.mean()) < 5 * deviation / math.sqrt(weights.size)
    assert weights.var() == pytest.approx(variance, rel=0.03)
    law = {
        "uniform": stats.uniform(
            -math.sqrt(3) * deviation, 2 * math.sqrt(3) * deviation
        ),
        "untruncated_normal": stats.norm(0, deviation),
        # 0.87962566103423978: the deviation of a normal that is cut at 2.
        "truncated_normal": stats.truncnorm(-2, 2, 0, deviation / 0.87962566103423978),
    }[shape]
    assert stats.kstest(weights, law.cdf).pvalue > 1e-3
    lowest, highest = law.support()
    assert weights.min() >= lowest
    assert weights.max() <= highest


def test_seeds_and_paths_are_independent() -> None:
    program = wide(SCALED[0], "dense")
    one, two = drawn(program, 1).ravel(), drawn(program, 2).ravel()
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.05
    assert np.array_equal(one, drawn(program, 1).ravel())
    renamed = Program.model_validate_json(
        program.model_dump_json().replace('"wide', '"broad')
    )
    side = backend("reference")
    module = load(side.emit(side.plan(renamed)).text, "specc_law_initial_weights")
    other = module.initial_weights(1)["broad/kernel"].ravel()
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.05


@pytest.mark.parametrize("name", backends())
def test_all_backends_draw_with_the_same_text(name: str) -> None:
    """Whatever holds of the reference's initial weights holds of the others'."""

    def section(backend_name: str) -> str:
        side = backend(backend_name)
        text = side.emit(side.plan(wide(SCALED[0], "dense"))).text
        start = text.index("def initial_weights(")
        return text[start : text.index("\n\n\n", start)]

    assert section(name) == section("reference")
