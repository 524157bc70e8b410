"""Arguments: how each kind of place reads its expression, and what it says otherwise."""

import pytest
from check_specs import (
    check,
    errors,
    network,
    only,
    sequential,
    trained,
    underlined,
    with_layers,
)

from specc.catalog.activations import Elu
from specc.catalog.initializers import GlorotUniform, HeNormal
from specc.catalog.layers.dense import Dense
from specc.catalog.regularizers import L2
from specc.pipeline import Settings

# layer statement, rule, what is underlined, what is suggested
WRONG = [
    ("Dense(0)", "out-of-range", "0", None),
    ("Dense(units = -3)", "out-of-range", "units = -3", None),
    ("Dense(1.5)", "wrong-type", "1.5", None),
    ("Dense(4.0)", "wrong-type", "4.0", "4"),
    ("Dense(6 / 2)", "wrong-type", "6 / 2", "// divides whole numbers"),
    ('Dense("3")', "wrong-type", '"3"', None),
    ("Dense(true)", "wrong-type", "true", None),
    ("Dense([3])", "wrong-type", "[3]", None),
    ("Dense(20%)", "unexpected-unit", "%", None),
    ("Dense(3 epochs)", "unexpected-unit", "epochs", "3"),
    ("Dense", "missing-argument", "Dense", "units = …"),
    ("Dense(3, use_bias = 1)", "wrong-type", "1", None),
    ("Dense(3, relu)", "too-many-arguments", "relu", "activation = relu"),
    ("Dense(3, activation = rely)", "unknown-activation", "rely", "relu"),
    ('Dense(3, activation = "relu")', "wrong-type", '"relu"', "relu"),
    ("Dense(3, activation = 3)", "wrong-type", "3", None),
    ("Dense(3, activation = elu(-1))", "out-of-range", "-1", None),
    ("Dense(3, activation = elu(1, 2))", "too-many-arguments", "2", None),
    ("Dense(3, unit = 4)", "unknown-argument", "unit", "units"),
    ("Dense(3, bias = true)", "unknown-argument", "bias", "use_bias"),
    ("Dense(3, units = 4)", "duplicate-argument", "units = 4", None),
    (
        "Dense(3, kernel_initializer = kaiming_normal_)",
        "unknown-initializer",
        "kaiming_normal_",
        "he_normal",
    ),
    (
        "Dense(3, kernel_regularizer = l2(factor = ten))",
        "wrong-type",
        "ten",
        None,
    ),
    ("Linear(3)", "unknown-layer", "Linear", "Dense"),
    ("Dens(3)", "unknown-layer", "Dens", "Dense"),
    ("relu", "unknown-layer", "relu", "Activation(relu)"),
    ("Dropout(1.0)", "out-of-range", "1.0", None),
    ("Dropout(p = 0.5)", "unknown-argument", "p", "rate"),
    ("Dense(1 // 0)", "arithmetic", "0", None),
    ("Dense(2 ** 63)", "number-too-large", "2 ** 63", None),
    ("Dense(9223372036854775808)", "number-too-large", "9223372036854775808", None),
    ("Dense(9 ** 9 ** 9 ** 9)", "number-too-large", "9 ** 9 ** 9", None),
    ("Dropout((0 - 8) ** 0.5)", "arithmetic", "(0 - 8) ** 0.5", None),
    ("Dense(width)", "wrong-type", "width", None),
    ("Dense(3 + width)", "unknown-param", "width", None),
    ("Dense(3 + true)", "wrong-type", "true", None),
    ('Dense(3 + "a")', "wrong-type", '"a"', None),
]


@pytest.mark.parametrize(("layer", "rule", "text", "suggestion"), WRONG)
def test_a_wrong_argument_is_reported_where_it_stands(
    layer: str, rule: str, text: str, suggestion: str | None
) -> None:
    problem = only(with_layers(f"  {layer}"))
    assert (problem.rule, underlined(problem)) == (rule, text)
    assert problem.suggestion == suggestion


