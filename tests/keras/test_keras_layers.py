"""Every layer of the Keras backend: its formula by plain NumPy, and its gradients."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from keras_programs import assert_near, check_gradients, check_layer, outputs, run
from small_programs import batch_of, layer, make, program

from specc.runtime.random import keep_mask

DTYPES = ("float32", "float64")
IMAGE = (5, 6, 4)
Arrays = dict[str, np.ndarray]


def windows(
    x: np.ndarray, size: Any, strides: Any, padding: str, dilation: Any, fill: float
) -> Any:
    """Each window of images and its place; `same` puts the odd element after."""
    spans = [(n - 1) * d + 1 for n, d in zip(size, dilation, strict=True)]
    if padding == "same":
        room = [
            max((-(-n // s) - 1) * s + span - n, 0)
            for n, s, span in zip(x.shape[1:3], strides, spans, strict=True)
        ]
        edges = [(0, 0), *((r // 2, r - r // 2) for r in room), (0, 0)]
        x = np.pad(x, edges, constant_values=fill)
    rows, columns = (
        (n - span) // s + 1
        for n, s, span in zip(x.shape[1:3], strides, spans, strict=True)
    )
    for i, j in product(range(rows), range(columns)):
        top, left = i * strides[0], j * strides[1]
        window = x[:, top : top + spans[0], left : left + spans[1]]
        yield (i, j), window[:, :: dilation[0], :: dilation[1]]


def convolution(x: np.ndarray, weights: Arrays, tested: Any) -> np.ndarray:
    """The convolution, window by window and group by group."""
    kernel, groups = weights["kernel"], tested.groups
    found: dict[tuple[int, int], np.ndarray] = {}
    for place, window in windows(
        x, tested.kernel_size, tested.strides, tested.padding, tested.dilation_rate, 0.0
    ):
        parts = zip(
            np.split(window, groups, axis=3),
            np.split(kernel, groups, axis=3),
            strict=True,
        )
        each = [np.tensordot(w, k, axes=3) for w, k in parts]
        found[place] = np.concatenate(each, axis=-1)
    return stack(found) + weights.get("bias", 0.0)


def stack(found: dict[tuple[int, int], np.ndarray]) -> np.ndarray:
    """Images of values by place."""
    rows, columns = (1 + max(place[k] for place in found) for k in (0, 1))
    return np.stack(
        [np.stack([found[i, j] for j in range(columns)], axis=1) for i in range(rows)],
        axis=1,
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(4,), (2, 3, 4)])
@pytest.mark.parametrize("use_bias", [True, False])
def test_dense(shape: tuple[int, ...], use_bias: bool, dtype: str) -> None:
    check_layer(
        layer("Dense", units=3, use_bias=use_bias),
        [shape],
        lambda xs, w: xs[0] @ w["kernel"] + w.get("bias", 0.0),
        dtype,
    )


CONVOLUTIONS = [
    {"kernel_size": 3},
    {"kernel_size": 3, "padding": "same"},
    {"kernel_size": [2, 3], "strides": [2, 3], "padding": "same"},
    {"kernel_size": [3, 2], "strides": 2, "use_bias": False},
    {"kernel_size": 2, "dilation_rate": [2, 3]},
    {"kernel_size": [2, 4], "dilation_rate": 2, "padding": "same"},
    {"kernel_size": 1, "strides": 3, "padding": "same"},
    {"kernel_size": 1, "strides": [4, 5], "padding": "same"},
    {"filters": 6, "kernel_size": [2, 4], "padding": "same", "groups": 2},
    {"filters": 4, "kernel_size": 1, "strides": 3, "padding": "same", "groups": 4},
    {"filters": 4, "kernel_size": 2, "dilation_rate": 2, "groups": 2},
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("given", CONVOLUTIONS, ids=str)
def test_conv2d(given: dict[str, Any], dtype: str) -> None:
    tested = layer("Conv2D", **{"filters": 2, **given})
    check_layer(tested, [IMAGE], lambda xs, w: convolution(xs[0], w, tested), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"pool_size": 3, "strides": 2, "padding": "same"},
        {"pool_size": [2, 3], "strides": 1},
        {"pool_size": [1, 2], "strides": [3, 3], "padding": "same"},
    ],
    ids=str,
)
def test_max_pooling2d(given: dict[str, Any], dtype: str) -> None:
    tested = layer("MaxPooling2D", **given)

    def formula(xs: list[np.ndarray], _: Arrays) -> np.ndarray:
        taken = windows(
            xs[0], tested.pool_size, tested.step(), tested.padding, (1, 1), -np.inf
        )
        return stack({place: window.max(axis=(1, 2)) for place, window in taken})

    check_layer(tested, [IMAGE], formula, dtype)


def test_the_gradient_of_a_tie_goes_to_the_first() -> None:
    running = run(
        program(
            {"x": (2, 2, 1)},
            [
                ("scale", layer("Dense", units=1, use_bias=False), "x"),
                ("pool", layer("MaxPooling2D"), "scale"),
            ],
        )
    )
    running.module.import_weights(running.state, {"scale/kernel": np.ones((1, 1))})
    x = np.array([[1.0, 3.0], [3.0, 3.0]]).reshape(1, 2, 2, 1)
    batch = {"x": x, "y_target": np.zeros((1, 1, 1, 1)), "ids": np.arange(1)}
    raw, _ = running.module.gradients(running.state, batch, 0)
    # d(m²) = 2·m·x at one place only; at all three of them it were three times that.
    assert_near(raw["scale/kernel"], [[18.0]], 1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("keepdims", [True, False])
def test_global_average_pooling2d(keepdims: bool, dtype: str) -> None:
    check_layer(
        layer("GlobalAveragePooling2D", keepdims=keepdims),
        [IMAGE],
        lambda xs, _: xs[0].mean(axis=(1, 2), keepdims=keepdims),
        dtype,
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_flatten_and_reshape(dtype: str) -> None:
    check_layer(layer("Flatten"), [IMAGE], lambda xs, _: xs[0].reshape(5, -1), dtype)
    check_layer(layer("Flatten"), [()], lambda xs, _: xs[0].reshape(5, 1), dtype)
    check_layer(
        layer("Reshape", target_shape=[8, 15]),
        [IMAGE],
        lambda xs, _: xs[0].reshape(5, 8, 15),
        dtype,
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_rescaling(dtype: str) -> None:
    scaled = layer("Rescaling", scale=0.1, offset=0.3)
    check_layer(scaled, [IMAGE], lambda xs, _: xs[0] * 0.1 + 0.3, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axis", [-1, 1, 2, -2])
def test_concatenate(axis: int, dtype: str) -> None:
    shapes = [(3, 4), (3, 4), (3, 4)]
    check_layer(
        layer("Concatenate", axis=axis),
        shapes,
        lambda xs, _: np.concatenate(xs, axis=axis),
        dtype,
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_add(dtype: str) -> None:
    check_layer(layer("Add"), [(3, 4)] * 3, lambda xs, _: xs[0] + xs[1] + xs[2], dtype)


# Batch normalization ---------------------------------------------------------

NORMALIZATIONS = [
    ({}, (4,)),
    ({"momentum": 0.9, "epsilon": 0.1}, IMAGE),
    ({"axis": 1, "center": False}, IMAGE),
    ({"axis": [2, 1], "scale": False, "momentum": 0.0}, IMAGE),
    ({"axis": [1, -1], "epsilon": 1e-5}, IMAGE),
    ({"axis": [1, 2]}, (3, 4)),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("given", "shape"), NORMALIZATIONS, ids=str)
def test_batch_normalization(
    given: dict[str, Any], shape: tuple[int, ...], training: bool, dtype: str
) -> None:
    tested = layer("BatchNormalization", **given)
    features = tuple(1 + place for place in tested.feature_axes(len(shape)))
    along = tuple(i for i in range(len(shape) + 1) if i not in features)

    def spread(array: Any) -> Any:
        return np.expand_dims(array, along) if np.ndim(array) else array

    def formula(xs: list[np.ndarray], w: Arrays) -> np.ndarray:
        mean, variance = w["moving_mean"], w["moving_variance"]
        if training:
            mean, variance = xs[0].mean(along), xs[0].var(along)
        y = (xs[0] - spread(mean)) / np.sqrt(spread(variance) + tested.epsilon)
        return y * spread(w.get("gamma", 1.0)) + spread(w.get("beta", 0.0))

    running = check_layer(tested, [shape], formula, dtype, training)

    before = running.module.export_weights(running.state)
    batch = batch_of(running.program)
    running.module.gradients(running.state, batch, 0)
    after = running.module.export_weights(running.state)
    for slot, statistic in (("moving_mean", np.mean), ("moving_variance", np.var)):
        kept = before[f"tested/{slot}"].astype(np.float64) * tested.momentum
        moved = kept + (1.0 - tested.momentum) * statistic(batch["x0"], along)
        assert_near(after[f"tested/{slot}"], moved, running.bound)


def test_whole_numbers_are_normalized_in_the_precision_of_the_model() -> None:
    running = run(program({"x": (3,)}, [("tested", layer("BatchNormalization"), "x")]))
    batch = {"x": np.array([[1, 2, 3]]), "y_target": np.zeros(3), "ids": np.arange(1)}
    weights = running.module.export_weights(running.state)
    y = batch["x"] - weights["tested/moving_mean"]
    y = y / np.sqrt(weights["tested/moving_variance"] + 1e-3)
    y = y * weights["tested/gamma"] + weights["tested/beta"]
    assert_near(outputs(running, batch)["tested"], y, 1e-14)


# Dropout ---------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["Dropout", "AlphaDropout"])
@pytest.mark.parametrize("rate", [0.3, 0.0])
def test_dropout(kind: str, rate: float, dtype: str) -> None:
    def formula(xs: list[np.ndarray], _: Arrays) -> np.ndarray:
        if not rate:
            return xs[0]
        keep = keep_mask(7, "tested/keep", xs[0].shape, rate, 0)
        if kind == "Dropout":
            return keep * xs[0] / (1 - rate)
        floor = -1.7580993408473766
        a = ((1 - rate) * (1 + rate * floor**2)) ** -0.5
        return a * (keep * xs[0] + (1 - keep) * floor) - a * rate * floor

    tested = layer(kind, rate=rate)
    check_layer(tested, [(6, 7)], formula, dtype, training=True)
    check_layer(tested, [(6, 7)], lambda xs, _: xs[0], dtype)


@pytest.mark.parametrize("kind", ["Dropout", "AlphaDropout"])
def test_gradients_pass_through_the_mask(kind: str) -> None:
    running = run(
        program(
            {"x": (4,)},
            [
                ("dense_1", layer("Dense", units=8), "x"),
                ("dropout_1", layer(kind, rate=0.4), "dense_1"),
                ("dense_2", layer("Dense", units=2), "dropout_1"),
            ],
        )
    )
    check_gradients(running, batch_of(running.program))


def test_without_a_mask_dropout_is_that_of_keras() -> None:
    tested = program({"x": (1000,)}, [("tested", layer("Dropout", rate=0.5), "x")])
    model = run(tested).module.build_model()
    found = np.asarray(model(np.ones((1, 1000)), training=True))
    assert set(np.unique(found)) == {0.0, 2.0}
    assert 300 < (found == 0).sum() < 700


# Activations -----------------------------------------------------------------

ACTIVATIONS: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("linear", {}, lambda x: x, lambda x: np.ones_like(x)),
    ("relu", {}, lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
    (
        "leaky_relu",
        {"negative_slope": 0.3},
        lambda x: np.where(x > 0, x, 0.3 * x),
        lambda x: np.where(x > 0, 1, 0.3),
    ),
    (
        "elu",
        {},
        lambda x: np.where(x > 0, x, np.expm1(x)),
        lambda x: np.where(x > 0, 1, np.exp(x)),
    ),
    (
        "elu",
        {"alpha": 0.3},
        lambda x: np.where(x > 0, x, 0.3 * np.expm1(x)),
        lambda x: np.where(x > 0, 1, 0.3 * np.exp(x)),
    ),
    (
        "selu",
        {},
        lambda x: (
            1.0507009873554805 * np.where(x >= 0, x, 1.6732632423543772 * np.expm1(x))
        ),
        lambda x: (
            1.0507009873554805 * np.where(x >= 0, 1, 1.6732632423543772 * np.exp(x))
        ),
    ),
    ("tanh", {}, np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    (
        "sigmoid",
        {},
        lambda x: 1 / (1 + np.exp(-x)),
        lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2,
    ),
]
POINTS = np.array([-9.0, -1.5, -1.0, -0.3, -1e-3, 0.0, 1e-3, 0.7, 1.0, 2.5, 9.0])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize(
    ("keyword", "given", "value", "slope"), ACTIVATIONS, ids=lambda x: str(x)[:20]
)
def test_activation(
    keyword: str,
    given: dict[str, Any],
    value: Any,
    slope: Any,
    apart: bool,
    dtype: str,
) -> None:
    """Values and derivatives, also at 0; the derivative is the gradient of a bias."""
    activation = make("activation", keyword, **given)
    within = {} if apart else {"activation": activation}
    steps = [("dense_1", layer("Dense", units=len(POINTS), **within), "x")]
    if apart:
        steps.append(("act", layer("Activation", activation=activation), "dense_1"))
    running = run(program({"x": (1,)}, steps), dtype)
    kernel = np.zeros((1, len(POINTS)))
    running.module.import_weights(
        running.state, {"dense_1/kernel": kernel, "dense_1/bias": POINTS}
    )
    x = POINTS.astype(dtype).astype(np.float64)
    y = np.asarray(value(x))
    batch = {"x": np.zeros((1, 1)), "ids": np.arange(1)}
    # The loss is (y − target)² / n; with this target its gradient is the derivative.
    batch["y_target"] = y[np.newaxis] - len(POINTS) / 2
    found = outputs(running, batch)
    assert_near(found[steps[-1][0]][0], y, running.bound)
    raw, _ = running.module.gradients(running.state, batch, 0)
    assert_near(raw["dense_1/bias"], slope(x), 4 * running.bound)


@pytest.mark.parametrize("dtype", DTYPES)
def test_softmax(dtype: str) -> None:
    def formula(xs: list[np.ndarray], w: Arrays) -> np.ndarray:
        z = np.exp(xs[0] @ w["kernel"] + w["bias"])
        return z / z.sum(axis=-1, keepdims=True)

    activation = make("activation", "softmax")
    check_layer(
        layer("Dense", units=4, activation=activation), [(2, 3)], formula, dtype
    )


@pytest.mark.parametrize("keyword", ["leaky_relu", "tanh"])
def test_a_convolution_applies_its_activation(keyword: str) -> None:
    tested = layer(
        "Conv2D", filters=2, kernel_size=2, activation=make("activation", keyword)
    )

    def formula(xs: list[np.ndarray], w: Arrays) -> np.ndarray:
        y = convolution(xs[0], w, tested)
        return np.tanh(y) if keyword == "tanh" else np.where(y > 0, y, 0.2 * y)

    check_layer(tested, [IMAGE], formula, "float64")
