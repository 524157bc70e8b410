"""Every layer of the reference backend: its formula by plain loops, and its gradients."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from reference_programs import assert_gradient, module_of, numerical
from small_programs import layer, make, program, randomize

from specc.catalog.registry import catalog

IMAGE = (5, 6, 4)
CASES: list[tuple[str, dict[str, Any], tuple[tuple[int, ...], ...]]] = [
    ("Dense", {"units": 3}, ((4,),)),
    ("Dense", {"units": 3, "use_bias": False}, ((2, 3, 4),)),
    ("Dense", {"units": 3, "activation": {"kind": "tanh"}}, ((4,),)),
    ("Conv2D", {"filters": 2, "kernel_size": 3}, (IMAGE,)),
    ("Conv2D", {"filters": 2, "kernel_size": 3, "padding": "same"}, (IMAGE,)),
    (
        "Conv2D",
        {"filters": 3, "kernel_size": [2, 3], "strides": [2, 3], "padding": "same"},
        (IMAGE,),
    ),
    ("Conv2D", {"filters": 2, "kernel_size": [3, 2], "strides": 2}, (IMAGE,)),
    ("Conv2D", {"filters": 2, "kernel_size": 2, "dilation_rate": [2, 3]}, (IMAGE,)),
    (
        "Conv2D",
        {
            "filters": 6,
            "kernel_size": [2, 4],
            "dilation_rate": 2,
            "padding": "same",
            "groups": 2,
        },
        (IMAGE,),
    ),
    (
        "Conv2D",
        {"filters": 4, "kernel_size": 1, "strides": 3, "padding": "same", "groups": 4},
        (IMAGE,),
    ),
    (
        "Conv2D",
        {
            "filters": 2,
            "kernel_size": 2,
            "use_bias": False,
            "activation": {"kind": "sigmoid"},
        },
        (IMAGE,),
    ),
    ("Flatten", {}, ((2, 3, 2),)),
    ("Reshape", {"target_shape": [4, 3]}, ((2, 6),)),
    ("Rescaling", {"scale": 0.1, "offset": 0.3}, ((2, 5),)),
    ("Activation", {"activation": {"kind": "softmax"}}, ((2, 5),)),
    ("Dropout", {"rate": 0.4}, ((3, 4),)),
    ("Dropout", {"rate": 0.0}, ((3,),)),
    ("AlphaDropout", {"rate": 0.3}, ((3, 4),)),
    ("AlphaDropout", {"rate": 0.0}, ((3,),)),
    ("BatchNormalization", {}, ((4,),)),
    ("BatchNormalization", {"momentum": 0.5, "epsilon": 0.1}, ((2, 3, 4),)),
    ("BatchNormalization", {"axis": [1, 2]}, ((2, 3),)),
    ("BatchNormalization", {"axis": [-1, 1]}, ((2, 3, 4),)),
    ("BatchNormalization", {"axis": 2, "scale": False}, ((2, 3, 4),)),
    ("BatchNormalization", {"center": False}, ((4,),)),
    ("BatchNormalization", {"center": False, "scale": False}, ((2, 4),)),
    ("MaxPooling2D", {}, (IMAGE,)),
    ("MaxPooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, (IMAGE,)),
    ("MaxPooling2D", {"pool_size": [2, 3], "strides": 1}, (IMAGE,)),
    ("MaxPooling2D", {"pool_size": [1, 2], "strides": 3, "padding": "same"}, (IMAGE,)),
    ("GlobalAveragePooling2D", {}, (IMAGE,)),
    ("GlobalAveragePooling2D", {"keepdims": True}, (IMAGE,)),
    ("SimpleRNN", {"units": 3}, ((4, 2),)),
    ("SimpleRNN", {"units": 2, "return_sequences": True}, ((5, 3),)),
    ("SimpleRNN", {"units": 3, "go_backwards": True, "use_bias": False}, ((4, 2),)),
    (
        "SimpleRNN",
        {
            "units": 2,
            "return_sequences": True,
            "go_backwards": True,
            "activation": {"kind": "softmax"},
        },
        ((3, 2),),
    ),
    ("SimpleRNN", {"units": 2, "activation": {"kind": "linear"}}, ((1, 3),)),
    ("Concatenate", {}, ((3, 2), (3, 4), (3, 1))),
    ("Concatenate", {"axis": 1}, ((3, 2), (1, 2))),
    ("Concatenate", {"axis": -2}, ((3, 2), (1, 2))),
    ("Add", {}, ((3, 2), (3, 2), (3, 2))),
]
IDS = [f"{keyword}-{number}" for number, (keyword, _, _) in enumerate(CASES)]
ROWS = 3


def running(keyword: str, arguments: dict[str, Any], shapes: Any) -> tuple[Any, Any]:
    """A model of one layer, with weights and buffers that are not their first ones."""
    inputs = {f"x{number}": shape for number, shape in enumerate(shapes)}
    steps = [("it", layer(keyword, **arguments), tuple(inputs))]
    module = module_of(program(inputs, steps))
    state = module.init_state()
    randomize(module, state)
    return module, state.model


def arrays_for(shapes: Any) -> list[np.ndarray]:
    random = np.random.default_rng(5)
    return [random.normal(size=(ROWS, *shape)) for shape in shapes]


def forward(model: Any, inputs: list[np.ndarray], training: bool) -> Any:
    batch = {f"x{number}": x for number, x in enumerate(inputs)}
    return model.forward(batch, training=training, seed=11, update=4)


def test_every_layer_is_among_the_cases() -> None:
    assert {keyword for keyword, _, _ in CASES} == set(catalog().family("layer"))


@pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
@pytest.mark.parametrize(("keyword", "arguments", "shapes"), CASES, ids=IDS)
def test_gradients_are_central_differences(
    keyword: str, arguments: dict[str, Any], shapes: Any, training: bool
) -> None:
    _, model = running(keyword, arguments, shapes)
    inputs = arrays_for(shapes)
    tape = forward(model, inputs, training)
    y = tape.edges["it"]
    gradient = np.random.default_rng(6).normal(size=y.shape)

    def total() -> float:
        return float((gradient * forward(model, inputs, training).edges["it"]).sum())

    at_weights = model.backward(tape, {"it": gradient})
    assert at_weights.keys() == model.weights().keys()
    for path, weight in model.weights().items():
        assert_gradient(at_weights[path], numerical(total, weight))

    at = gradient
    for step, memory in zip(
        reversed(model.steps), reversed(tape.memories), strict=True
    ):
        at_inputs, _ = model.layers[step.owner].backward(at, memory)
        at = at_inputs[0]
    assert len(at_inputs) == len(inputs)
    for given, x in zip(at_inputs, inputs, strict=True):
        assert given.shape == x.shape
        assert_gradient(given, numerical(total, x))


def padding_before(size: int, reach: int, stride: int, padding: str) -> int:
    if padding == "valid":
        return 0
    return max((math.ceil(size / stride) - 1) * stride + reach - size, 0) // 2


CONVOLUTIONS = [case for case in CASES if case[0] == "Conv2D"]


@pytest.mark.parametrize(("keyword", "arguments", "shapes"), CONVOLUTIONS)
@pytest.mark.parametrize("size", [(5, 6), (6, 5), (7, 7)])
def test_convolution_is_its_formula(
    keyword: str, arguments: dict[str, Any], shapes: Any, size: tuple[int, int]
) -> None:
    arguments = arguments | {"activation": {"kind": "linear"}}
    declared = layer(keyword, **arguments)
    shape = (*size, shapes[0][2])
    _, model = running(keyword, arguments, [shape])
    (x,) = arrays_for([shape])
    y = forward(model, [x], training=False).edges["it"]
    assert y.shape[1:] == declared.output_shape((shape,))
    kernel = model.weights()["it/kernel"]
    bias = model.weights().get("it/bias", np.zeros(declared.filters))
    (height, width, inner, filters), (s, t) = kernel.shape, declared.strides
    d, e = declared.dilation_rate
    p = padding_before(size[0], declared.reach()[0], s, declared.padding)
    q = padding_before(size[1], declared.reach()[1], t, declared.padding)
    for n, i, j, o in np.ndindex(*y.shape):
        total = bias[o]
        group = o // (filters // declared.groups)
        for a, b, c in product(range(height), range(width), range(inner)):
            row, column = s * i + d * a - p, t * j + e * b - q
            if 0 <= row < size[0] and 0 <= column < size[1]:
                total += x[n, row, column, group * inner + c] * kernel[a, b, c, o]
        assert y[n, i, j, o] == pytest.approx(total, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("pool_size", [(2, 2), (3, 2), (1, 3)])
@pytest.mark.parametrize("strides", [None, (1, 1), (2, 3)])
@pytest.mark.parametrize("size", [(5, 6), (7, 4)])
def test_pooling_is_its_formula(
    padding: str, pool_size: Any, strides: Any, size: tuple[int, int]
) -> None:
    arguments = {"pool_size": pool_size, "strides": strides, "padding": padding}
    declared = layer("MaxPooling2D", **arguments)
    _, model = running("MaxPooling2D", arguments, [(*size, 2)])
    (x,) = arrays_for([(*size, 2)])
    x -= 10.0  # below any zero that a border might hold
    y = forward(model, [x], training=False).edges["it"]
    assert y.shape[1:] == declared.output_shape(((*size, 2),))
    (h, w), (s, t) = pool_size, declared.step()
    p = padding_before(size[0], h, s, padding)
    q = padding_before(size[1], w, t, padding)
    for n, i, j, c in np.ndindex(*y.shape):
        rows = [r for r in range(s * i - p, s * i - p + h) if 0 <= r < size[0]]
        columns = [k for k in range(t * j - q, t * j - q + w) if 0 <= k < size[1]]
        assert y[n, i, j, c] == max(x[n, r, k, c] for r in rows for k in columns)


def test_gradient_of_a_tie_goes_to_the_first_entry() -> None:
    _, model = running("MaxPooling2D", {"pool_size": 2}, [(2, 4, 1)])
    x = np.array([[1.0, 5.0, 3.0, 3.0], [5.0, 5.0, 3.0, 3.0]]).reshape(1, 2, 4, 1)
    tape = forward(model, [x], training=False)
    gradient = np.array([10.0, 20.0]).reshape(1, 1, 2, 1)
    (given,), _ = model.layers["it"].backward(gradient, tape.memories[0])
    assert given.reshape(2, 4).tolist() == [[0, 10, 20, 0], [0, 0, 0, 0]]


def test_dense_is_its_formula() -> None:
    _, model = running("Dense", {"units": 2}, [(3, 4)])
    (x,) = arrays_for([(3, 4)])
    y = forward(model, [x], training=False).edges["it"]
    kernel, bias = model.weights()["it/kernel"], model.weights()["it/bias"]
    for n, i, o in np.ndindex(*y.shape):
        total = bias[o] + sum(x[n, i, c] * kernel[c, o] for c in range(4))
        assert y[n, i, o] == pytest.approx(total, rel=1e-13)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("sequences", [False, True])
def test_recurrence_is_its_formula(backwards: bool, sequences: bool) -> None:
    time, features, units = 4, 3, 2
    given = {"go_backwards": backwards, "return_sequences": sequences}
    _, model = running("SimpleRNN", {"units": units, **given}, [(time, features)])
    (x,) = arrays_for([(time, features)])
    y = forward(model, [x], training=False).edges["it"]
    weights = {path.split("/")[1]: a for path, a in model.weights().items()}
    assert y.shape == ((ROWS, time, units) if sequences else (ROWS, units))
    for n in range(ROWS):
        state = [0.0] * units
        for step in range(time):
            at = time - 1 - step if backwards else step
            state = [
                math.tanh(
                    sum(x[n, at, c] * weights["kernel"][c, o] for c in range(features))
                    + sum(
                        h * weights["recurrent_kernel"][k, o]
                        for k, h in enumerate(state)
                    )
                    + weights["bias"][o]
                )
                for o in range(units)
            ]
            if sequences:
                assert y[n, step].tolist() == pytest.approx(state, rel=1e-13)
        last = y[n, -1] if sequences else y[n]
        assert last.tolist() == pytest.approx(state, rel=1e-13)


def test_flatten_is_its_formula() -> None:
    height, width, channels = 2, 3, 4
    _, model = running("Flatten", {}, [(height, width, channels)])
    (x,) = arrays_for([(height, width, channels)])
    y = forward(model, [x], training=False).edges["it"]
    for n, i, j, c in np.ndindex(*x.shape):
        assert y[n, (i * width + j) * channels + c] == x[n, i, j, c]


@pytest.mark.parametrize(
    ("axis", "kept"), [([-1], (3,)), ([1, 2], (1, 2)), ([3, 1], (1, 3)), ([2], (2,))]
)
def test_batch_normalization_is_its_formula(axis: list[int], kept: Any) -> None:
    arguments = {"axis": axis, "momentum": 0.8, "epsilon": 0.01}
    _, model = running("BatchNormalization", arguments, [(2, 3, 4)])
    (x,) = arrays_for([(2, 3, 4)])
    before = {path: array.copy() for path, array in model.arrays().items()}
    quiet = forward(model, [x], training=False).edges["it"]
    assert all(np.array_equal(before[p], a) for p, a in model.arrays().items())
    loud = forward(model, [x], training=True).edges["it"]
    after = model.arrays()
    for place in np.ndindex(*before["it/gamma"].shape):
        index: list[Any] = [slice(None)] * 4
        for ax, at in zip(kept, place, strict=True):
            index[ax] = at
        entries = x[tuple(index)].ravel()
        mean = math.fsum(entries) / entries.size
        variance = math.fsum((entries - mean) ** 2) / entries.size
        gamma, beta = before["it/gamma"][place], before["it/beta"][place]
        expected = gamma * (entries - mean) / math.sqrt(variance + 0.01) + beta
        assert loud[tuple(index)].ravel() == pytest.approx(expected, rel=1e-12)
        old_mean = before["it/moving_mean"][place]
        old_variance = before["it/moving_variance"][place]
        expected = gamma * (entries - old_mean) / math.sqrt(old_variance + 0.01) + beta
        assert quiet[tuple(index)].ravel() == pytest.approx(expected, rel=1e-12)
        moved = 0.8 * old_mean + 0.2 * mean
        assert after["it/moving_mean"][place] == pytest.approx(moved, rel=1e-12)
        moved = 0.8 * old_variance + 0.2 * variance
        assert after["it/moving_variance"][place] == pytest.approx(moved, rel=1e-12)


def test_dropout_scales_what_it_keeps() -> None:
    module, model = running("Dropout", {"rate": 0.25}, [(40,)])
    (x,) = arrays_for([(40,)])
    keep = module.keep_mask(11, "it/keep", x.shape, 0.25, 4)
    y = forward(model, [x], training=True).edges["it"]
    assert 0 < keep.sum() < keep.size
    assert y == pytest.approx(np.where(keep, x / 0.75, 0.0), rel=1e-15)
    assert np.array_equal(forward(model, [x], training=False).edges["it"], x)


def test_alpha_dropout_is_its_formula_and_keeps_mean_and_variance() -> None:
    module, model = running("AlphaDropout", {"rate": 0.25}, [(40_000,)])
    x = np.random.default_rng(0).normal(size=(ROWS, 40_000))
    keep = module.keep_mask(11, "it/keep", x.shape, 0.25, 4)
    y = forward(model, [x], training=True).edges["it"]
    floor = -1.7580993408473766
    a = ((1 - 0.25) * (1 + 0.25 * floor**2)) ** -0.5
    b = -a * 0.25 * floor
    assert y == pytest.approx(a * (keep * x + (1 - keep) * floor) + b, rel=1e-13)
    assert abs(y.mean()) < 0.02
    assert abs(y.var() - 1.0) < 0.03
    assert np.array_equal(forward(model, [x], training=False).edges["it"], x)


def test_masks_depend_on_the_update_and_on_the_call() -> None:
    rate = make("layer", "Dropout", rate=0.5)
    steps = [("one", rate, "x"), ("two", rate, "x")]
    module = module_of(program({"x": (30,)}, steps, {"a": "one", "b": "two"}))
    model = module.init_state().model
    batch = {"x": np.ones((2, 30))}
    first = model.forward(batch, training=True, seed=1, update=0).edges
    again = model.forward(batch, training=True, seed=1, update=0).edges
    later = model.forward(batch, training=True, seed=1, update=1).edges
    other = model.forward(batch, training=True, seed=2, update=0).edges
    assert np.array_equal(first["one"], again["one"])
    assert not np.array_equal(first["one"], first["two"])
    assert not np.array_equal(first["one"], later["one"])
    assert not np.array_equal(first["one"], other["one"])