IMAGES = [
    ("Conv2D(4, kernel_size = [3, 3, 3])", "wrong-type", "[3, 3, 3]", None),
    ("Conv2D(4, kernel_size = [3, 0])", "out-of-range", "0", None),
    ("Conv2D(4, kernel_size = [3, x])", "wrong-type", "x", None),
    ('Conv2D(4, 3, padding = "same")', "wrong-type", '"same"', "same"),
    ("Conv2D(4, 3, padding = sane)", "unknown-value", "sane", "same"),
    (
        "Conv2D(4, 3, strides = 2, dilation_rate = 2)",
        "conflicting-arguments",
        "Conv2D(4, 3, strides = 2, dilation_rate = 2)",
        None,
    ),
    ("Conv2D", "missing-argument", "Conv2D", "filters = …"),
    ("Conv2d(4, 3)", "unknown-layer", "Conv2d", "Conv2D"),
]


@pytest.mark.parametrize(("layer", "rule", "text", "suggestion"), IMAGES)
def test_a_wrong_argument_of_a_convolution(
    layer: str, rule: str, text: str, suggestion: str | None
) -> None:
    problem = only(with_layers(f"  {layer}", "[8, 8, 1]"))
    assert (problem.rule, underlined(problem)) == (rule, text)
    assert problem.suggestion == suggestion


def test_all_arguments_of_a_call_are_looked_at() -> None:
    checked = with_layers(
        "  Dense(0, activation = rely, kernel_initializer = 3, foo = 1)"
    )
    assert errors(checked) == [
        "out-of-range",
        "unknown-activation",
        "wrong-type",
        "unknown-argument",
    ]


def test_a_missing_argument_is_reported_beside_a_wrong_one() -> None:
    assert errors(with_layers("  Dense(activation = rely)")) == [
        "missing-argument",
        "unknown-activation",
    ]


def test_all_layers_are_looked_at() -> None:
    checked = with_layers("  Dens(3)\n  Dense(0)\n  Dropout(2)")
    assert errors(checked) == ["unknown-layer", "out-of-range", "out-of-range"]


def test_values_are_read_as_the_place_expects() -> None:
    layer = network(
        with_layers(
            "  Dense(2 * 3 + 1, activation = elu(0.5), use_bias = 3 > 4,"
            " kernel_initializer = he_normal, kernel_regularizer = l2,"
            " kernel_constraint = none)"
        )
    ).layers[0]
    assert layer.layer == Dense(
        units=7,
        activation=Elu(alpha=0.5),
        use_bias=False,
        kernel_initializer=HeNormal(),
        kernel_regularizer=L2(),
    )


def test_one_size_stands_for_two_and_a_list_for_itself() -> None:
    checked = with_layers(
        "  Conv2D(4, 3, strides = [2, 1], padding = same)\n  MaxPooling2D(2)",
        "[8, 8, 1]",
    )
    conv, pool = (node.layer for node in network(checked).layers)
    assert conv.model_dump()["kernel_size"] == (3, 3)
    assert conv.model_dump()["strides"] == (2, 1)
    assert pool.model_dump()["pool_size"] == (2, 2)


# Params


def test_params_are_values_and_no_words() -> None:
    """A param called relu changes numbers, not what `activation = relu` means."""
    text = "param relu: int = 7\n" + sequential("  Dense(relu, activation = relu)")
    (layer,) = network(check(text)).layers
    assert layer.layer.model_dump()["units"] == 7
    assert layer.layer.model_dump()["activation"]["kind"] == "relu"


def test_a_param_may_hold_a_word() -> None:
    text = 'param act: str = "elu"\n' + sequential("  Dense(3, activation = act)")
    assert network(check(text)).layers[0].layer.model_dump()["activation"] == {
        "kind": "elu",
        "alpha": 1.0,
    }
    changed = check(text, Settings(params={"act": "tanh"}))
    activation = network(changed).layers[0].layer.model_dump()["activation"]
    assert activation == {"kind": "tanh"}


def test_params_may_need_each_other_in_any_order() -> None:
    text = "param b: int = a * 2\nparam a: int = 4\n" + sequential("  Dense(b)")
    assert network(check(text)).layers[0].layer.model_dump()["units"] == 8
    changed = check(text, Settings(params={"a": "5"}))
    assert network(changed).layers[0].layer.model_dump()["units"] == 10


