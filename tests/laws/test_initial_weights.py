"""Initial weights follow the distribution that each initializer declares.

Copied weights would hide every fault of initialization, so it is tested on its own:
moments, bounds and the whole distribution, from what is emitted.
"""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np
import pytest
from scipy import stats

from specc.backend import backend, backends
from specc.catalog.construct import Construct
from specc.catalog.initializers import INITIALIZERS, Scaled
from specc.catalog.initializers.orthogonal import Orthogonal
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


def wide(initializer: Construct, host: str, units: int = 80) -> Program:
    """One layer with some ten thousand weights."""
    draft = Draft({"x": (8, 8, 24) if host == "conv" else (150,)})
    layer: Layer
    if host == "conv":
        layer = Conv2D.model_validate(
            {"filters": 40, "kernel_size": (3, 4), "kernel_initializer": initializer}
        )
    else:
        layer = Dense.model_validate(
            {"units": units, "kernel_initializer": initializer}
        )
    edge = draft.add(layer, "x", name="wide")
    return train(draft.network({"y": head(draft, edge)}), {"y": MeanSquaredError()})


#: Fans by hand: inputs of one output, outputs of one input.
FANS = {"dense": (150, 80), "conv": (3 * 4 * 24, 3 * 4 * 40)}


def emitted(program: Program) -> ModuleType:
    """The reference program, running."""
    side = backend("reference")
    return load(side.emit(side.plan(program)).text, "specc_law_initial_weights")


def drawn(program: Program, seed: int) -> np.ndarray:
    """The kernel as the emitted reference program draws it."""
    return emitted(program).initial_weights(seed)["wide/kernel"]


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


@pytest.mark.parametrize(
    ("units", "host"), [(40, "conv"), (80, "dense"), (200, "dense")]
)
@pytest.mark.parametrize("initializer", instances(Orthogonal), ids=repr)
def test_rows_or_columns_are_orthonormal(
    initializer: Orthogonal, units: int, host: str
) -> None:
    program = wide(initializer, host, units)
    matrix = drawn(program, 3).reshape(-1, units) / initializer.gain
    few = matrix.T if len(matrix) > units else matrix
    assert np.abs(few @ few.T - np.eye(len(few))).max() < 1e-14


def test_orthogonal_matrices_are_equally_likely() -> None:
    """The square of an entry follows Beta(1/2, (n − 1)/2), and both signs of det occur."""
    module = emitted(wide(Orthogonal(), "dense"))
    found = [module.orthogonal_matrix(seed, "w", (5, 5), 1.0) for seed in range(600)]
    for row, column in ((0, 0), (4, 0), (2, 3), (4, 4)):
        entries = np.array([matrix[row, column] for matrix in found])
        assert stats.kstest(entries**2, stats.beta(0.5, 2.0).cdf).pvalue > 1e-3
        assert abs(np.sign(entries).mean()) < 0.2
    assert abs(np.mean([np.linalg.det(matrix) for matrix in found])) < 0.2


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
