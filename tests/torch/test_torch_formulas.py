"""What programs compute, against the formulas of the catalogue in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from small_programs import Arrays, batch_of, layer, make, objective
from torch_programs import act, chain, close, emitted, module_of, scattered

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


def _softmax(x: np.ndarray) -> np.ndarray:
    shares = np.exp(x - x.max(-1, keepdims=True))
    return shares / shares.sum(-1, keepdims=True)


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
    "softmax": (act("softmax"), _softmax, 0.0),
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


# Losses and metrics ------------------------------------------------------------


def _cross(target: np.ndarray, p: np.ndarray) -> np.ndarray:
    return -(target * np.log(p)).sum(-1)


def _clip(p: np.ndarray) -> np.ndarray:
    return np.clip(p, 1e-7, 1 - 1e-7)


def _binary(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    return -(y * np.log(p) + (1 - y) * np.log1p(-p)).mean(-1)


LOSSES: dict[str, tuple[Any, str, bool, Callable[..., np.ndarray]]] = {
    "mse": (
        make("loss", "mse", weight=0.3),
        "linear",
        False,
        lambda z, y: 0.3 * ((z - y) ** 2).mean(-1),
    ),
    "binary": (
        make("loss", "binary_crossentropy", label_smoothing=0.1),
        "sigmoid",
        True,
        lambda z, y: _binary(0.9 * y + 0.05, 1 / (1 + np.exp(-z))),
    ),
    "binary of probabilities": (
        make("loss", "binary_crossentropy"),
        "sigmoid",
        False,
        lambda z, y: _binary(y, _clip(1 / (1 + np.exp(-z)))),
    ),
    "categorical": (
        make("loss", "categorical_crossentropy", label_smoothing=0.3),
        "softmax",
        True,
        lambda z, y: _cross(0.7 * y + 0.1, _softmax(z)),
    ),
    "categorical of probabilities": (
        make("loss", "categorical_crossentropy", label_smoothing=0.3),
        "softmax",
        False,
        lambda z, y: _cross(0.7 * y + 0.1, _clip(_softmax(z))),
    ),
    "sparse": (
        make("loss", "sparse_categorical_crossentropy"),
        "softmax",
        True,
        lambda z, y: _cross(np.eye(3)[y], _softmax(z)),
    ),
    "sparse of probabilities": (
        make("loss", "sparse_categorical_crossentropy"),
        "softmax",
        False,
        lambda z, y: _cross(
            np.eye(3)[y], _clip(_softmax(z)) / _clip(_softmax(z)).sum(-1, keepdims=True)
        ),
    ),
}


@DTYPES
@pytest.mark.parametrize("weighted", [None, "weight"])
@pytest.mark.parametrize("shape", [(4,), (2, 4)])
@pytest.mark.parametrize("name", LOSSES)
def test_losses(
    name: str, shape: tuple[int, ...], weighted: str | None, dtype: str
) -> None:
    loss, activation, logits, formula = LOSSES[name]
    dense = layer("Dense", units=3, activation=act(activation))
    asked = objective(loss=loss, logits=logits, metrics=(make("metric", "accuracy"),))
    case = chain(shape, dense, objectives=[asked], sample_weight=weighted)
    module = module_of(case)
    state = module.init_state(dtype=dtype)
    weights, batch = scattered(module, state), batch_of(case)
    z = batch["image"] @ weights["l1/kernel"] + weights["l1/bias"]
    each = formula(z, batch["y_target"]).reshape(5, -1).mean(1)
    wanted = (each * batch.get("weight", np.ones(5))).mean()
    figures = module.evaluate_step(state, batch)
    assert close(figures["loss"], wanted, dtype)
    if loss.target == "classes":
        right = z.argmax(-1) == batch["y_target"]
    elif activation == "sigmoid":
        right = (z > 0) == batch["y_target"]
    else:
        right = z.argmax(-1) == batch["y_target"].argmax(-1)
    assert close(figures["accuracy"], right.mean(), dtype)


@pytest.mark.parametrize("name", [name for name in LOSSES if "of" in name.split()])
def test_probabilities_are_clipped(name: str) -> None:
    loss, activation, logits, formula = LOSSES[name]
    dense = layer("Dense", units=3, activation=act(activation))
    case = chain((4,), dense, objectives=[objective(loss=loss, logits=logits)])
    module = module_of(case)
    state = module.init_state(dtype="float64")
    weights, batch = scattered(module, state), batch_of(case)
    batch["image"] *= 100.0
    z = batch["image"] @ weights["l1/kernel"] + weights["l1/bias"]
    assert np.abs(z).max() > 20
    wanted = formula(z, batch["y_target"]).mean()
    assert close(module.evaluate_step(state, batch)["loss"], wanted, "float64")


# Updates -----------------------------------------------------------------------


def _sgd(
    rule: Any, w: np.ndarray, g: np.ndarray, s: dict[str, Any], t: int
) -> np.ndarray:
    s["velocity"] = rule.momentum * s["velocity"] - s["lr"] * g
    if rule.nesterov:
        return w + rule.momentum * s["velocity"] - s["lr"] * g
    return w + s["velocity"]


def _rmsprop(
    rule: Any, w: np.ndarray, g: np.ndarray, s: dict[str, Any], t: int
) -> np.ndarray:
    s["mean_square"] = rule.rho * s["mean_square"] + (1 - rule.rho) * g**2
    d = s["mean_square"]
    if rule.centered:
        s["mean_gradient"] = rule.rho * s["mean_gradient"] + (1 - rule.rho) * g
        d = d - s["mean_gradient"] ** 2
    s["momentum"] = rule.momentum * s["momentum"] + s["lr"] * g / np.sqrt(
        d + rule.epsilon
    )
    return w - s["momentum"]


def _moments(rule: Any, g: np.ndarray, s: dict[str, Any]) -> None:
    s["momentum"] = rule.beta_1 * s["momentum"] + (1 - rule.beta_1) * g
    s["velocity"] = rule.beta_2 * s["velocity"] + (1 - rule.beta_2) * g**2


def _adam(
    rule: Any, w: np.ndarray, g: np.ndarray, s: dict[str, Any], t: int
) -> np.ndarray:
    _moments(rule, g, s)
    s["velocity_max"] = np.maximum(s["velocity_max"], s["velocity"])
    root = np.sqrt(s["velocity_max"] if rule.amsgrad else s["velocity"])
    one, two = 1 - rule.beta_1**t, np.sqrt(1 - rule.beta_2**t)
    if rule.epsilon_place == "corrected":
        return w - s["lr"] / one * s["momentum"] / (root / two + rule.epsilon)
    return w - s["lr"] * two / one * s["momentum"] / (root + rule.epsilon)


def _nadam(
    rule: Any, w: np.ndarray, g: np.ndarray, s: dict[str, Any], t: int
) -> np.ndarray:
    _moments(rule, g, s)
    mu = [rule.beta_1 * (1 - 0.5 * 0.96**i) for i in range(1, t + 2)]
    product = np.prod(mu[:t])
    mean = mu[t] * s["momentum"] / (1 - product * mu[t]) + (1 - mu[t - 1]) * g / (
        1 - product
    )
    return w - s["lr"] * mean / (
        np.sqrt(s["velocity"] / (1 - rule.beta_2**t)) + rule.epsilon
    )


RULES = {"sgd": _sgd, "rmsprop": _rmsprop, "adam": _adam, "nadam": _nadam}


@DTYPES
@pytest.mark.parametrize(
    ("keyword", "arguments"),
    [
        ("sgd", {}),
        ("sgd", {"momentum": 0.9}),
        ("sgd", {"momentum": 0.9, "nesterov": True, "clipnorm": 0.1}),
        ("rmsprop", {"epsilon": 0.01}),
        ("rmsprop", {"momentum": 0.5, "centered": True, "epsilon": 0.01}),
        ("adam", {"epsilon": 0.01}),
        ("adam", {"epsilon": 0.01, "amsgrad": True, "clipvalue": 0.02}),
        ("adam", {"epsilon": 0.01, "epsilon_place": "corrected"}),
        ("nadam", {"epsilon": 0.01, "global_clipnorm": 0.2}),
    ],
)
def test_updates(keyword: str, arguments: dict[str, Any], dtype: str) -> None:
    """Six steps of a linear model under a falling rate, by the rules written above."""
    decay = {"initial": 0.1, "rate": 0.5, "every": {"value": 2.0, "unit": "steps"}}
    schedule = make("schedule", "exponential_decay", **decay)
    rule = make("optimizer", keyword, learning_rate=schedule, **arguments)
    bound = make("constraint", "max_norm", max_value=0.7)
    penalty = make("regularizer", "l1_l2", l1=0.01, l2=0.02)
    dense = layer("Dense", units=3, kernel_regularizer=penalty, kernel_constraint=bound)
    case = chain((4,), dense, optimizer=rule)
    module = module_of(case)
    state = module.init_state(dtype=dtype)
    weights = scattered(module, state)
    names = ("velocity", "mean_square", "mean_gradient", "momentum", "velocity_max")
    slots: dict[str, dict[str, Any]] = {
        path: {name: np.zeros_like(w) for name in names} for path, w in weights.items()
    }
    for step in range(6):
        batch = batch_of(case, seed=step)
        module.train_step(state, batch, step)
        x, w = batch["image"], weights["l1/kernel"]
        error = 2 * (x @ w + weights["l1/bias"] - batch["y_target"]) / 15
        gradients = {
            "l1/kernel": x.T @ error + 0.01 * np.sign(w) + 0.04 * w,
            "l1/bias": error.sum(0),
        }
        gradients = _clipped(rule, gradients)
        for path, g in gradients.items():
            slots[path]["lr"] = 0.1 * 0.5 ** (step / 2)
            weights[path] = RULES[keyword](
                rule, weights[path], g, slots[path], step + 1
            )
        w = weights["l1/kernel"]
        norm = np.sqrt((w**2).sum(0, keepdims=True))
        weights["l1/kernel"] = w * np.clip(norm, 0, 0.7) / (1e-7 + norm)
    found = module.export_state(state)
    for path, wanted in weights.items():
        assert close(found[path], wanted, dtype), path
        for slot in rule.slots():
            assert close(found[f"optimizer/{slot}/{path}"], slots[path][slot], dtype), (
                slot
            )


@pytest.mark.parametrize("factor", [1e25, np.inf, np.nan])
@pytest.mark.parametrize("way", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_clipping_tells_a_norm_that_is_not_finite(way: str, factor: float) -> None:
    rule = make("optimizer", "sgd", **{way: 1.0})
    module = module_of(chain((4,), layer("Dense", units=3), optimizer=rule))
    given = {"a": torch.ones(3), "b": torch.ones(2, 2)}
    _, norm = module.clip_gradients(given)
    largest = {"clipnorm": 2.0, "global_clipnorm": 7**0.5, "clipvalue": 1.0}
    assert float(norm) == pytest.approx(largest[way])
    _, norm = module.clip_gradients({**given, "b": torch.full((2, 2), factor)})
    assert np.isfinite(float(norm)) == (way == "clipvalue" and factor == 1e25)


def test_a_step_that_clips_tells_the_norm() -> None:
    rule = make("optimizer", "sgd", global_clipnorm=0.1)
    case = chain((4,), layer("Dense", units=3), optimizer=rule)
    module, batch = module_of(case), batch_of(case)
    state = module.init_state(dtype="float64")
    raw, _ = module.gradients(state, batch, 0)
    norm = float(sum((g**2).sum() for g in raw.values())) ** 0.5
    _, figures = module.train_step(state, batch, 0)
    assert figures["gradient_norm"] == pytest.approx(norm, rel=1e-12)


def _clipped(rule: Any, gradients: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    if rule.clipnorm:
        c = rule.clipnorm
        return {p: g * c / max(np.linalg.norm(g), c) for p, g in gradients.items()}
    if rule.clipvalue:
        return {
            p: np.clip(g, -rule.clipvalue, rule.clipvalue) for p, g in gradients.items()
        }
    if rule.global_clipnorm:
        c = rule.global_clipnorm
        norm = np.sqrt(sum((g**2).sum() for g in gradients.values()))
        return {p: g * c * min(1 / norm, 1 / c) for p, g in gradients.items()}
    return gradients


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