@pytest.mark.parametrize(
    ("declaration", "rule", "text"),
    [
        ("param a: int = 1.5", "wrong-type", "1.5"),
        ("param a: integer = 1", "unknown-type", "integer"),
        ("param a: int", "missing-argument", "param a: int"),
        ("param a: int = a + 1", "cycle", "a"),
        ("param a: int = b\nparam b: int = a", "cycle", "a"),
        ("param a: int = 1\nparam a: int = 2", "duplicate-name", "a"),
        ("param a: int = 1 / 0", "arithmetic", "0"),
    ],
)
def test_a_wrong_param_is_reported_once(declaration: str, rule: str, text: str) -> None:
    problem = only(check(f"{declaration}\n" + sequential("  Dense(a)")))
    assert (problem.rule, underlined(problem)) == (rule, text)


@pytest.mark.parametrize(
    ("given", "rule", "text", "suggestion"),
    [
        ({"widht": "3"}, "unknown-param", "widht=3", "width"),
        ({"width": "wide"}, "wrong-type", "wide", None),
        ({"width": "3.5"}, "wrong-type", "3.5", None),
        ({"width": "1" * 30}, "wrong-type", "1" * 30, None),
        ({"width": "0"}, "out-of-range", "width", None),
    ],
)
def test_a_wrong_override_is_shown_as_it_was_typed(
    given: dict[str, str], rule: str, text: str, suggestion: str | None
) -> None:
    source = "param width: int = 3\n" + sequential("  Dense(width)")
    problem = only(check(source, Settings(params=given)))
    assert (problem.rule, underlined(problem)) == (rule, text)
    assert problem.suggestion == suggestion


@pytest.mark.parametrize("given", ["1e999", "9" * 20])
def test_an_override_that_is_too_large(given: str) -> None:
    kind = "float" if "e" in given else "int"
    text = f"param width: {kind} = 3\n" + sequential("  Dense(3)")
    problem = check(text, Settings(params={"width": given})).problems[0]
    assert problem.message == f"width cannot be {given}, which is too large"


def test_an_override_replaces_the_default() -> None:
    source = "param width: int = 3\n" + sequential("  Dense(width)")
    checked = check(source, Settings(params={"width": "12"}))
    assert network(checked).edges[-1].shape == (12,)


# Defaults


def test_the_nearest_default_wins_and_arguments_beat_it() -> None:
    text = (
        "defaults Dense { activation = elu; kernel_initializer = he_normal }\n"
        "model Net {\n  input features: float32[13]\n"
        "  defaults Dense { activation = tanh }\n"
        "  Dense(4)\n  Dense(3, kernel_initializer = glorot_uniform)\n}\n"
    )
    checked = check(text)
    first, second = (node.layer for node in network(checked).layers)
    assert isinstance(first, Dense)
    assert isinstance(second, Dense)
    assert first.activation.keyword == second.activation.keyword == "tanh"
    assert first.kernel_initializer == HeNormal()
    assert second.kernel_initializer == GlorotUniform()
    origins = checked.models[0].origins
    inherited = origins.find("dense_1", "activation")
    assert inherited is not None
    assert inherited.how == "defaults Dense"
    assert inherited.span is not None
    assert inherited.span.line == 4
    given = origins.find("dense_2", "kernel_initializer")
    assert given is not None
    assert (given.how, given.span and given.span.line) == ("given", 6)
    default = origins.find("dense_1", "use_bias")
    assert default is not None
    assert default.how == "default"


@pytest.mark.parametrize(
    ("line", "rule", "text", "suggestion"),
    [
        ("activatoin = elu", "unknown-argument", "activatoin", "activation"),
        ("activation = rely", "unknown-activation", "rely", "relu"),
        ("units = 0", "out-of-range", "units = 0", None),
        (
            "use_bias = true; use_bias = false",
            "duplicate-argument",
            "use_bias = false",
            None,
        ),
        ("Dense(3)", "misplaced-statement", "Dense(3)", "Dense in a model"),
    ],
)
def test_defaults_are_checked_where_they_stand(
    line: str, rule: str, text: str, suggestion: str | None
) -> None:
    layers = f"  defaults Dense {{ {line} }}\n  Dropout(0.5)\n  Dense(3)"
    problem = only(with_layers(layers))
    assert (problem.rule, underlined(problem)) == (rule, text)
    assert problem.suggestion == suggestion


