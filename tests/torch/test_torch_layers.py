"""What layers and activations compute, against the formulas of the catalogue in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from small_programs import Arrays, batch_of, layer
from torch_programs import act, chain, close, emitted, module_of, scattered, softmax

from specc.ir import Program
from specc.runtime.random import keep_mask
from specc_torch.probe import node_outputs

DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])


def _run(
    case: Program, dtype: str, training: bool = False, scale: float = 1.0, rows: int = 5
) -> tuple[np.ndarray, Arrays, np.ndarray, Arrays]:
    """Input, weights, last output in step 4, and weights and statistics after a step."""
    module = module_of(case)
    state = module.init_state(dtype=dtype)
    weights = scattered(module, state)
    batch = batch_of(case, rows)
    batch["image"] = scale * batch["image"]
    outputs = node_outputs(module, emitted(case), state, batch, training, step=4)
    module.gradients(state, batch, 4)
    after = module.export_weights(state)
    return batch["image"], weights, list(outputs.values())[-1], after


def _value(
    case: Program, dtype: str, **fields: Any
) -> tuple[np.ndarray, Arrays, np.ndarray]:
    """Input, weights and the last output."""
    return _run(case, dtype, **fields)[:3]


# Activations -------------------------------------------------------------------


ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805
ACTIVATIONS: dict[str, tuple[Any, Callable[[np.ndarray], np.ndarray], float]] = {
    "linear": (act("linear"), lambda x: x, 1.0),
    "relu": (act("relu"), lambda x: np.maximum(x, 0), 0.0),
    "leaky_relu": (
        act("leaky_relu", negative_slope=0.3),
        lambda x: np.where(x > 0, x, 0.3 * x),
        0.3,
    ),
    "elu": (
        act("elu", alpha=0.7),
        lambda x: np.where(x > 0, x, 0.7 * np.expm1(x)),
        0.7,
    ),
    "selu": (
        act("selu"),
        lambda x: SCALE * np.where(x >= 0, x, ALPHA * np.expm1(x)),
        SCALE,
    ),
    "tanh": (act("tanh"), np.tanh, 1.0),
    "sigmoid": (act("sigmoid"), lambda x: 1 / (1 + np.exp(-x)), 0.25),
    "softmax": (act("softmax"), softmax, 0.0),
}


@DTYPES
@pytest.mark.parametrize("keyword", ACTIVATIONS)
def test_activations(keyword: str, dtype: str) -> None:
    activation, formula, _ = ACTIVATIONS[keyword]
    dense = layer("Dense", units=3, activation=activation)
    x, weights, found = _value(chain((4,), dense), dtype, scale=3.0)
    assert close(found, formula(x @ weights["l1/kernel"] + weights["l1/bias"]), dtype)


@pytest.mark.parametrize("keyword", [name for name in ACTIVATIONS if name != "softmax"])
def test_derivatives_at_zero(keyword: str) -> None:
    case = chain((1,), layer("Dense", units=1, activation=ACTIVATIONS[keyword][0]))
    module = module_of(case)
    state = module.init_state(dtype="float64")
    zero = {path: 0 * array for path, array in module.export_weights(state).items()}
    module.import_weights(state, zero)
    batch = {"image": np.ones((1, 1)), "y_target": np.full((1, 1), -1.0)}
    gradients, _ = module.gradients(state, batch, 0)
    value = ACTIVATIONS[keyword][1](np.zeros(()))
    wanted = 2 * (value + 1) * ACTIVATIONS[keyword][2]
    assert float(gradients["l1/bias"]) == pytest.approx(wanted, abs=1e-15)


# Layers ------------------------------------------------------------------------


def _padded(
    x: np.ndarray, reach: tuple[int, int], strides: tuple[int, int], value: float
) -> np.ndarray:
    """The image with the border that `same` puts around it."""
    around = [(0, 0)]
    for size, window, stride in zip(x.shape[1:3], reach, strides, strict=True):
        total = max((-(-size // stride) - 1) * stride + window - size, 0)
        around.append((total // 2, total - total // 2))
    return np.pad(x, [*around, (0, 0)], constant_values=value)


def _windows(
    x: np.ndarray,
    window: tuple[int, int],
    strides: tuple[int, int],
    gaps: tuple[int, int],
) -> np.ndarray:
    """All windows: (rows, height, width, window height, window width, channels)."""
    reach = [(size - 1) * gap + 1 for size, gap in zip(window, gaps, strict=True)]
    found = np.lib.stride_tricks.sliding_window_view(x, reach, (1, 2))
    found = found[:, :: strides[0], :: strides[1], :, :: gaps[0], :: gaps[1]]
    return np.moveaxis(found, 3, -1)


@DTYPES
@pytest.mark.parametrize(
    ("arguments", "reach"),
    [
        ({}, (3, 2)),
        ({"padding": "same"}, (3, 2)),
        ({"padding": "same", "strides": (2, 3)}, (3, 2)),
        ({"strides": 2}, (3, 2)),
        ({"padding": "same", "dilation_rate": (2, 3)}, (5, 4)),
        ({"padding": "same", "groups": 2}, (3, 2)),
    ],
)
def test_convolution(
    arguments: dict[str, Any], reach: tuple[int, int], dtype: str
) -> None:
    conv = layer("Conv2D", filters=6, kernel_size=(3, 2), **arguments)
    x, weights, found = _value(chain((7, 6, 4), conv), dtype)
    if conv.padding == "same":
        x = _padded(x, reach, conv.strides, 0.0)
    windows = _windows(x, (3, 2), conv.strides, conv.dilation_rate)
    parts = np.split(windows, conv.groups, -1)
    kernels = np.split(weights["l1/kernel"], conv.groups, -1)
    wanted = np.concatenate(
        [
            np.einsum("nhwabc,abco->nhwo", *pair)
            for pair in zip(parts, kernels, strict=True)
        ],
        -1,
    )
    assert close(found, wanted + weights["l1/bias"], dtype)


@DTYPES
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"pool_size": 3, "strides": 2, "padding": "same"},
        {"pool_size": (2, 3), "strides": (1, 3), "padding": "same"},
    ],
)
def test_max_pooling(arguments: dict[str, Any], dtype: str) -> None:
    pool = layer("MaxPooling2D", **arguments)
    conv = layer("Conv2D", filters=4, kernel_size=1)
    x, weights, found = _value(chain((7, 6, 4), conv, pool), dtype, scale=5.0)
    x = x @ weights["l1/kernel"][0, 0] + weights["l1/bias"]
    if pool.padding == "same":
        x = _padded(x, pool.pool_size, pool.step(), -np.inf)
    wanted = _windows(x, pool.pool_size, pool.step(), (1, 1)).max((3, 4))
    assert close(found, wanted, dtype)


@DTYPES
@pytest.mark.parametrize("axis", [(-1,), (1,), (1, 2), (1, 3)])
def test_batch_normalization(axis: tuple[int, ...], dtype: str) -> None:
    norm = layer("BatchNormalization", axis=axis, momentum=0.8, epsilon=0.01)
    conv = layer("Conv2D", filters=3, kernel_size=1, use_bias=False)
    case = chain((5, 4, 3), conv, norm)
    for training in (False, True):
        x, weights, found, after = _run(case, dtype, training)
        x = x @ weights["l1/kernel"][0, 0]
        kept = {a % 4 for a in axis}
        others = tuple(a for a in range(4) if a not in kept)
        shape = [x.shape[a] if a in kept else 1 for a in range(4)]
        mean, variance = x.mean(others), x.var(others)
        wanted = 0.8 * weights["l2/moving_mean"] + 0.2 * mean
        assert close(after["l2/moving_mean"], wanted, dtype)
        wanted = 0.8 * weights["l2/moving_variance"] + 0.2 * variance
        assert close(after["l2/moving_variance"], wanted, dtype)
        if not training:
            mean, variance = weights["l2/moving_mean"], weights["l2/moving_variance"]
        parts = [mean, variance, weights["l2/gamma"], weights["l2/beta"]]
        mean, variance, gamma, beta = (part.reshape(shape) for part in parts)
        wanted = gamma * (x - mean) / np.sqrt(variance + 0.01) + beta
        assert close(found, wanted, dtype)


@DTYPES
def test_normalizing_one_row_gives_beta(dtype: str) -> None:
    case = chain((3,), layer("BatchNormalization"))
    _, weights, found, after = _run(case, dtype, training=True, scale=1e3, rows=1)
    assert close(found, weights["l1/beta"][None], dtype)
    assert close(
        after["l1/moving_variance"], 0.99 * weights["l1/moving_variance"], dtype
    )


@DTYPES
@pytest.mark.parametrize("keyword", ["Dropout", "AlphaDropout"])
def test_dropout_takes_the_mask_of_the_step(keyword: str, dtype: str) -> None:
    conv = layer("Conv2D", filters=3, kernel_size=1, use_bias=False)
    case = chain((5, 4, 3), conv, layer(keyword, rate=0.3))
    x, weights, same = _value(case, dtype)
    x = x @ weights["l1/kernel"][0, 0]
    assert close(same, x, dtype)
    *_, found = _value(case, dtype, training=True)
    keep = keep_mask(7, "l2/keep", x.shape, 0.3, 4)
    wanted = keep * x / 0.7
    if keyword == "AlphaDropout":
        limit = -SCALE * ALPHA
        a = (0.7 * (1 + 0.3 * limit**2)) ** -0.5
        wanted = a * np.where(keep, x, limit) - a * 0.3 * limit
    assert close(found, wanted, dtype)


@DTYPES
def test_images_are_flattened_channels_last(dtype: str) -> None:
    conv = layer("Conv2D", filters=3, kernel_size=1, use_bias=False)
    for rest in (layer("Flatten"), layer("Reshape", target_shape=[60])):
        x, weights, found = _value(chain((5, 4, 3), conv, rest), dtype)
        assert close(found, (x @ weights["l1/kernel"][0, 0]).reshape(5, 60), dtype)


@DTYPES
@pytest.mark.parametrize("channels", [1, 3, 16])
def test_ties_in_a_window_give_the_gradient_to_the_first(
    channels: int, dtype: str
) -> None:
    conv = layer("Conv2D", filters=channels, kernel_size=1)
    pool = layer("MaxPooling2D", pool_size=2)
    case = chain((6, 4, 2), conv, pool)
    module = module_of(case)
    state = module.init_state(dtype=dtype)
    weights = {
        path: np.zeros_like(array)
        for path, array in module.export_weights(state).items()
    }
    module.import_weights(state, weights)  # every entry of the image is 0
    batch = batch_of(case)
    gradients, _ = module.gradients(state, batch, 0)
    first = batch["image"][:, ::2, ::2]
    error = -2 * batch["y_target"] / batch["y_target"].size
    wanted = np.einsum("nhwi,nhwo->io", first, error)
    found = module.to_array(gradients["l1/kernel"], (2, 3, 1, 0))[0, 0]
    assert close(found, wanted, dtype)