IDLE = [
    (
        "Dense(3, use_bias = false, bias_initializer = zeros)",
        "bias_initializer = zeros",
    ),
    (
        "Dense(3, use_bias = false, bias_constraint = max_norm)",
        "bias_constraint = max_norm",
    ),
    (
        "BatchNormalization(scale = false, gamma_regularizer = l2)",
        "gamma_regularizer = l2",
    ),
    (
        "BatchNormalization(center = false, beta_initializer = ones)",
        "beta_initializer = ones",
    ),
    (
        "defaults Dense { use_bias = false }\n  Dense(3, bias_initializer = ones)",
        "bias_initializer = ones",
    ),
    (
        "defaults Dense { use_bias = false; bias_initializer = ones }\n  Dense(3)",
        "bias_initializer = ones",
    ),
]


@pytest.mark.parametrize(("layers", "text"), IDLE)
def test_an_argument_for_a_weight_that_is_left_out(layers: str, text: str) -> None:
    problem = only(with_layers(f"  {layers}"))
    assert (problem.rule, underlined(problem)) == ("conflicting-arguments", text)


def test_defaults_may_be_for_a_weight_that_some_layers_leave_out() -> None:
    text = "defaults Dense { bias_initializer = ones }\n" + sequential(
        "  Dense(4, use_bias = false)\n  Dense(3, use_bias = false, bias_regularizer = none)"
    )
    assert check(text).problems == ()
    nearer = sequential("  defaults Dense { use_bias = false }\n  Dense(4)")
    assert check("defaults Dense { bias_initializer = ones }\n" + nearer).problems == ()


def test_a_construct_made_elsewhere_has_no_idle_arguments_either() -> None:
    fields = vars(Dense(units=3, use_bias=False))
    assert Dense.model_validate(fields) == Dense(units=3, use_bias=False)
    with pytest.raises(ValueError, match="bias_regularizer is for a weight"):
        Dense(units=3, use_bias=False, bias_regularizer=L2())


def test_defaults_of_nothing() -> None:
    problem = only(with_layers("  defaults Dens { units = 3 }\n  Dense(3)"))
    assert (problem.rule, problem.suggestion) == ("unknown-layer", "Dense")


def test_a_default_that_conflicts_is_reported_at_the_layer() -> None:
    layers = "  defaults Conv2D { dilation_rate = 2 }\n  Conv2D(4, 3, strides = 2)"
    problem = only(with_layers(layers, "[9, 9, 1]"))
    assert problem.rule == "conflicting-arguments"
    assert underlined(problem) == "Conv2D(4, 3, strides = 2)"


@pytest.mark.parametrize(
    ("step", "fix"),
    [
        ("rescale(1 / 16)", "scale = 1 / 16"),
        ("rescale(features, 0.5)", "scale = 0.5"),
        ("standardize(3)", None),
    ],
)
def test_a_number_among_names(step: str, fix: str | None) -> None:
    problem = only(check(f"data Wine {{ source = wine; {step} }}"))
    assert problem.rule == "too-many-arguments"
    assert problem.suggestion == fix


def test_a_quoted_word() -> None:
    problem = only(with_layers('  Dense(3, activation = "relu")'))
    assert problem.expected == "an activation without quotes"
    assert problem.suggestion == "relu"


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        ("learning_rate = 0.1", "sgd(0.1)"),
        ("lr_schedule = constant(0.1)", "a schedule"),
    ],
)
def test_settings_that_belong_to_the_optimizer(setting: str, word: str) -> None:
    text = "loss = sparse_categorical_crossentropy\noptimizer = sgd\nepochs = 2\n"
    problem = only(trained(text + setting))
    assert problem.rule == "unknown-setting"
    assert "into the optimizer" in problem.suggestion
    assert word in problem.suggestion
